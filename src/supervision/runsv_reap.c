/* ISC license. */

/* Deaths, signals, and the sweep after a run whose kill-mode wants nothing left of it. */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>

#include <skalibs/djbunix.h>
#include <skalibs/types.h>

#include <holdfast/clock.h>
#include <holdfast/message.h>
#include "runsv.h"

#define DEATHS 256            /* reaped in one turn */
#define DESCENDANTS 512       /* looked at in one go; a sweep goes round until none is left */

static void drop_fd (int *fd)
{
  if (*fd >= 0) fd_close(*fd) ;
  *fd = -1 ;
}

/* Is pid one of those that runsv itself put there? */
int is_ours (pid_t pid)
{
  uint32_t p = (uint32_t)pid ;
  return p == R.main.st.child.pid || p == R.main.st.script.pid || p == L.st.child.pid
    || pid == R.hook || pid == R.checker ;
}

/* Sweeping */

/* A pid may have gone to somebody else since it was listed; a process that holds it now and
   has the same parent, or has been handed to us since, is one of those we mean. */
static void signal_pid (pid_t pid, pid_t parent, int sig)
{
  int fd = hf_pidfd_open(pid) ;
  pid_t p = hf_proc_parent(pid) ;
  if (p && (p == parent || p == getpid()))
  {
    hf_proc_signal(fd, pid, sig) ;
    if (sig != SIGKILL) hf_proc_signal(fd, pid, SIGCONT) ;
  }
  if (fd >= 0) fd_close(fd) ;
}

/* All that descends from runsv and is none of its own: children of the dead run that were
   handed to runsv, which is their subreaper, and whatever they started. Number still there;
   *group: a control group of theirs was killed. */
static int sweep_tree (int sig, int *group)
{
  pid_t pids[DESCENDANTS] ;
  pid_t parents[DESCENDANTS] ;
  int n = hf_proc_children(getpid(), pids, DESCENDANTS), kept = 0 ;
  if (n < 0) return 0 ;
  for (int i = 0 ; i < n ; i++) if (!is_ours(pids[i])) { parents[kept] = getpid() ; pids[kept++] = pids[i] ; }
  for (int i = 0 ; i < kept && kept < DESCENDANTS ; i++)
  {
    n = hf_proc_children(pids[i], pids + kept, DESCENDANTS - kept) ;
    while (n-- > 0) parents[kept++] = pids[i] ;
  }
  for (int i = 0 ; sig == SIGKILL && i < kept && !(*group = kill_cgroup_of(pids[i])) ; i++) ;
  if (sig) for (int i = 0 ; i < kept ; i++) signal_pid(pids[i], parents[i], sig) ;
  return kept ;
}

static int sweep_group (slot const *s, int sig)
{
  pid_t group = (pid_t)s->st.pgid ;
  if (group <= 1 || group != (pid_t)s->st.run_pid) return 0 ;
  if (kill(-group, sig) < 0) return 0 ;
  if (sig && sig != SIGKILL) kill(-group, SIGCONT) ;
  return 1 ;
}

/* Whose the orphans are that were handed to runsv is not known: they count as the service's. */
void sweep (slot *s, int sig)
{
  int group = 0 ;
  int n = s->policy.kill_mode == HF_KILL_TREE && !s->st.m.islog ? sweep_tree(sig, &group) : 0 ;
  char fmt[UINT_FMT] ;
  if (!n) n = sweep_group(s, sig) ;
  fmt[uint_fmt(fmt, (unsigned int)n)] = 0 ;
  if (n && sig == SIGKILL && !s->said_sweep)
    hf_warn("killing what the run left behind: ", fmt, n == 1 ? " process" : " processes", group ? ", with their control group" : "") ;
  s->said_sweep = n && (s->said_sweep || sig == SIGKILL) ;
  slot_event(s, HF_EV_SWEPT, n) ;
}

/* Signals to the run */

void signal_run (slot *s, int sig, int group)
{
  pid_t pid = (pid_t)s->st.child.pid ;
  if (!pid) return ;
  if ((group || s->policy.kill_mode == HF_KILL_GROUP) && s->st.pgid == s->st.run_pid && pid == (pid_t)s->st.pgid)
    kill(-pid, sig) ;
  else hf_proc_signal(s->child_pidfd, pid, sig) ;
}

/* Daemons that put themselves into the background (file "background", maybe with the path of
   their pid file in it): the run ends well, and one of the processes it left to runsv is the
   daemon: the one the pid file names if it is among them, else the first. */
static pid_t successor (void)
{
  char file[256] ;
  char text[32] ;
  pid_t pids[64] ;
  pid_t named = 0, first = 0 ;
  int n ;
  if (hf_value_read("background", file, sizeof(file)) < 0)
  {
    hf_warnsys("no pid file is known, unable to read background") ;
    file[0] = 0 ;
  }
  if (!file[0] || hf_value_read(file, text, sizeof(text)) <= 0 || !pid0_scan(text, &named)) named = 0 ;
  n = hf_proc_children(getpid(), pids, 64) ;
  for (int i = 0 ; i < n ; i++)
  {
    if (is_ours(pids[i])) continue ;
    if (pids[i] == named) return named ;
    if (!first) first = pids[i] ;
  }
  return first ;
}

static int went_to_background (slot *s, int wstat)
{
  pid_t pid ;
  uint64_t start ;
  if (!s->policy.background || s->st.m.islog || s->st.m.phase != HF_PHASE_RUN || s->st.m.flags & HF_FLAG_TERM) return 0 ;
  if (!WIFEXITED(wstat) || WEXITSTATUS(wstat) || !(pid = successor())) return 0 ;
  s->st.child.pid = (uint32_t)pid ;
  s->st.child.start_lo = s->st.child.start_hi = hf_proc_start(pid, &start) ? start : 0 ;
  s->state_dirty = s->files_dirty = 1 ;
  if (s->policy.notification_fd < 0) slot_event(s, HF_EV_READY, 0) ;
  return 1 ;
}

/* Deaths. wstat -1: not known. */

void child_died (slot *s, int wstat)
{
  s->st.child.pid = 0 ;
  if (wstat >= 0 && went_to_background(s, wstat)) return ;
  drop_fd(&s->child_pidfd) ;
  s->child_ours = 0 ;
  if (s->st.m.phase == HF_PHASE_RUN)
  {
    hf_clock_stamp(&s->st.last_end) ;
    drop_fd(&s->notify_r) ;
    s->death_dirty = 1 ;
    s->died_pid = s->st.run_pid ;
    s->died_ms = R.now - s->st.m.started_at ;
  }
  s->state_dirty = 1 ;
  slot_event(s, HF_EV_DEATH, wstat) ;
}

void script_died (slot *s, int wstat)
{
  s->st.script.pid = 0 ;
  drop_fd(&s->script_pidfd) ;
  s->script_ours = 0 ;
  s->state_dirty = 1 ;
  slot_event(s, HF_EV_SCRIPT, wstat >= 0 && WIFEXITED(wstat) && !WEXITSTATUS(wstat)) ;
}

/* Of the run and of those of its children that it waited for. */
static void note_use (struct rusage const *u)
{
  struct timeval const *a = &u->ru_utime, *b = &u->ru_stime ;
  R.used_known = 1 ;
  R.used_ms = (uint32_t)((a->tv_sec + b->tv_sec) * 1000 + (a->tv_usec + b->tv_usec) / 1000) ;
  R.used_kb = (uint32_t)u->ru_maxrss ;
}

static void one_death (pid_t pid, int wstat, struct rusage const *used)
{
  uint32_t p = (uint32_t)pid ;
  if (p == R.main.st.child.pid && R.main.st.m.phase == HF_PHASE_RUN) note_use(used) ;
  if (p == R.main.st.child.pid) child_died(&R.main, wstat) ;
  else if (p == R.main.st.script.pid) script_died(&R.main, wstat) ;
  else if (p == L.st.child.pid) child_died(&L, wstat) ;
  else if (pid == R.checker) upgrade_checked(wstat) ;
  else if (pid == R.hook) { R.hook = 0 ; R.main.st.hook.pid = 0 ; R.main.state_dirty = 1 ; }
}

/* Strangers are reaped too: runsv is the subreaper of what its services leave behind. They may
   die faster than they are reaped, so that it has an end. */
void reap (void)
{
  int wstat ;
  struct rusage used ;
  pid_t pid = 1 ;
  for (int i = 0 ; i < DEATHS && (pid = wait4(-1, &wstat, WNOHANG, &used)) > 0 ; i++) one_death(pid, wstat, &used) ;
  R.unreaped = pid > 0 ;
  if (R.main.st.m.phase == HF_PHASE_SWEEP) sweep(&R.main, 0) ;
  if (L.present && L.st.m.phase == HF_PHASE_SWEEP) sweep(&L, 0) ;
}

/* Is an adopted process, one that wait(2) tells nothing of, dead? */
static int is_dead (int pidfd, hf_proc const *p, int *wstat)
{
  struct pollfd x = { .fd = pidfd, .events = POLLIN } ;
  *wstat = -1 ;
  if (pidfd >= 0 ? poll(&x, 1, 0) != 1 : hf_proc_alive(p)) return 0 ;
  if ((pidfd < 0 && !hf_proc_same(p)) || !hf_proc_exit(pidfd, (pid_t)p->pid, wstat)) *wstat = -1 ;
  return 1 ;
}

void look_at_adopted (slot *s)
{
  int wstat ;
  if (s->st.child.pid && !s->child_ours && is_dead(s->child_pidfd, &s->st.child, &wstat)) child_died(s, wstat) ;
  if (s->st.script.pid && !s->script_ours && is_dead(s->script_pidfd, &s->st.script, &wstat)) script_died(s, wstat) ;
}
