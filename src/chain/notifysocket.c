/* ISC license. */

/* notifysocket: runs a daemon that speaks sd_notify and translates for the supervisor.
   The daemon runs in this program's own pid; a companion process (companion.h) holds the
   socket, writes the newline to the notification descriptor at READY=1, keeps a file with
   what the daemon last said, and ends the daemon when its watchdog is not served.
   Descriptors of the companion: the socket, the notification descriptor until the daemon is
   ready, a pidfd, stderr. It must never believe a process that is not the daemon's, keep a
   descriptor that was sent to it, or outlive the daemon. */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

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
#include "notifymsg.h"
#include "notifysock.h"

#define USAGE "notifysocket [-amq] [-d fd | -N] [-p path] [-s file] [-w ms] [-t ms] [-k signal] [-K ms] prog ..."
#define HELD_MS 1000          /* longest time between two looks whether the newline was read */
#define FILE_MS 100           /* least time between two writings of the status file */

enum trust { TRUST_DESCENDANTS, TRUST_MAIN, TRUST_ANYONE } ;

static struct
{
  hf_companion daemon ;
  hf_companion main ;         /* the process of MAINPID=; pid 0 if none was named */
  enum trust trust ;
  int fd ;                    /* the socket */
  int notify ;                /* notification descriptor, or -1: none, or done */
  int64_t held ;              /* the newline is written: time to the next look whether it was read; else 0 */
  char const *path ;          /* of the socket; null: abstract */
  char const *file ;          /* status file, or null */
  int dirty ;                 /* it is not what it should be */
  int64_t write_at ;          /* and is not to be written before this */
  unsigned int watchdog_ms ;
  unsigned int start_ms ;
  unsigned int kill_ms ;
  int signal ;
  int64_t deadline ;          /* sign of life wanted before this */
  notifymsg said ;
} g = { .fd = -1, .notify = -1, .kill_ms = 10000, .signal = SIGABRT, .deadline = HF_NEVER } ;

static void set_number (char const *name, unsigned long n)
{
  char s[ULONG_FMT] ;
  s[ulong_fmt(s, n)] = 0 ;
  if (setenv(name, s, 1) < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to set ", name) ;
}

static void set_environment (void)
{
  char name[NOTIFYSOCK_NAME] ;
  notifysock_name(g.fd, !!g.path, name) ;
  if (setenv("NOTIFY_SOCKET", name, 1) < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to set NOTIFY_SOCKET") ;
  unsetenv("WATCHDOG_USEC") ;
  unsetenv("WATCHDOG_PID") ;
  if (!g.watchdog_ms) return ;
  set_number("WATCHDOG_USEC", g.watchdog_ms * 1000ul) ;
  set_number("WATCHDOG_PID", (unsigned long)getpid()) ;
}

/* Whom to believe. */

static int is_main (pid_t pid)
{
  return pid > 0 && (pid == (pid_t)g.daemon.daemon.pid || pid == (pid_t)g.main.daemon.pid) ;
}

static int is_descendant (pid_t pid)
{
  for (int i = 0 ; i < 64 && pid > 1 ; i++)
  {
    if (is_main(pid)) return 1 ;
    pid = hf_proc_parent(pid) ;
  }
  return 0 ;
}

static void proc_path (char *s, pid_t pid)
{
  memcpy(s, "/proc/", 6) ;
  s[6 + pid_fmt(s + 6, pid)] = 0 ;
}

/* A main process may be named by whoever could signal it anyway, or be below the daemon:
   else a daemon without privilege could have the watchdog aim at a stranger. */
static int may_name (pid_t pid, uid_t uid)
{
  char path[6 + PID_FMT] ;
  struct stat st ;
  proc_path(path, pid) ;
  return stat(path, &st) >= 0 && (!uid || st.st_uid == uid || is_descendant(pid)) ;
}

static void forget_main (void)
{
  if (g.main.daemon.pid && g.main.pidfd >= 0) fd_close(g.main.pidfd) ;
  g.main.daemon.pid = 0 ;
}

static void set_main (pid_t pid, uid_t uid)
{
  if (pid == (pid_t)g.daemon.daemon.pid) forget_main() ;
  if (is_main(pid)) return ;
  if (pid <= 1 || !may_name(pid, uid))
  {
    g.said.mainpid = g.main.daemon.pid ;
    hf_warn("MAINPID names a process that is not the daemon's: ignored") ;
    return ;
  }
  forget_main() ;
  g.main.pidfd = hf_pidfd_open(pid) ;
  g.main.daemon.pid = (uint32_t)pid ;
  g.main.daemon.start_lo = g.main.daemon.start_hi = 0 ;
  if (hf_proc_start(pid, &g.main.daemon.start_lo)) g.main.daemon.start_hi = g.main.daemon.start_lo ;
}

/* What was said, made known. */

static void write_file (int64_t now)
{
  char s[NOTIFYMSG_TEXT] ;
  if (!g.dirty || !g.file || now < g.write_at) return ;
  g.dirty = 0 ;
  g.write_at = now + FILE_MS ;
  if (!openwritenclose_suffix(g.file, s, notifymsg_text(&g.said, g.daemon.daemon.pid, s), ".new"))
    hf_warnsys("unable to write ", g.file) ;
}

static void say_ready (void)
{
  if (g.notify < 0 || g.held) return ;
  hf_companion_say_ready(&g.daemon, g.notify) ;
  g.held = 1 ;
}

/* When to look again, or HF_NEVER. */
static int64_t let_go (int64_t now)
{
  if (!g.held) return HF_NEVER ;
  if (hf_companion_unread(g.notify))
  {
    g.held = 2 * g.held < HELD_MS ? 2 * g.held : HELD_MS ;
    return now + g.held ;
  }
  fd_close(g.notify) ;
  g.notify = -1 ;
  g.held = 0 ;
  return HF_NEVER ;
}

static void arm (int64_t now)
{
  g.deadline = g.said.state == NOTIFY_STOPPING || !g.watchdog_ms ? HF_NEVER : now + g.watchdog_ms ;
}

static void obey (notifymsg const *before, uid_t uid, int64_t now)
{
  unsigned int got = g.said.got ;
  if (got & NOTIFY_GOT_READY) say_ready() ;
  if (got & NOTIFY_GOT_MAINPID) set_main((pid_t)g.said.mainpid, uid) ;
  if (got & NOTIFY_GOT_USEC) g.watchdog_ms = g.said.watchdog_ms ;
  if (got & (NOTIFY_GOT_READY | NOTIFY_GOT_ALIVE | NOTIFY_GOT_USEC | NOTIFY_GOT_STOPPING)
    && (g.said.state != NOTIFY_STARTING || got & NOTIFY_GOT_ALIVE)) arm(now) ;
  if (got & NOTIFY_GOT_EXTEND && g.deadline != HF_NEVER && now + g.said.extend_ms > g.deadline)
    g.deadline = now + g.said.extend_ms ;
  if (got & NOTIFY_GOT_TRIGGER) g.deadline = now ;
  if (notifymsg_differs(before, &g.said)) g.dirty = 1 ;
}

/* Receiving. */

/* A sender that is dead already has no ancestors to show (a helper that sends and exits). It is
   believed if it ran as root or as the daemon's user, who can do worse to the daemon anyway. */
static int is_ghost (pid_t pid, uid_t uid)
{
  struct stat st ;
  char path[6 + PID_FMT] ;
  if (pid <= 0 || !kill(pid, 0) || errno != ESRCH) return 0 ;
  if (!uid) return 1 ;
  proc_path(path, (pid_t)g.daemon.daemon.pid) ;
  return !stat(path, &st) && st.st_uid == uid ;
}

static int believe (pid_t pid, uid_t uid)
{
  if (!HF_LINUX || g.trust == TRUST_ANYONE) return 1 ;
  if (g.trust == TRUST_MAIN) return is_main(pid) ;
  return is_descendant(pid) || is_ghost(pid, uid) ;
}

/* One datagram. 1, or 0 if there is none. */
static int receive (int64_t now)
{
  static notifysock d ;
  notifymsg before = g.said ;
  int r = notifysock_receive(g.fd, &d) ;
  if (!r) return 0 ;
  if (r > 0 && believe(d.pid, d.uid) && notifymsg_scan(&g.said, d.s, d.len)) obey(&before, d.uid, now) ;
  notifysock_release(&d) ;
  return 1 ;
}

/* The companion's life. */

static void too_late (void)
{
  hf_companion const *who = g.main.daemon.pid && hf_companion_alive(&g.main) ? &g.main : &g.daemon ;
  char const *reason = g.said.got & NOTIFY_GOT_TRIGGER ? "the daemon triggered its watchdog"
    : g.said.state == NOTIFY_STARTING ? "the daemon did not get ready in time" : "the watchdog was not served" ;
  if (hf_companion_paused(who)) { g.deadline = hf_clock_ms() + (g.watchdog_ms ? g.watchdog_ms : g.start_ms) ; return ; }
  hf_companion_end(who, g.signal, g.kill_ms, reason) ;
  g.deadline = HF_NEVER ;
  if (who == &g.main) forget_main() ;
}

static void live (void)
{
  int64_t now = hf_clock_ms() ;
  g.dirty = 1 ;
  if (g.start_ms) g.deadline = now + g.start_ms ;
  for (;;)
  {
    int r ;
    int64_t until ;
    write_file(now) ;
    until = let_go(now) ;
    if (g.dirty && g.file && g.write_at < until) until = g.write_at ;
    if (g.deadline < until) until = g.deadline ;
    r = hf_companion_wait(&g.daemon, g.fd, POLLIN, until) ;
    now = hf_clock_ms() ;
    if (r & HF_COMPANION_EVENT) while (receive(now)) ;
    if (r & HF_COMPANION_DEAD) break ;
    if (now >= g.deadline) too_late() ;
  }
  g.write_at = 0 ;
  write_file(now) ;
  notifysock_forget(g.path) ;
}

static int find_notify_fd (int wanted)
{
  int fd = hf_companion_notify_fd(wanted) ;
  if (fd >= 0) return fd ;
  if (errno == ENOTUNIQ)
    hf_die(HF_EXIT_USAGE, "the notification descriptor is one of the sockets passed by LISTEN_FDS: choose another number") ;
  if (wanted < 0)
    hf_diesys(HF_EXIT_USAGE, "no notification descriptor: unable to use the file notification-fd (and no -d, no -N)") ;
  hf_diesys(HF_EXIT_USAGE, "the notification descriptor is not open (is there a file notification-fd?)") ;
}

int main (int argc, char const *const *argv)
{
  subgetopt l = SUBGETOPT_ZERO ;
  int wanted = -1, none = 0, quiet = 0, opt ;
  PROG = "notifysocket" ;
  hf_version(PROG, argc, argv) ;
  while ((opt = hf_option(argc, argv, "d:Np:s:amw:t:k:K:q", &l)) >= 0) switch (opt)
  {
    case 'd' : wanted = (int)hf_option_number(l.arg, USAGE) ; break ;
    case 'N' : none = 1 ; break ;
    case 'p' : g.path = l.arg ; break ;
    case 's' : g.file = l.arg ; break ;
    case 'a' : g.trust = TRUST_ANYONE ; break ;
    case 'm' : g.trust = TRUST_MAIN ; break ;
    case 'w' : g.watchdog_ms = hf_option_number(l.arg, USAGE) ; break ;
    case 't' : g.start_ms = hf_option_number(l.arg, USAGE) ; break ;
    case 'K' : g.kill_ms = hf_option_number(l.arg, USAGE) ; break ;
    case 'q' : quiet = 1 ; break ;
    case 'k' :
      g.signal = hf_signal_scan(l.arg) ;
      if (!g.signal) hf_die(HF_EXIT_USAGE, "unknown signal ", l.arg) ;
      break ;
    default : hf_die_usage(HF_EXIT_USAGE, USAGE, 0) ;
  }
  argc -= l.ind ; argv += l.ind ;
  if (!argc) hf_die_usage(HF_EXIT_USAGE, USAGE, 0) ;
  if (!HF_LINUX && !g.path) hf_die(HF_EXIT_USAGE, "this system has no abstract sockets: -p PATH is needed") ;
  if (!none) g.notify = find_notify_fd(wanted) ;
  g.fd = notifysock_open(g.path) ;
  set_environment() ;
  {
    int keep[2] = { g.fd, g.notify } ;
    int r = hf_companion_fork(&g.daemon, keep, 2 - none) ;
    if (r < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to fork") ;
    if (r)
    {
      if (quiet) fd_move(2, open2("/dev/null", 1)) ;
      live() ;
      return 0 ;
    }
  }
  fd_close(g.fd) ;
  if (g.notify >= 0) fd_close(g.notify) ;
  hf_exec(argv, (char const *const *)environ, 0) ;
}
