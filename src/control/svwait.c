/* ISC license. */

/* svwait: waits until services are as they should be. Given a program, it begins to watch, then
   runs the program, then waits, so that no change the program makes is missed.
   Descriptors: watches, all close-on-exec. It must never wait without end for what cannot come:
   a service that does not exist, that nobody supervises, or that failed for good. */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/posixplz.h>
#include <skalibs/sgetopt.h>
#include <skalibs/types.h>

#include <holdfast/chain.h>
#include <holdfast/clock.h>
#include <holdfast/message.h>
#include <holdfast/process.h>
#include "look.h"

#define USAGE "svwait [-ao] [-d scandir] [-t ms] [-g ms] condition[,condition ...] name ... [-- prog ...]"
#define CHILD_MS 20           /* how often to look after prog where there is no pidfd */

enum { UP = 1, READY = 2, DOWN = 4, GONE = 8, RESTARTED = 16, FAILED = 32 } ;

static struct { char const *word ; unsigned int bit ; } const conditions[] =
{
  { "up", UP }, { "ready", READY }, { "down", DOWN }, { "gone", GONE }, { "restarted", RESTARTED }, { "failed", FAILED },
} ;

static struct
{
  look *l ;
  struct { uint32_t starts, deaths ; } *before ;
  unsigned int n ;
  unsigned int want ;
  int any ;
  int ran ;                   /* a program was run: what was failed before may have been started */
  int64_t grace ;
} g = { .grace = 5000 } ;

static unsigned int scan_conditions (char const *s)
{
  unsigned int bits = 0 ;
  for (;;)
  {
    size_t n = strcspn(s, ",") ;
    unsigned int i, bit = 0 ;
    for (i = 0 ; i < sizeof(conditions) / sizeof(conditions[0]) ; i++)
      if (strlen(conditions[i].word) == n && !memcmp(conditions[i].word, s, n)) bit = conditions[i].bit ;
    if (!bit) hf_die(HF_EXIT_USAGE, "unknown condition ", s, " (up, ready, down, gone, restarted, failed)") ;
    bits |= bit ;
    if (!s[n]) return bits ;
    s += n + 1 ;
  }
}

static int is_met (unsigned int i)
{
  look *l = g.l + i ;
  return (g.want & UP && look_is_up(l)) || (g.want & READY && look_is_ready(l)) || (g.want & DOWN && look_is_down(l))
    || (g.want & GONE && look_is_gone(l)) || (g.want & FAILED && look_is_failed(l))
    || (g.want & RESTARTED && l->starts != g.before[i].starts && look_is_ready(l)) ;
}

/* Nothing that is waited for can come without somebody's doing: an exit code, or 0. */
static int is_hopeless (unsigned int i, int64_t now)
{
  look *l = g.l + i ;
  if (l->reach == LOOK_NODIR) return HF_EXIT_USAGE ;
  if (l->reach == LOOK_DENIED) return HF_EXIT_SYSTEM ;
  if (g.want & (DOWN | GONE)) return 0 ;
  if (l->reach == LOOK_ALONE) return now >= l->alone_since + g.grace ? HF_EXIT_UNSUPERVISED : 0 ;
  return look_is_failed(l) && (!g.ran || l->deaths != g.before[i].deaths) ;
}

static void say_hopeless (unsigned int i, int code)
{
  char why[256] ;
  look const *l = g.l + i ;
  errno = l->err ;
  if (code == HF_EXIT_USAGE) hf_message("fatal", errno, hf_words("unable to find the service ", l->word)) ;
  else if (code == HF_EXIT_SYSTEM) hf_message("fatal", errno, hf_words("unable to read the state of ", l->word)) ;
  else if (code == HF_EXIT_UNSUPERVISED) hf_message("fatal", 0, hf_words("nobody supervises ", l->word)) ;
  else { look_reason(l, why, sizeof(why)) ; hf_message("fatal", 0, hf_words(l->word, ": ", why)) ; }
}

/* 0 met, -1 not yet, else the exit code. */
static int judge (void)
{
  unsigned int met = 0, lost = 0, first = 0 ;
  int code = 0 ;
  int64_t now = hf_clock_ms() ;
  for (unsigned int i = 0 ; i < g.n ; i++)
  {
    int r ;
    g.l[i].met = is_met(i) ? 1 : 0 ;
    if (g.l[i].met) { met++ ; continue ; }
    r = is_hopeless(i, now) ;
    if (!r) continue ;
    if (!lost++) { first = i ; code = r ; }
  }
  if (g.any ? met : met == g.n) return 0 ;
  if (g.any ? lost < g.n : !lost) return -1 ;
  say_hopeless(first, code) ;
  return code ;
}

static void say_late (void)
{
  char s[1024] ;
  look_unmet(g.l, g.n, s, sizeof(s)) ;
  hf_message("fatal", 0, hf_words("timed out, still waiting for:", s)) ;
}

/* Three descriptors for each service. */
static void make_room (void)
{
  struct rlimit rl ;
  rlim_t need = 3 * (rlim_t)g.n + 32 ;
  if (getrlimit(RLIMIT_NOFILE, &rl) < 0 || rl.rlim_cur >= need) return ;
  rl.rlim_cur = need < rl.rlim_max ? need : rl.rlim_max ;
  setrlimit(RLIMIT_NOFILE, &rl) ;
}

static void subscribe (unsigned int n, char const *const *names, char const *scandir)
{
  g.n = n ;
  g.l = calloc(n, sizeof(look)) ;
  g.before = calloc(n, sizeof(*g.before)) ;
  if (!g.l || !g.before) hf_die(HF_EXIT_SYSTEM, "out of memory") ;
  for (unsigned int i = 0 ; i < n ; i++)
  {
    look_find(g.l + i, scandir, names[i]) ;
    look_take(g.l + i) ;
    g.before[i].starts = g.l[i].starts ;
    g.before[i].deaths = g.l[i].deaths ;
  }
}

static pid_t launch (char const *const *argv, struct rlimit const *rl)
{
  pid_t pid = fork() ;
  if (pid < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to fork") ;
  if (pid) return pid ;
  setrlimit(RLIMIT_NOFILE, rl) ;
  hf_exec(argv, (char const *const *)environ, 0) ;
}

/* Runs the program to its end, watching all the time. It must succeed. */
static void run (char const *const *argv, struct rlimit const *rl, int64_t deadline)
{
  pid_t pid = launch(argv, rl) ;
  int fd = hf_pidfd_open(pid) ;
  int wstat ;
  for (;;)
  {
    int64_t now = hf_clock_ms() ;
    int64_t until = fd < 0 && deadline > now + CHILD_MS ? now + CHILD_MS : deadline ;
    look_wait(g.l, g.n, fd, until) ;
    if (waitpid(pid, &wstat, WNOHANG) == pid) break ;
    if (hf_clock_ms() < deadline) continue ;
    kill(pid, SIGTERM) ;
    hf_die(HF_EXIT_TIMEOUT, "timed out, and ", argv[0], " had not ended") ;
  }
  if (fd >= 0) close(fd) ;
  if (WIFSIGNALED(wstat)) _exit(128 + WTERMSIG(wstat)) ;
  if (WEXITSTATUS(wstat)) _exit(WEXITSTATUS(wstat)) ;
  g.ran = 1 ;
}

int main (int argc, char const *const *argv)
{
  subgetopt o = SUBGETOPT_ZERO ;
  char const *scandir = 0 ;
  int64_t deadline = HF_NEVER ;
  struct rlimit rl ;
  unsigned int n ;
  int opt, r ;
  PROG = "svwait" ;
  hf_version(PROG, argc, argv) ;
  while ((opt = hf_option(argc, argv, "aod:t:g:", &o)) >= 0) switch (opt)
  {
    case 'a' : g.any = 0 ; break ;
    case 'o' : g.any = 1 ; break ;
    case 'd' : scandir = o.arg ; break ;
    case 't' : deadline = hf_clock_ms() + hf_option_number(o.arg, USAGE) ; break ;
    case 'g' : g.grace = hf_option_number(o.arg, USAGE) ; break ;
    default : hf_die_usage(HF_EXIT_USAGE, USAGE, 0) ;
  }
  argv += o.ind ;
  if (!argv[0] || !argv[1]) hf_die_usage(HF_EXIT_USAGE, USAGE, 0) ;
  g.want = scan_conditions(*argv++) ;
  for (n = 0 ; argv[n] && strcmp(argv[n], "--") ; n++) ;
  if (!n || (argv[n] && !argv[n + 1])) hf_die_usage(HF_EXIT_USAGE, USAGE, 0) ;
  g.n = n ;
  getrlimit(RLIMIT_NOFILE, &rl) ;
  make_room() ;
  subscribe(n, argv, scandir) ;
  if (argv[n]) run(argv + n + 1, &rl, deadline) ;
  while ((r = judge()) < 0)
    if (!look_wait(g.l, g.n, -1, deadline) && judge() < 0) { say_late() ; r = HF_EXIT_TIMEOUT ; break ; }
  for (unsigned int i = 0 ; i < n ; i++) look_close(g.l + i) ;
  return r ;
}
