/* ISC license. */

/* try: runs a program with a time limit and tries again when it fails. The one link of a chain
   that stays: it is the parent, hands signals on, and exits with the code of the last run.
   fds: uses none; the program has them all. files: none.
   signals: TERM, INT, HUP, QUIT, ALRM, USR1, USR2, WINCH, CONT are handed on; after TERM, INT,
   HUP or QUIT there is no further run. SIGCHLD is waited for.
   Never: leaves a run behind (it dies with try), starts one after being told to end. */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/wait.h>

#include <skalibs/posixplz.h>
#include <skalibs/sig.h>
#include <skalibs/types.h>

#include <holdfast/chain.h>
#include <holdfast/clock.h>
#include <holdfast/message.h>
#include "config.h"

#if HF_LINUX
#include <sys/prctl.h>
#endif

#define USAGE "try [-g] [-q] [-t seconds] [-k seconds] [-s signal] [-n runs] [-d seconds[:max]] prog..."
#define dieusage() hf_die_usage(HF_EXIT_USAGE, USAGE, 0)

static int const passed[] =
{
  SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGALRM, SIGUSR1, SIGUSR2, SIGWINCH, SIGCONT
} ;
#define PASSED (sizeof(passed) / sizeof(passed[0]))

struct attempt
{
  char const *const *argv ;
  int64_t limit, grace ;      /* ms; HF_NEVER: none */
  int64_t delay, delay_max ;
  unsigned int runs ;         /* 0: no end */
  int sig ;
  int group, quiet ;
  sigset_t waited, inherited ;
  pid_t pid ;                 /* 0: none is running */
  int told ;                  /* the signal that told us to end, or 0 */
} ;

/* "2", "0.5": milliseconds. Ends at a colon or the end. */
static size_t scan_seconds (char const *s, int64_t *ms)
{
  uint64_t whole ;
  size_t n = uint64_scan(s, &whole) ;
  if (!n || whole > 1000000000) return 0 ;
  *ms = (int64_t)whole * 1000 ;
  if (s[n] == '.')
  {
    int64_t unit = 100 ;
    n++ ;
    if (s[n] < '0' || s[n] > '9') return 0 ;
    for (; s[n] >= '0' && s[n] <= '9' ; n++, unit /= 10) *ms += unit * (s[n] - '0') ;
  }
  return s[n] && s[n] != ':' ? 0 : n ;
}

static int64_t read_seconds (char const *word)
{
  int64_t ms ;
  size_t n = scan_seconds(word, &ms) ;
  if (!n || word[n]) hf_die(HF_EXIT_USAGE, "invalid time: ", word) ;
  return ms ;
}

static void read_delay (struct attempt *a, char const *word)
{
  size_t n = scan_seconds(word, &a->delay) ;
  if (!n) hf_die(HF_EXIT_USAGE, "invalid time: ", word) ;
  a->delay_max = word[n] ? read_seconds(word + n + 1) : a->delay ;
  if (a->delay_max < a->delay) hf_die(HF_EXIT_USAGE, "invalid time: ", word) ;
}

/* The child of a try that is killed must not stay: nobody would know of it. */
static void become_child (struct attempt const *a, pid_t parent)
{
#if HF_LINUX
  if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to set the parent-death signal") ;
  if (getppid() != parent) _exit(HF_EXIT_SYSTEM) ;
#else
  (void)parent ;
#endif
  if (a->group) setpgid(0, 0) ;
  sigprocmask(SIG_SETMASK, &a->inherited, 0) ;
  hf_exec(a->argv, (char const *const *)environ, 0) ;
}

static void start (struct attempt *a)
{
  pid_t parent = getpid() ;
  pid_t pid = fork() ;
  if (pid < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to fork") ;
  if (!pid) become_child(a, parent) ;
  if (a->group) setpgid(pid, pid) ; /* whoever of the two is first */
  a->pid = pid ;
}

static void send (struct attempt const *a, int sig)
{
  if (!a->pid) return ;
  kill(a->group ? -a->pid : a->pid, sig) ;
}

/* What the terminal sends, it has sent to the program too, unless that has its own group. */
static void take_signal (struct attempt *a, int sig, siginfo_t const *info)
{
  if (sig == SIGCHLD) return ;
  if (sig == SIGTERM || sig == SIGINT || sig == SIGHUP || sig == SIGQUIT) a->told = sig ;
  if (info->si_code <= 0 || a->group) send(a, sig) ;
}

/* Sleeps until a signal comes, which is dealt with, or the deadline; 0 at the deadline. */
static int wait_signal (struct attempt *a, int64_t deadline)
{
  for (;;)
  {
    struct timespec ts ;
    siginfo_t info ;
    int64_t left = deadline == HF_NEVER ? 0 : deadline - hf_clock_ms() ;
    int sig ;
    if (left < 0) left = 0 ;
    ts.tv_sec = (time_t)(left / 1000) ;
    ts.tv_nsec = (long)(left % 1000) * 1000000 ;
    if (deadline == HF_NEVER) sig = sigwaitinfo(&a->waited, &info) ;
    else sig = sigtimedwait(&a->waited, &info, &ts) ;
    if (sig > 0) { take_signal(a, sig, &info) ; return 1 ; }
    if (errno == EAGAIN) return 0 ;
    if (errno != EINTR) hf_diesys(HF_EXIT_SYSTEM, "unable to wait") ;
  }
}

/* Has it ended? What the group leaves behind when its leader is gone is killed. */
static int ended (struct attempt *a, int *wstat)
{
  pid_t r ;
  do r = waitpid(a->pid, wstat, WNOHANG) ; while (r < 0 && errno == EINTR) ;
  if (r < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to wait for the program") ;
  if (!r) return 0 ;
  if (a->group) kill(-a->pid, SIGKILL) ;
  a->pid = 0 ;
  return 1 ;
}

static int exit_code (int wstat)
{
  return WIFSIGNALED(wstat) ? 128 + WTERMSIG(wstat) : WEXITSTATUS(wstat) ;
}

static int64_t after (int64_t ms)
{
  return ms == HF_NEVER ? HF_NEVER : hf_clock_ms() + ms ;
}

/* One run: its exit code, or HF_EXIT_TIMEOUT when the limit ended it. */
static int run (struct attempt *a)
{
  int64_t deadline ;
  int wstat, over = 0 ;
  start(a) ;
  deadline = after(a->limit) ;
  while (!ended(a, &wstat))
  {
    if (wait_signal(a, deadline)) continue ;
    if (over)
    {
      send(a, SIGKILL) ;
      deadline = HF_NEVER ;
      continue ;
    }
    over = 1 ;
    if (!a->quiet) hf_warn("time is over for ", a->argv[0]) ;
    send(a, a->sig) ;
    send(a, SIGCONT) ;
    deadline = after(a->grace) ;
  }
  return over ? HF_EXIT_TIMEOUT : exit_code(wstat) ;
}

static int is_final (struct attempt const *a, int code, unsigned int n)
{
  return !code || a->told || code == HF_EXIT_NOEXEC || code == HF_EXIT_NOTFOUND || (a->runs && n >= a->runs) ;
}

static int attempts (struct attempt *a)
{
  int64_t delay = a->delay ;
  for (unsigned int n = 1 ;; n++)
  {
    int64_t deadline ;
    int code = run(a) ;
    char fmt[UINT_FMT] ;
    if (is_final(a, code, n)) return code ;
    fmt[uint_fmt(fmt, (unsigned int)code)] = 0 ;
    if (!a->quiet) hf_warn(a->argv[0], " failed with code ", fmt, ", trying again") ;
    deadline = after(delay) ;
    while (!a->told && wait_signal(a, deadline)) ;
    if (a->told) return 128 + a->told ;
    delay = delay > a->delay_max / 2 ? a->delay_max : delay * 2 ;
  }
}

/* Blocked, so that sigtimedwait takes them one by one. What was ignored stays so: nohup. */
static void trap (struct attempt *a)
{
  sigemptyset(&a->waited) ;
  sigaddset(&a->waited, SIGCHLD) ;
  for (unsigned int i = 0 ; i < PASSED ; i++)
  {
    struct sigaction sa ;
    if (!sigaction(passed[i], 0, &sa) && sa.sa_handler != SIG_IGN) sigaddset(&a->waited, passed[i]) ;
  }
  signal(SIGCHLD, SIG_DFL) ;
  sigprocmask(SIG_BLOCK, &a->waited, &a->inherited) ;
}

static unsigned int read_runs (char const *word)
{
  unsigned int n ;
  if (!uint0_scan(word, &n)) hf_die(HF_EXIT_USAGE, "invalid number of runs: ", word) ;
  return n ;
}

int main (int argc, char const *const *argv)
{
  static struct attempt a = { .limit = HF_NEVER, .grace = 5000, .delay = 1000, .delay_max = 1000, .runs = 1, .sig = SIGTERM } ;
  subgetopt l = SUBGETOPT_ZERO ;
  PROG = "try" ;
  hf_version(PROG, argc, argv) ;
  for (;;)
  {
    int opt = hf_option(argc, argv, "gqt:k:s:n:d:", &l) ;
    if (opt == -1) break ;
    switch (opt)
    {
      case 'g' : a.group = 1 ; break ;
      case 'q' : a.quiet = 1 ; break ;
      case 't' : a.limit = read_seconds(l.arg) ; if (!a.limit) a.limit = HF_NEVER ; break ;
      case 'k' : a.grace = read_seconds(l.arg) ; if (!a.grace) a.grace = HF_NEVER ; break ;
      case 's' : if (!sig0_scan(l.arg, &a.sig)) hf_die(HF_EXIT_USAGE, "invalid signal: ", l.arg) ; break ;
      case 'n' : a.runs = read_runs(l.arg) ; break ;
      case 'd' : read_delay(&a, l.arg) ; break ;
      default : dieusage() ;
    }
  }
  a.argv = argv + l.ind ;
  if (argc <= l.ind) dieusage() ;
  trap(&a) ;
  return attempts(&a) ;
}
