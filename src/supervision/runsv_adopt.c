/* ISC license. */

/* Going on where another supervisor stopped: killed, upgraded, or a runsv of runit's.
   What it had started is found by pid and start time and watched by pidfd; it is never
   started a second time. */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/wait.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/types.h>
#include <skalibs/uint32.h>

#include <holdfast/clock.h>
#include <holdfast/message.h>
#include "config.h"
#include "runsv.h"

#define READ_TRIES 10
#define FOREIGN_SLACK 2       /* seconds between a start time and the stamp in "status" */

/* The process p, recorded by our predecessor: is it our child (an upgrade in place), somebody
   else's, or dead? 1 watched from now on; 0 dead, with *wstat or -1. */
static int take_over (hf_proc const *p, int *pidfd, uint8_t *ours, int *wstat)
{
  pid_t r = waitpid((pid_t)p->pid, wstat, WNOHANG) ;
  *ours = r >= 0 ;
  if (!r) return 1 ;
  if (r > 0) return 0 ;
  *pidfd = hf_pidfd_open((pid_t)p->pid) ;
  if (hf_proc_alive(p)) return 1 ;
  if (!hf_proc_same(p) || !hf_proc_exit(*pidfd, (pid_t)p->pid, wstat)) *wstat = -1 ;
  if (*pidfd >= 0) fd_close(*pidfd) ;
  *pidfd = -1 ;
  return 0 ;
}

/* Who closed the descriptor while no supervisor had the other end said so, as far as anybody
   can know: the line itself is gone with the pipe. */
static void adopt_notify (slot *s)
{
  char c ;
  ssize_t r ;
  if (s->policy.notification_fd < 0) return ;
  s->notify_r = upgrade_inherited(&s->notify_r) ;
  if (s->notify_r >= 0) return ;
  s->notify_r = openat(s->sup_fd, "notifypipe", O_RDONLY | O_NONBLOCK | O_CLOEXEC) ;
  if (s->notify_r < 0) return ;
  r = fd_read(s->notify_r, &c, 1) ;
  if (r < 0) return ;
  if (!r || c == '\n') slot_event(s, HF_EV_READY, 0) ;
  if (r) return ;
  fd_close(s->notify_r) ;
  s->notify_r = -1 ;
}

static void adopt_child (slot *s)
{
  int wstat = -1 ;
  char fmt[UINT32_FMT] ;
  if (!hf_machine_busy(&s->st.m)) return ;
  if (s->st.child.pid && take_over(&s->st.child, &s->child_pidfd, &s->child_ours, &wstat))
  {
    fmt[uint32_fmt(fmt, s->st.child.pid)] = 0 ;
    if (!s->child_ours) hf_info("adopted ", s->label, s->st.m.phase == HF_PHASE_RUN ? "run" : "finish", ", process ", fmt) ;
    if (s->st.m.phase == HF_PHASE_RUN && !(s->st.m.flags & HF_FLAG_READY)) adopt_notify(s) ;
    return ;
  }
  if (s->st.m.phase == HF_PHASE_FINISH && !s->st.child.pid) slot_event(s, HF_EV_NOTSTARTED, AGAIN) ;
  else child_died(s, wstat) ;
}

static void adopt_script (slot *s)
{
  int wstat = -1 ;
  if (!s->st.m.script) return ;
  if (s->st.script.pid && take_over(&s->st.script, &s->script_pidfd, &s->script_ours, &wstat)) return ;
  script_died(s, wstat) ;
}

/* The failed hook is waited for only if it is our child. */
static void adopt_hook (slot *s)
{
  int wstat ;
  if (s->st.hook.pid && !waitpid((pid_t)s->st.hook.pid, &wstat, WNOHANG)) hook_started((pid_t)s->st.hook.pid) ;
  else s->st.hook.pid = 0 ;
}

/* A runsv of runit's (or a holdfast whose record we cannot read, or the last write to it)
   leaves only its status files. The process they name is ours to adopt if two of these three hold: it works in our
   directory, it was started when they say, and it is an orphan. One may fail: a daemon may
   change its directory, the clock may have been set, and who killed its supervisor may still
   be there. */

static int64_t wall_start (uint64_t ticks)
{
  struct timespec ts ;
  clock_gettime(CLOCK_REALTIME, &ts) ;
  return (int64_t)ts.tv_sec - ((int64_t)hf_clock_ticks() - (int64_t)ticks) / 100 ;
}

static int lives_here (slot const *s, uint32_t pid)
{
  char link[32 + UINT32_FMT] = "/proc/" ;
  char here[HF_PATH], there[HF_PATH] ;
  ssize_t n ;
  size_t len = 6 + uint32_fmt(link + 6, pid) ;
  strcpy(link + len, "/cwd") ;
  n = readlink(link, there, sizeof(there) - 1) ;
  if (n < 0 || !getcwd(here, sizeof(here))) return 0 ;
  there[n] = 0 ;
  return (!s->dir[0] || hf_path_join(here, sizeof(here), here, s->dir)) && !strcmp(here, there) ;
}

/* Children of a dead supervisor belong to process 1, or to the subreaper that starts us. */
static int is_orphan (uint32_t pid)
{
  pid_t parent = hf_proc_parent((pid_t)pid) ;
  return parent == 1 || parent == getppid() || parent == getpid() ;
}

static int started_then (uint64_t start, tain const *stamp)
{
  int64_t late = wall_start(start) - hf_stamp_unix(stamp, 0) ;
  return late >= -FOREIGN_SLACK && late <= FOREIGN_SLACK ;
}

/* Only what lives: of a zombie the record, if there is one, knows more. So it does of what
   was wanted: a logger that is to read to the end and go shows as wanted down. */
static int adopt_foreign (slot *s, int has_record)
{
  hf_status st ;
  hf_machine *m = &s->st.m ;
  hf_proc p = HF_PROC_ZERO ;
  uint64_t start ;
  if (!hf_status_read_at(&st, s->sup_fd, HF_STATUS_DAEMONTOOLS) || !st.pid || st.state == 2) return 0 ;
  if (!hf_proc_start((pid_t)st.pid, &start)) return 0 ;
  p.pid = st.pid ;
  p.start_lo = p.start_hi = start ;
  if (!hf_proc_alive(&p)) return 0 ;
  if (lives_here(s, st.pid) + is_orphan(st.pid) + started_then(start, &st.stamp) < 2) return 0 ;
  m->phase = HF_PHASE_RUN ;
  if (!has_record) m->want = st.want == 'u' ? HF_WANT_UP : st.want == 'd' ? HF_WANT_DOWN : HF_WANT_ONCE ;
  if (st.paused) m->flags |= HF_FLAG_PAUSED ;
  if (!m->starts) m->starts = 1 ;
  m->queue_len = 0 ;
  m->started_at = R.now ;
  s->st.run_pid = st.pid ;
  s->st.child = p ;
  s->st.since = s->st.last_start = st.stamp ;
  adopt_child(s) ;
  return 1 ;
}

static void set_identity (slot *s)
{
  memcpy(s->st.boot, R.boot, HF_BOOTID) ;
  memset(s->st.version, 0, sizeof(s->st.version)) ;
  strncpy(s->st.version, HF_VERSION, sizeof(s->st.version) - 1) ;
  hf_proc_self(&s->st.supervisor) ;
}

static void start_afresh (slot *s, uint64_t seq)
{
  uint8_t islog = s->st.m.islog ;
  s->st = (hf_state){ .seq = seq } ;
  s->st.m = hf_machine_zero ;
  s->st.m.islog = islog ;
  hf_clock_stamp(&s->st.since) ;
}

static int is_down_file (slot *s)
{
  char path[32] ;
  return has_entry(s, HF_ENTRY_DOWN) && hf_path_join(path, sizeof(path), s->dir, "down") && !access(path, F_OK) ;
}

static int was_leaving (hf_machine const *m)
{
  return m->phase == HF_PHASE_DOWN && m->want == HF_WANT_EXIT ;
}

/* A service that was stopped and let go by its supervisor begins as any other does, and then
   its logger, which was told to end with it, is wanted again. */
static int goes_on (hf_state *st, char const *boot)
{
  hf_machine *m = &st->m ;
  if (memcmp(st->boot, boot, HF_BOOTID)) return 0 ;
  if (!m->islog) R.was_leaving = was_leaving(m) ;
  else if (R.was_leaving)
  {
    if (!hf_machine_busy(m)) return 0 ;
    m->want = HF_WANT_UP ;
  }
  if (was_leaving(m)) return 0 ;
  return st->supervisor.pid || hf_machine_busy(m) || m->script ;
}

/* Nothing of another format may stay in the file, which has its full size from here on.
   Written only when the old record has been made use of as far as possible: a supervisor
   killed in between leaves things as they were. */
static void overwrite_record (slot *s)
{
  publish_state(s) ;
  publish_state(s) ;
}

/* A record that is there and cannot be read may tell of a run that lives: nothing is started
   then. Tried for a while, since after an upgrade to end here would leave the run alone. */
static int read_record (slot *s)
{
  if (s->fresh) return (errno = ENOENT, 0) ;
  for (int i = 0 ;; i++)
  {
    if (hf_state_read_fd(&s->st, s->state_fd)) return 1 ;
    if (errno == ENOENT || errno == EPROTO || errno == EPROTONOSUPPORT) return 0 ;
    if (i == READ_TRIES) hf_diesys(HF_EXIT_SYSTEM, "unable to read ", s->label, "supervise/state") ;
    usleep(20000) ;
  }
}

/* All zero where the system has none. */
static void read_boot (slot const *s, int got)
{
  static char const none[HF_BOOTID] ;
  for (int i = 0 ; !hf_boot_id(R.boot) && got && memcmp(s->st.boot, none, HF_BOOTID) ; i++)
  {
    if (i == READ_TRIES) hf_die(HF_EXIT_SYSTEM, "unable to find the boot id") ;
    usleep(20000) ;
  }
}

void adopt_slot (slot *s)
{
  uint8_t islog = s->st.m.islog ;
  int got = read_record(s), e = errno ;
  read_boot(s, got) ;
  read_policy(s) ;
  s->state_dirty = s->files_dirty = 1 ;
  if (got && goes_on(&s->st, R.boot) && s->st.m.islog == islog && hf_machine_resume(&s->st.m, R.now))
  {
    set_identity(s) ;
    if (!islog) adopt_hook(s) ;
    if (s->st.m.script || (hf_machine_busy(&s->st.m) && hf_proc_alive(&s->st.child)) || !adopt_foreign(s, 1))
    {
      adopt_script(s) ;
      adopt_child(s) ;
    }
    slot_event(s, HF_EV_TIME, 0) ;
    return ;
  }
  if (!got && e == EPROTONOSUPPORT) hf_warn(s->label, "supervise/state is of another version") ;
  {
    uint64_t seq = got ? s->st.seq : 0 ;
    s->st.m.islog = islog ;
    start_afresh(s, seq) ;
  }
  set_identity(s) ;
  if (!is_down_file(s)) s->st.m.want = HF_WANT_UP ;
  if (!got && !s->fresh)
  {
    int adopted = adopt_foreign(s, 0) ;
    overwrite_record(s) ;
    if (adopted) return ;
  }
  if (s->st.m.want == HF_WANT_UP) slot_event(s, HF_EV_COMMAND, 'u') ;
}
