/* ISC license. */

/* readywhen: runs a daemon that does not say when it is ready, and says it for it.
   The daemon runs in this program's own pid; a companion process (companion.h) asks the
   probes and, when all say yes, writes the newline to the notification descriptor. It then
   exits, or goes on as a health check that ends the daemon after too many failures.
   Descriptors of the companion: the notification descriptor until the daemon is ready, a
   pidfd, inotify, the log file it reads, stderr. It must never say ready for a dead daemon,
   blame a stopped one, leave a hanging probe behind, or outlive the daemon. */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <dirent.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/posixplz.h>
#include <skalibs/sgetopt.h>
#include <skalibs/types.h>

#include <holdfast/chain.h>
#include <holdfast/clock.h>
#include <holdfast/companion.h>
#include <holdfast/message.h>
#include <holdfast/policy.h>
#include <holdfast/service.h>
#include "config.h"
#include "probe.h"

#if HF_LINUX
#include <sys/inotify.h>
#endif

#define USAGE "readywhen [-eqv] [-c command] [-T [address:]port] [-u path] [-f file] [-l pattern] [-L file] [-s seconds] " \
  "[-d fd | -N] [-i ms] [-w ms] [-t ms] [-n attempts] [-m failures] [-I ms] [-k signal] [-K ms] prog ..."
#define PROBES 16
#define HELD_MS 1000          /* longest time between two looks whether the newline was read */
#define FIRST_MS 5            /* the second look; then twice as long each time */

static probe probes[PROBES] ;

static struct
{
  hf_companion daemon ;
  probe *p ;
  unsigned int n ;
  char const *logfile ;
  int notify ;
  int inotify ;
  unsigned int interval ;     /* -i: longest time between two looks */
  unsigned int probe_ms ;     /* -w: time one probe may take */
  unsigned int total_ms ;     /* -t */
  unsigned int attempts ;     /* -n */
  unsigned int failures ;     /* -m */
  unsigned int health_ms ;    /* -I */
  unsigned int kill_ms ;
  int signal ;
  int end, verbose, quiet, none, wanted ;
} g = { .p = probes, .notify = -1, .inotify = -1, .interval = 1000, .probe_ms = 5000, .health_ms = 10000, .kill_ms = 10000,
  .signal = SIGTERM, .wanted = -1 } ;

/* Asking. */

static int ask_all (int quiet_ones, int health)
{
  for (unsigned int i = 0 ; i < g.n ; i++)
    if (probe_is_quiet(g.p + i) == quiet_ones
      && !probe_ask(g.p + i, &g.daemon, hf_clock_ms() + g.probe_ms, health, g.verbose)) return 0 ;
  return 1 ;
}

static int64_t earlier (int64_t a, int64_t b)
{
  return a < b ? a : b ;
}

/* When a time probe changes its answer. */
static int64_t time_probe (int64_t now)
{
  int64_t at = HF_NEVER ;
  for (unsigned int i = 0 ; i < g.n ; i++)
    if (g.p[i].kind == PROBE_UP && g.p[i].since + g.p[i].ms > now) at = earlier(at, g.p[i].since + g.p[i].ms) ;
  return at ;
}

static void watch_directories (void)
{
#if HF_LINUX
  char dir[HF_PATH] ;
  for (unsigned int i = 0 ; i < g.n ; i++)
  {
    if (!probe_directory(g.p + i, dir)) continue ;
    if (g.inotify < 0) g.inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK) ;
    if (g.inotify >= 0) inotify_add_watch(g.inotify, dir, IN_CREATE | IN_MOVED_TO | IN_MODIFY | IN_ATTRIB | IN_CLOSE_WRITE) ;
  }
#endif
}

static void drain_inotify (void)
{
  char s[4096] ;
  while (g.inotify >= 0 && fd_read(g.inotify, s, sizeof(s)) > 0) ;
}

/* Waits until a look is worth it. 1 it is time, 0 something changed, -1 the daemon is dead. */
static int wait_look (int64_t until)
{
  int r = hf_companion_wait(&g.daemon, g.inotify, POLLIN, until) ;
  if (r & HF_COMPANION_DEAD) return -1 ;
  if (r & HF_COMPANION_EVENT) drain_inotify() ;
  return !(r & HF_COMPANION_EVENT) ;
}

/* 1 ready, 0 too late, -1 dead. The loud probes are asked by the clock, and at once when the
   quiet ones have come to say yes. */
static int become_ready (void)
{
  int64_t start = hf_clock_ms() ;
  int64_t end = g.total_ms ? start + g.total_ms : HF_NEVER ;
  unsigned int delay = FIRST_MS, tries = 0 ;
  int64_t next = start ;
  int was = 0, timed = 0 ;
  for (;;)
  {
    int quiet = ask_all(1, 0) ;
    int64_t now = hf_clock_ms() ;
    if (quiet && (timed || !was) && ask_all(0, 0)) return 1 ;
    if (timed && g.attempts && ++tries >= g.attempts) return 0 ;
    was = quiet ;
    now = hf_clock_ms() ;
    if (now >= end) return 0 ;
    if (now >= next)
    {
      next = now + delay ;
      delay = delay * 2 < g.interval ? delay * 2 : g.interval ;
    }
    timed = wait_look(earlier(earlier(next, end), time_probe(now))) ;
    if (timed < 0) return -1 ;
    if (hf_companion_paused(&g.daemon)) { timed = 0 ; was = 1 ; }
  }
}

/* 1, or 0: the daemon died before anybody read it. */
static int say_ready (void)
{
  int64_t delay = 1 ;
  if (g.notify < 0) return 1 ;
  hf_companion_say_ready(&g.daemon, g.notify) ;
  while (hf_companion_unread(g.notify))
  {
    if (hf_companion_wait(&g.daemon, -1, 0, hf_clock_ms() + delay) & HF_COMPANION_DEAD) return 0 ;
    delay = earlier(2 * delay, HELD_MS) ;
  }
  fd_close(g.notify) ;
  g.notify = -1 ;
  return 1 ;
}

static void stay_healthy (void)
{
  unsigned int bad = 0 ;
  if (g.inotify >= 0) fd_close(g.inotify) ;
  g.inotify = -1 ;
  while (bad < g.failures)
  {
    if (hf_companion_wait(&g.daemon, -1, 0, hf_clock_ms() + g.health_ms) & HF_COMPANION_DEAD) return ;
    if (hf_companion_paused(&g.daemon) || (ask_all(1, 1) && ask_all(0, 1))) bad = 0 ;
    else if (!hf_companion_alive(&g.daemon)) return ;
    else bad++ ;
  }
  hf_companion_end(&g.daemon, g.signal, g.kill_ms, "the health check failed") ;
}

static void live (void)
{
  int r = become_ready() ;
  if (r < 0) return ;
  if (!r)
  {
    if (g.end) hf_companion_end(&g.daemon, g.signal, g.kill_ms, "not ready in time") ;
    else hf_warn("not ready in time: no longer waiting for it") ;
    return ;
  }
  if (!say_ready()) return ;
  if (g.failures) stay_healthy() ;
}

/* Setting up. */

/* The file "current" that the service's logger has open. */
static int find_logfile (char *s)
{
  char dir[64] = "/proc/" ;
  char value[32] ;
  DIR *d ;
  struct dirent *e ;
  int found = 0 ;
  if (hf_value_read("log/supervise/pid", value, sizeof(value)) <= 0) return 0 ;
  strcat(dir, value) ;
  strcat(dir, "/fd") ;
  d = opendir(dir) ;
  while (d && !found && (e = readdir(d)))
  {
    ssize_t n = readlinkat(dirfd(d), e->d_name, s, HF_PATH - 1) ;
    if (n > 8 && n < HF_PATH - 1 && !memcmp(s + n - 8, "/current", 8)) { s[n] = 0 ; found = 1 ; }
  }
  if (d) closedir(d) ;
  return found ;
}

static void add_probe (enum probe_kind kind, char const *arg)
{
  probe *p = g.p + g.n ;
  if (g.n++ >= PROBES) hf_die(HF_EXIT_USAGE, "too many probes") ;
  p->kind = kind ;
  p->arg = arg ;
  switch (kind)
  {
    case PROBE_TCP :
      if (!probe_scan_tcp(p, arg)) hf_die(HF_EXIT_USAGE, "not a port or numeric ADDRESS:PORT: ", arg) ;
      break ;
    case PROBE_UNIX :
      if (!probe_scan_unix(p, arg)) hf_die(HF_EXIT_USAGE, "not the path of a socket: ", arg) ;
      break ;
    case PROBE_UP :
      p->ms = hf_option_number(arg, USAGE) ;
      if (p->ms > 2147483) hf_die_usage(HF_EXIT_USAGE, USAGE, 0) ;
      p->ms *= 1000 ;
      break ;
    default :
      if (!*arg) hf_die_usage(HF_EXIT_USAGE, USAGE, 0) ;
  }
}

static void begin_probes (void)
{
  static char found[HF_PATH] ;
  int64_t now = hf_clock_ms() ;
  for (unsigned int i = 0 ; i < g.n ; i++)
  {
    if (g.p[i].kind == PROBE_LOG)
    {
      if (!g.logfile && find_logfile(found)) g.logfile = found ;
      if (!g.logfile) hf_die(HF_EXIT_USAGE, "unable to find the file of this service's logger: give -L FILE") ;
      g.p[i].logfile = g.logfile ;
    }
    if (!probe_begin(g.p + i, now)) hf_diesys(HF_EXIT_SYSTEM, "unable to read ", g.p[i].logfile) ;
  }
}

static void find_notify_fd (void)
{
  if (g.none) return ;
  g.notify = hf_companion_notify_fd(g.wanted) ;
  if (g.notify >= 0) return ;
  if (errno == ENOTUNIQ)
    hf_die(HF_EXIT_USAGE, "the notification descriptor is one of the sockets passed by LISTEN_FDS: choose another number") ;
  if (g.wanted < 0)
    hf_diesys(HF_EXIT_USAGE, "no notification descriptor: unable to use the file notification-fd (and no -d, no -N)") ;
  hf_diesys(HF_EXIT_USAGE, "the notification descriptor is not open (is there a file notification-fd?)") ;
}

static unsigned int options (int argc, char const *const *argv)
{
  subgetopt l = SUBGETOPT_ZERO ;
  int opt ;
  while ((opt = hf_option(argc, argv, "c:T:u:f:l:L:s:d:Ni:w:t:n:em:I:k:K:vq", &l)) >= 0) switch (opt)
  {
    case 'c' : add_probe(PROBE_COMMAND, l.arg) ; break ;
    case 'T' : add_probe(PROBE_TCP, l.arg) ; break ;
    case 'u' : add_probe(PROBE_UNIX, l.arg) ; break ;
    case 'f' : add_probe(PROBE_FILE, l.arg) ; break ;
    case 'l' : add_probe(PROBE_LOG, l.arg) ; break ;
    case 's' : add_probe(PROBE_UP, l.arg) ; break ;
    case 'L' : g.logfile = l.arg ; break ;
    case 'd' : g.wanted = (int)hf_option_number(l.arg, USAGE) ; break ;
    case 'N' : g.none = 1 ; break ;
    case 'i' : g.interval = hf_option_number(l.arg, USAGE) ; break ;
    case 'w' : g.probe_ms = hf_option_number(l.arg, USAGE) ; break ;
    case 't' : g.total_ms = hf_option_number(l.arg, USAGE) ; break ;
    case 'n' : g.attempts = hf_option_number(l.arg, USAGE) ; break ;
    case 'e' : g.end = 1 ; break ;
    case 'm' : g.failures = hf_option_number(l.arg, USAGE) ; break ;
    case 'I' : g.health_ms = hf_option_number(l.arg, USAGE) ; break ;
    case 'K' : g.kill_ms = hf_option_number(l.arg, USAGE) ; break ;
    case 'v' : g.verbose = 1 ; break ;
    case 'q' : g.quiet = 1 ; break ;
    case 'k' :
      g.signal = hf_signal_scan(l.arg) ;
      if (!g.signal) hf_die(HF_EXIT_USAGE, "unknown signal ", l.arg) ;
      break ;
    default : hf_die_usage(HF_EXIT_USAGE, USAGE, 0) ;
  }
  if (!g.n || !g.interval || !g.health_ms || !g.probe_ms) hf_die_usage(HF_EXIT_USAGE, USAGE, 0) ;
  return l.ind ;
}

int main (int argc, char const *const *argv)
{
  int keep[PROBES + 2] ;
  unsigned int n = 0 ;
  int r ;
  PROG = "readywhen" ;
  hf_version(PROG, argc, argv) ;
  argv += options(argc, argv) ;
  if (!argv[0]) hf_die_usage(HF_EXIT_USAGE, USAGE, 0) ;
  find_notify_fd() ;
  begin_probes() ;
  watch_directories() ;
  if (g.notify >= 0) keep[n++] = g.notify ;
  if (g.inotify >= 0) keep[n++] = g.inotify ;
  for (unsigned int i = 0 ; i < g.n ; i++) if (g.p[i].fd >= 0) keep[n++] = g.p[i].fd ;
  r = hf_companion_fork(&g.daemon, keep, n) ;
  if (r < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to fork") ;
  if (r)
  {
    if (g.quiet) fd_move(2, open2("/dev/null", 1)) ;
    live() ;
    return 0 ;
  }
  for (unsigned int i = 0 ; i < n ; i++) fd_close(keep[i]) ;
  hf_exec(argv, (char const *const *)environ, 0) ;
}
