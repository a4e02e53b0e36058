/* ISC license. */

#include <skalibs/nonposix.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/types.h>

#include <holdfast/clock.h>
#include <holdfast/companion.h>
#include <holdfast/message.h>
#include <holdfast/policy.h>
#include "config.h"

#if HF_LINUX
#include <sys/syscall.h>
#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#endif

#define LOOK_MS 100           /* how often to look for the daemon where there is no pidfd */

static int close_range_of (unsigned int from, unsigned int to)
{
#if HF_LINUX
  return !syscall(SYS_close_range, from, to, 0) ;
#else
  (void)from ; (void)to ;
  return 0 ;
#endif
}

static int is_kept (int fd, int const *keep, unsigned int n)
{
  for (unsigned int i = 0 ; i < n ; i++) if (keep[i] == fd) return 1 ;
  return 0 ;
}

/* The slow way: what /proc lists, else every possible number. */
static void close_listed (int const *keep, unsigned int n)
{
  DIR *d = opendir("/proc/self/fd") ;
  struct rlimit rl ;
  if (d)
  {
    struct dirent *e ;
    unsigned int u ;
    while ((e = readdir(d)))
      if (uint0_scan(e->d_name, &u) && u > 2 && (int)u != dirfd(d) && !is_kept((int)u, keep, n)) close((int)u) ;
    closedir(d) ;
    return ;
  }
  if (getrlimit(RLIMIT_NOFILE, &rl) < 0 || rl.rlim_cur > 65536) rl.rlim_cur = 65536 ;
  for (int i = 3 ; i < (int)rl.rlim_cur ; i++) if (!is_kept(i, keep, n)) close(i) ;
}

/* Closes all above 2 but the n of keep. */
static void close_others (int const *keep, unsigned int n)
{
  int from = 3 ;
  for (;;)
  {
    int next = -1 ;
    for (unsigned int i = 0 ; i < n ; i++)
      if (keep[i] >= from && (next < 0 || keep[i] < next)) next = keep[i] ;
    if (next < 0) break ;
    if (next > from && !close_range_of((unsigned int)from, (unsigned int)next - 1)) break ;
    from = next + 1 ;
  }
  if (!close_range_of((unsigned int)from, ~0u)) close_listed(keep, n) ;
}

static void become_companion (hf_companion const *c, int const *keep, unsigned int n)
{
  int all[32] ;
  unsigned int m = 0 ;
  int fd ;
  sigset_t none ;
  setsid() ;
  for (; m < n && m < 31 ; m++) all[m] = keep[m] ;
  if (c->pidfd >= 0) all[m++] = c->pidfd ;
  close_others(all, m) ;
  for (unsigned int i = 0 ; i < n ; i++) coe(keep[i]) ; /* not for what the companion runs */
  fd = open("/dev/null", O_RDWR | O_CLOEXEC) ;
  if (fd >= 0)
  {
    for (int i = 0 ; i < 2 ; i++) if (!is_kept(i, keep, n) && fd != i) dup2(fd, i) ;
    if (fd > 2) close(fd) ;
  }
  signal(SIGPIPE, SIG_IGN) ;
  signal(SIGCHLD, SIG_DFL) ;
  sigemptyset(&none) ;
  sigprocmask(SIG_SETMASK, &none, 0) ;
}

/* The daemon must not be born with a SIGCHLD pending, which a mask it inherits would keep. */
static void swallow_sigchld (int waspending)
{
  sigset_t set ;
  struct timespec zero = { 0, 0 } ;
  if (waspending || sigpending(&set) < 0 || !sigismember(&set, SIGCHLD)) return ;
  sigemptyset(&set) ;
  sigaddset(&set, SIGCHLD) ;
  sigtimedwait(&set, 0, &zero) ;
}

int hf_companion_fork (hf_companion *c, int const *keep, unsigned int n)
{
  sigset_t pending ;
  int waspending = !sigpending(&pending) && sigismember(&pending, SIGCHLD) ;
  pid_t middle ;
  int wstat ;
  c->daemon.pid = (uint32_t)getpid() ;
  c->daemon.start_lo = c->daemon.start_hi = 0 ;
  if (hf_proc_start(getpid(), &c->daemon.start_lo)) c->daemon.start_hi = c->daemon.start_lo ;
  c->pidfd = hf_pidfd_open(getpid()) ;
  middle = fork() ;
  if (middle < 0) return -1 ;
  if (!middle)
  {
    pid_t pid = fork() ;
    if (pid) _exit(pid < 0 ? errno & 127 : 0) ;
    become_companion(c, keep, n) ;
    return 1 ;
  }
  while (waitpid(middle, &wstat, 0) < 0 && errno == EINTR) ;
  swallow_sigchld(waspending) ;
  if (c->pidfd >= 0) fd_close(c->pidfd) ;
  if (WIFEXITED(wstat) && !WEXITSTATUS(wstat)) return 0 ;
  errno = WIFEXITED(wstat) ? WEXITSTATUS(wstat) : EAGAIN ;
  return -1 ;
}

int hf_companion_alive (hf_companion const *c)
{
  struct pollfd x = { .fd = c->pidfd, .events = POLLIN } ;
  if (c->pidfd >= 0) return !poll(&x, 1, 0) ;
  return hf_proc_same(&c->daemon) && hf_proc_state((pid_t)c->daemon.pid) != 'Z' ;
}

int hf_companion_wait (hf_companion const *c, int fd, short events, int64_t deadline)
{
  for (;;)
  {
    struct pollfd x[2] = { { .fd = fd, .events = events }, { .fd = c->pidfd, .events = POLLIN } } ;
    int64_t now = hf_clock_ms() ;
    int64_t until = c->pidfd < 0 && deadline > now + LOOK_MS ? now + LOOK_MS : deadline ;
    int r = poll(x, 2, hf_clock_poll(until, now)) ;
    int answer = 0 ;
    if (r < 0 && errno == EINTR) continue ;
    if (r > 0 && x[0].revents) answer |= HF_COMPANION_EVENT ;
    if (c->pidfd >= 0 ? r > 0 && x[1].revents : !hf_companion_alive(c)) answer |= HF_COMPANION_DEAD ;
    if (answer || r < 0 || hf_clock_ms() >= deadline) return answer ;
  }
}

int hf_companion_paused (hf_companion const *c)
{
  char s = (char)hf_proc_state((pid_t)c->daemon.pid) ;
  return s == 'T' || s == 't' ;
}

int hf_companion_signal (hf_companion const *c, int sig)
{
  if (c->pidfd < 0 && !hf_companion_alive(c)) return (errno = ESRCH, -1) ;
  return hf_proc_signal(c->pidfd, (pid_t)c->daemon.pid, sig) ;
}

void hf_companion_say_ready (hf_companion const *c, int fd)
{
  if (hf_companion_alive(c)) fd_write(fd, "\n", 1) ;
}

int hf_companion_unread (int fd)
{
  int n = 0 ;
  return !ioctl(fd, FIONREAD, &n) && n > 0 ;
}

void hf_companion_end (hf_companion const *c, int sig, unsigned int kill_ms, char const *reason)
{
  char pid[UINT_FMT] ;
  pid[uint_fmt(pid, c->daemon.pid)] = 0 ;
  hf_warn(reason, ": sending ", hf_signal_name(sig), " to process ", pid) ;
  if (hf_companion_signal(c, sig) < 0 && errno != ESRCH) hf_warnsys("unable to signal process ", pid) ;
  if (hf_companion_wait(c, -1, 0, kill_ms ? hf_clock_ms() + kill_ms : HF_NEVER) & HF_COMPANION_DEAD) return ;
  hf_warn("process ", pid, " is still there: sending KILL") ;
  if (hf_companion_signal(c, SIGKILL) < 0 && errno != ESRCH) hf_warnsys("unable to kill process ", pid) ;
  hf_companion_wait(c, -1, 0, HF_NEVER) ;
}
