/* ISC license. */

/* runsvdir: a runsv for every directory in the scan directory, and another when one dies.

   It is told of changes by inotify and of deaths by SIGCHLD or a pidfd, and does nothing while
   nothing happens. Killed and started again it takes over the runsvs that live. It reaps
   whatever is reparented to it, so it can be process 1 or 2.

   Descriptors: the scan directory, an inotify, an epoll for the runsvs taken over; with a log
   argument two pipes. Its current directory is the scan directory, which it never writes to.
   It must never block but in ppoll, never exit of bad contents, never touch a service. */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/sgetopt.h>
#include <skalibs/sig.h>
#include <skalibs/types.h>

#include <holdfast/message.h>
#include <holdfast/process.h>
#include "runsvdir.h"

#define USAGE "runsvdir [-P6t] [-S statedir] [-T seconds] [-R rate] dir [log]"
#define dieusage() hf_die_usage(1, USAGE, 1)

#ifndef SIGPWR
#define SIGPWR SIGUSR2        /* where there is none */
#endif

static struct tree tree ;

/* Signals are blocked but in ppoll; their handlers leave a mark. */
static int const caught[] = { SIGCHLD, SIGTERM, SIGHUP, SIGALRM, SIGCONT, SIGINT, SIGPWR, SIGUSR1, SIGUSR2 } ;
#define CAUGHT (sizeof(caught) / sizeof(caught[0]))
#define CAUGHT_ALWAYS 5
static sig_atomic_t volatile marks[CAUGHT] ;

static void mark (int sig)
{
  for (unsigned int i = 0 ; i < CAUGHT ; i++) if (caught[i] == sig) marks[i] = 1 ;
}

static int taken (int sig)
{
  for (unsigned int i = 0 ; i < CAUGHT ; i++)
    if (caught[i] == sig && marks[i]) { marks[i] = 0 ; return 1 ; }
  return 0 ;
}

/* First of all: after an upgrade they are blocked already, and some may be waiting. */
static void block_signals (void)
{
  sigset_t set ;
  sigemptyset(&set) ;
  for (unsigned int i = 0 ; i < CAUGHT ; i++) sigaddset(&set, caught[i]) ;
  sigprocmask(SIG_BLOCK, &set, 0) ;
}

/* INT, PWR and the USRs are for an init's use only: elsewhere they do what they always do. */
static void catch_signals (int all)
{
  struct sigaction sa = { .sa_handler = &mark, .sa_flags = 0 } ;
  sigfillset(&sa.sa_mask) ;
  for (unsigned int i = 0 ; i < (all ? CAUGHT : CAUGHT_ALWAYS) ; i++) sigaction(caught[i], &sa, 0) ;
  sig_altignore(SIGPIPE) ;
}

static void leave_all (struct tree *t, int code)
{
  log_keep(t) ;
  _exit(code) ;
}

static void handle_hup (struct tree *t)
{
  if (t->o.stop) { stop_begin(t, HF_EXIT_SYSTEM) ; return ; }
  for (uint32_t i = 0 ; i < t->t.used ; i++)
    if (t->t.e[i].flags & FLAG_USED) stop_tell(t, i) ;
  leave_all(t, HF_EXIT_SYSTEM) ;
}

static void handle_signals (struct tree *t)
{
  int end = taken(SIGTERM) ;
  if (t->o.stop) end |= taken(SIGINT) | taken(SIGPWR) | taken(SIGUSR1) | taken(SIGUSR2) ;
  if (taken(SIGCHLD)) death_reap(t) ;
  if (taken(SIGHUP)) handle_hup(t) ;
  if (end && !t->o.stop) leave_all(t, 0) ;
  if (end) stop_begin(t, 0) ;
  if (taken(SIGALRM)) upgrade_try(t) ;
  if (taken(SIGCONT)) { t->scan.where = 1 ; t->scan.all |= ALL_AGAIN ; }
}

/* Entries whose time in a line is over. */
static void handle_lines (struct tree *t)
{
  for (unsigned int l = LINE_START + 1 ; l < LINE_N ; l++)
  {
    uint32_t n = t->t.line[l].n ;
    for (; n-- ;)
    {
      uint32_t i = t->t.line[l].head ;
      if (i == NONE || t->t.e[i].due > t->now) break ;
      line_take(&t->t, i) ;
      notify_filled(t, i) ;
      if (t->t.e[i].flags & FLAG_GOING && !t->stop.on) scan_going(t, i) ;
      else if (t->stop.on || t->t.e[i].flags & FLAG_LEAVING) stop_retell(t, i) ;
      else line_put(&t->t, i, LINE_START, t->now) ;
    }
  }
}

static void handle_scan (struct tree *t)
{
  if (t->stop.on) return ;
  if (t->scan.where) scan_where(t) ;
  if (t->scan.all) scan_all(t) ;
  scan_time(t) ;
}

static void handle_times (struct tree *t)
{
  if (t->now >= death_next(t)) death_reap(t) ;
  handle_lines(t) ;
  if (!t->stop.on) essential_retry(t) ;
  if (!t->stop.on) start_some(t) ;
  stop_time(t) ;
  log_time(t) ;
  upgrade_time(t) ;
}

static int64_t next_time (struct tree const *t)
{
  int64_t const times[] =
  {
    line_due(&t->t), death_next(t), stop_next(t), t->log.dot_at, t->upgrade.end_at,
    t->stop.on ? HF_NEVER : t->essential_at,
    t->stop.on ? HF_NEVER : t->scan.look_at,
    t->stop.on ? HF_NEVER : start_next(t)
  } ;
  int64_t best = HF_NEVER ;
  for (unsigned int i = 0 ; i < sizeof(times) / sizeof(times[0]) ; i++) if (times[i] < best) best = times[i] ;
  return best ;
}

/* The one place to wait. */
static void wait_events (struct tree *t, sigset_t const *open)
{
  struct pollfd x[4] =
  {
    { .fd = t->stop.on ? -1 : t->scan.notify_fd, .events = POLLIN },
    { .fd = t->epoll_fd, .events = POLLIN },
    { .fd = t->log.own_fd, .events = POLLIN },
    { .fd = t->log.out_fd, .events = POLLIN }
  } ;
  int ms = t->scan.where || t->scan.all ? 0 : hf_clock_poll(next_time(t), hf_clock_ms()) ;
  struct timespec ts = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 } ;
  int r = ppoll(x, 4, ms < 0 ? 0 : &ts, open) ;
  t->now = hf_clock_ms() ;
  if (r <= 0) return ;
  /* With descriptors ready the kernel delivers no signal: so let those in that wait. */
  ts = (struct timespec){ 0, 0 } ;
  ppoll(0, 0, &ts, open) ;
  if (x[1].revents) adopt_read(t) ;
  if (x[0].revents) notify_read(t) ;
  if (x[2].revents | x[3].revents) log_read(t) ;
}

static void loop (struct tree *t)
{
  sigset_t open ;
  sigprocmask(SIG_SETMASK, 0, &open) ;
  for (unsigned int i = 0 ; i < CAUGHT ; i++) sigdelset(&open, caught[i]) ;
  for (;;)
  {
    handle_signals(t) ;
    handle_scan(t) ;
    handle_times(t) ;
    if (t->stop.on && !t->stop.live) break ;
    wait_events(t, &open) ;
  }
  _exit(t->stop.code) ;
}

/* Names are seen from the scan directory, where this process will be. */
static char const *absolute (char const *name)
{
  char cwd[HF_PATH], path[HF_PATH] ;
  char *s ;
  if (name[0] == '/') strcpy(path, strlen(name) < sizeof(path) ? name : "") ;
  else if (!getcwd(cwd, sizeof(cwd)) || !hf_path_join(path, sizeof(path), cwd, name)) path[0] = 0 ;
  if (!path[0]) hf_diesys(100, "unable to find ", name) ;
  s = strdup(path) ;
  if (!s) hf_diesys(100, "unable to start") ;
  return s ;
}

static unsigned int number (char const *s)
{
  unsigned int u ;
  if (!uint0_scan(s, &u) || u > 1000000) dieusage() ;
  return u ;
}

static int options (struct tree *t, int argc, char const *const *argv)
{
  subgetopt l = SUBGETOPT_ZERO ;
  for (;;)
  {
    int c = subgetopt_r(argc, argv, "P6tS:T:R:", &l) ;
    if (c == -1) return l.ind ;
    switch (c)
    {
      case 'P' : t->o.session = 1 ; break ;
      case '6' : t->o.s6 = 1 ; break ;
      case 't' : t->o.stop = 1 ; break ;
      case 'T' : t->o.timeout = number(l.arg) ; break ;
      case 'R' : t->o.rate = number(l.arg) ; break ;
      case 'S' : t->o.statedir = l.arg ; break ;
      default : dieusage() ;
    }
  }
}

static void set_prog (char const *dir)
{
  static char s[256] = "runsvdir " ;
  strncat(s, dir, sizeof(s) - 10) ;
  PROG = s ;
}

/* What may fail, and then is fatal. */
static void init (struct tree *t, char const *dir, char *log)
{
  if (!fd_sanitize()) hf_diesys(100, "unable to start") ;
  hf_message_nowait = 1 ;
  set_prog(dir) ;
  t->now = hf_clock_ms() ;
  t->essential_at = HF_NEVER ;
  if (t->o.statedir && setenv("HF_STATEDIR", absolute(t->o.statedir), 1) < 0) hf_diesys(100, "unable to start") ;
  strcpy(t->scan.path, absolute(dir)) ;
  t->scan.start_fd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (!table_init(&t->t)) hf_diesys(100, "unable to start") ;
  upgrade_inherit(t) ;
  log_init(t, log) ;
  notify_init(t) ;
  adopt_init(t) ;
  start_init(t) ;
  hf_proc_subreaper() ;
  t->scan.where = 1 ;
}

int main (int argc, char const *const *argv)
{
  int n ;
  PROG = "runsvdir" ;
  hf_version(PROG, argc, argv) ;
  block_signals() ;
  tree.upgrade.argv = argv ;
  tree.o.stop = getpid() == 1 ;
  n = options(&tree, argc, argv) ;
  if (argc - n < 1 || argc - n > 2) dieusage() ;
  init(&tree, argv[n], (char *)(uintptr_t)argv[n + 1]) ;
  catch_signals(tree.o.stop) ;
  loop(&tree) ;
}
