/* ISC license. */

/* Taking over a live runsv that an earlier runsvdir started: its pid is in the service's
   state record, and a pidfd tells when it dies. All pidfds, and the event watches of
   essential services, are in one epoll set, so that ten thousand of them cost nothing while
   nothing happens. A supervisor that is not holdfast's, or that cannot be watched so, holds
   its service as long as it listens: that is looked at once a second. */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <skalibs/djbunix.h>

#include <holdfast/control.h>
#include <holdfast/process.h>
#include <holdfast/state.h>
#include "runsvdir.h"
#include "config.h"

#if HF_LINUX

#include <sys/epoll.h>

void adopt_init (struct tree *t)
{
  t->epoll_fd = epoll_create1(EPOLL_CLOEXEC) ;
}

int adopt_watch (struct tree *t, int fd, uint32_t i, int what)
{
  struct epoll_event ev = { .events = what == WATCH_PID ? EPOLLIN : 0 } ;
  ev.data.u64 = (uint64_t)what << 32 | i ;
  return t->epoll_fd >= 0 && epoll_ctl(t->epoll_fd, EPOLL_CTL_ADD, fd, &ev) >= 0 ;
}

static int is_over (int fd)
{
  struct pollfd x = { .fd = fd, .events = POLLIN } ;
  return fd >= 0 && poll(&x, 1, 0) > 0 ;
}

/* The entry may have been freed and used again since the event: so ask the descriptor. */
void adopt_read (struct tree *t)
{
  struct epoll_event ev[64] ;
  int n = epoll_wait(t->epoll_fd, ev, 64, 0) ;
  for (int k = 0 ; k < n ; k++)
  {
    uint32_t i = (uint32_t)ev[k].data.u64 ;
    struct entry *e = t->t.e + i ;
    if (ev[k].data.u64 >> 32 == WATCH_PID) { if (is_over(e->pidfd)) death_of(t, i, -1) ; }
    else if (is_over(e->event_fd)) essential_event(t, i) ;
  }
}

#else

void adopt_init (struct tree *t) { t->epoll_fd = -1 ; }
int adopt_watch (struct tree *t, int fd, uint32_t i, int what) { return (void)t, (void)fd, (void)i, (void)what, 0 ; }
void adopt_read (struct tree *t) { (void)t ; }

#endif

void adopt_close (struct tree *t, uint32_t i)
{
  struct entry *e = t->t.e + i ;
  if (e->pidfd >= 0) fd_close(e->pidfd) ;
  if (e->event_fd >= 0) fd_close(e->event_fd) ;
  e->pidfd = e->event_fd = -1 ;
}

/* A pidfd takes a descriptor: the soft limit is raised once, and children get the old one. */
static int open_pidfd (struct tree *t, pid_t pid)
{
  struct rlimit now ;
  int fd = hf_pidfd_open(pid) ;
  if (fd >= 0 || errno != EMFILE || t->start.limit_raised) return fd ;
  if (getrlimit(RLIMIT_NOFILE, &t->start.limit) < 0) return -1 ;
  now = t->start.limit ;
  now.rlim_cur = now.rlim_max ;
  if (setrlimit(RLIMIT_NOFILE, &now) < 0) return -1 ;
  t->start.limit_raised = 1 ;
  return hf_pidfd_open(pid) ;
}

/* A child of ours, dead or alive: after an upgrade in place. */
static int is_child (pid_t pid)
{
  siginfo_t si ;
  return !waitid(P_PID, (id_t)pid, &si, WEXITED | WNOHANG | WNOWAIT) ;
}

static int adopt_pid (struct tree *t, uint32_t i, hf_proc const *p)
{
  struct entry *e = t->t.e + i ;
  if (!is_child((pid_t)p->pid))
  {
    e->pidfd = open_pidfd(t, (pid_t)p->pid) ;
    if (e->pidfd < 0) return 0 ;
    if (!hf_proc_same(p) || !adopt_watch(t, e->pidfd, i, WATCH_PID))
    {
      adopt_close(t, i) ;
      return 0 ;
    }
    e->flags |= FLAG_ADOPTED ;
  }
  table_set_pid(&t->t, i, (pid_t)p->pid) ;
  return 1 ;
}

/* The state is believed only if its supervisor lives. Where that cannot be known, "ok" says
   that somebody is there, and nothing says who. */
int adopt_entry (struct tree *t, uint32_t i, char const *supervise)
{
  struct entry *e = t->t.e + i ;
  hf_state st ;
  if (hf_control_alive(supervise) <= 0) return 0 ;
  e->flags &= ~(FLAG_ADOPTED | FLAG_HELD) ;
  if (hf_state_read(&st, supervise) && hf_proc_same(&st.supervisor)
    && table_by_pid(&t->t, (pid_t)st.supervisor.pid) == NONE && adopt_pid(t, i, &st.supervisor))
  {
    e->started_at = 0 ;
    if (t->upgrade.inherited) ward_add_state(t, supervise) ;
    return 1 ;
  }
  e->flags |= FLAG_HELD ;
  line_put(&t->t, i, LINE_1S, t->now + 1000) ;
  return 1 ;
}
