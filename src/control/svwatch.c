/* ISC license. */

/* svwatch: tells every change of services as a line, or runs a program for it.
   Descriptors: 0 to 2; watches of each service, all close-on-exec. It must never run two
   programs at once, nor one without end, and must tell the last state of a service however
   fast that changes: what lies between may be left out. */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <fnmatch.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/posixplz.h>
#include <skalibs/sgetopt.h>
#include <skalibs/types.h>

#include <holdfast/chain.h>
#include <holdfast/clock.h>
#include <holdfast/message.h>
#include <holdfast/process.h>
#include "config.h"
#include "svwatch.h"

#if HF_LINUX
#include <sys/inotify.h>
#endif

#define USAGE "svwatch [-jlq] [-d scandir] [-i ms] [-T ms] [pattern ...] [-- prog ...]"
#define SCAN_MS 2000          /* where inotify does not tell of new services */
#define CHILD_MS 50           /* and where there is no pidfd */

typedef struct item_s item ;
struct item_s
{
  char *name ;
  event told ;                /* last told */
  event now ;
  int64_t next ;              /* not to be told before */
  uint8_t pending ;
  uint8_t seen ;              /* by the last scan */
} ;

static struct
{
  char const *scandir ;
  char const *const *pattern ;
  unsigned int patterns ;
  char const *const *prog ;
  int json, logs, quiet ;
  unsigned int interval ;
  unsigned int prog_ms ;
  look *l ;                   /* l and i run in parallel */
  item *i ;
  unsigned int n, room ;
  int started ;               /* the first scan is over */
  int64_t scan_at ;
  pid_t child ;
  int child_fd ;
  int64_t child_until ;
  struct rlimit limit ;       /* as it was */
} g = { .interval = 0, .prog_ms = 60000, .child_fd = -1, .scan_at = 0, .child_until = HF_NEVER } ;

static int64_t earlier (int64_t a, int64_t b)
{
  return a < b ? a : b ;
}

/* The set of services. */

static void make_room (void)
{
  if (g.n < g.room) return ;
  g.room = g.room ? 2 * g.room : 16 ;
  g.l = realloc(g.l, g.room * sizeof(look)) ;
  g.i = realloc(g.i, g.room * sizeof(item)) ;
  if (!g.l || !g.i) hf_die(HF_EXIT_SYSTEM, "out of memory") ;
}

static void add (char const *name, int is_path)
{
  item *x ;
  for (unsigned int k = 0 ; k < g.n ; k++) if (!strcmp(g.i[k].name, name)) { g.i[k].seen = 1 ; return ; }
  make_room() ;
  x = g.i + g.n ;
  memset(x, 0, sizeof(*x)) ;
  x->name = strdup(name) ;
  if (!x->name) hf_die(HF_EXIT_SYSTEM, "out of memory") ;
  look_find(g.l + g.n, is_path ? 0 : g.scandir, x->name) ;
  look_take(g.l + g.n) ;
  x->seen = 1 ;
  event_take(&x->now, g.l + g.n) ;
  if (g.started || !g.quiet) x->pending = 1 ;
  else x->told = x->now ;
  g.n++ ;
}

static int add_entry (char const *name, void *data)
{
  char path[HF_PATH] ;
  char log[HF_NAME + 8] ;
  (void)data ;
  add(name, 0) ;
  if (!g.logs || strlen(name) >= HF_NAME) return 0 ;
  strcpy(log, name) ;
  strcat(log, "/log") ;
  if (hf_path_join(path, sizeof(path), g.scandir, log) && !access(path, F_OK)) add(log, 0) ;
  return 0 ;
}

static int is_path (char const *word)
{
  return strchr(word, '/') || word[0] == '.' ;
}

static void scan (void)
{
  int failed = 0 ;
  for (unsigned int k = 0 ; k < g.n ; k++) g.i[k].seen = 0 ;
  for (unsigned int k = 0 ; k < g.patterns ; k++)
    if (is_path(g.pattern[k])) add(g.pattern[k], g.pattern[k][0] == '/' || g.pattern[k][0] == '.') ;
    else if (hf_service_each(g.scandir, g.pattern[k], &add_entry, 0) < 0) failed = errno ;
  if (failed && !g.started) { errno = failed ; hf_diesys(HF_EXIT_SYSTEM, "unable to read ", g.scandir) ; }
  /* What went away is looked at once more, and forgotten when that was told. */
  for (unsigned int k = 0 ; k < g.n ; k++)
    if (!g.i[k].seen && !failed)
    {
      look_take(g.l + k) ;
      if (g.l[k].reach != LOOK_NODIR && !strchr(g.i[k].name, '/')) { g.l[k].reach = LOOK_NODIR ; g.l[k].pid = 0 ; }
    }
  g.started = 1 ;
}

static void forget (unsigned int k)
{
  look_close(g.l + k) ;
  free(g.l[k].dir) ;
  free(g.l[k].sup) ;
  free(g.i[k].name) ;
  g.n-- ;
  g.l[k] = g.l[g.n] ;
  g.i[k] = g.i[g.n] ;
}

/* Again before each scan: another directory may have taken its place. */
static int watch_scandir (void)
{
#if HF_LINUX
  if (look_inotify() < 0) return 0 ;
  look_extra = inotify_add_watch(look_inotify(), g.scandir, IN_CREATE | IN_MOVED_TO | IN_DELETE | IN_MOVED_FROM
    | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR) ;
  return look_extra >= 0 ;
#else
  return 0 ;
#endif
}

/* Telling. */

static void tell_line (item *x)
{
  char s[EVENT_MAX] ;
  size_t n = g.json ? event_json(&x->now, x->name, s) : event_line(&x->now, x->name, s) ;
  if (allwrite(1, s, n) < n) hf_diesys(HF_EXIT_SYSTEM, "unable to write") ;
}

static void tell_prog (item *x, int64_t now)
{
  pid_t pid ;
  event_setenv(&x->now, x->name, x->told.state || x->told.starts ? event_word(&x->told) : "") ;
  pid = fork() ;
  if (pid < 0) { hf_warnsys("unable to fork") ; x->next = now + 1000 ; x->pending = 1 ; return ; }
  if (!pid)
  {
    setpgid(0, 0) ;
    setrlimit(RLIMIT_NOFILE, &g.limit) ;
    hf_exec(g.prog, (char const *const *)environ, 0) ;
  }
  setpgid(pid, pid) ;
  g.child = pid ;
  g.child_fd = hf_pidfd_open(pid) ;
  g.child_until = g.prog_ms ? now + g.prog_ms : HF_NEVER ;
}

static void tell (item *x, int64_t now)
{
  x->pending = 0 ;
  x->next = now + g.interval ;
  if (g.prog) tell_prog(x, now) ;
  else tell_line(x) ;
  if (!x->pending) x->told = x->now ;
}

/* Tells what is due; answers when the next one is. With a program: one, the one that has
   waited longest. */
static int64_t tell_due (int64_t now)
{
  int64_t wake = HF_NEVER ;
  unsigned int best = g.n ;
  for (unsigned int k = 0 ; k < g.n ; k++)
  {
    if (!g.i[k].pending) continue ;
    if (g.i[k].next > now) { wake = earlier(wake, g.i[k].next) ; continue ; }
    if (!g.prog) tell(g.i + k, now) ;
    else if (best == g.n || g.i[k].next < g.i[best].next) best = k ;
  }
  if (g.prog && !g.child && best < g.n) tell(g.i + best, now) ;
  return wake ;
}

static void reap (int64_t now)
{
  int wstat ;
  if (!g.child) return ;
  if (waitpid(g.child, &wstat, WNOHANG) <= 0)
  {
    if (now < g.child_until) return ;
    hf_warn(g.prog[0], " takes too long: killed") ;
    kill(-g.child, SIGKILL) ;
    while (waitpid(g.child, &wstat, 0) < 0 && errno == EINTR) ;
  }
  if (g.child_fd >= 0) fd_close(g.child_fd) ;
  g.child = 0 ;
  g.child_fd = -1 ;
  g.child_until = HF_NEVER ;
}

static void notice (void)
{
  for (unsigned int k = 0 ; k < g.n ; k++)
  {
    event e ;
    event_take(&e, g.l + k) ;
    g.i[k].now = e ;
    if (!g.i[k].pending && event_differs(&e, &g.i[k].told)) g.i[k].pending = 1 ;
  }
}

static void forget_gone (void)
{
  for (unsigned int k = 0 ; k < g.n ; )
    if (!g.i[k].seen && !g.i[k].pending && g.l[k].reach == LOOK_NODIR) forget(k) ;
    else k++ ;
}

static void turn (void)
{
  int64_t now = hf_clock_ms() ;
  int64_t wake ;
  reap(now) ;
  if (look_notified & 2 || now >= g.scan_at)
  {
    g.scan_at = watch_scandir() ? HF_NEVER : now + SCAN_MS ;
    scan() ;
  }
  notice() ;
  wake = tell_due(now) ;
  wake = earlier(wake, earlier(g.scan_at, g.child_until)) ;
  forget_gone() ;
  if (g.child && g.child_fd < 0) wake = earlier(wake, now + CHILD_MS) ;
  look_wait(g.l, g.n, g.child_fd, wake) ;
}

static void raise_limit (void)
{
  struct rlimit rl ;
  if (getrlimit(RLIMIT_NOFILE, &g.limit) < 0) return ;
  rl = g.limit ;
  rl.rlim_cur = rl.rlim_max > 65536 ? 65536 : rl.rlim_max ;
  if (rl.rlim_cur > g.limit.rlim_cur) setrlimit(RLIMIT_NOFILE, &rl) ;
}

int main (int argc, char const *const *argv)
{
  static char const *const all[] = { "*" } ;
  subgetopt o = SUBGETOPT_ZERO ;
  int opt, interval = -1 ;
  PROG = "svwatch" ;
  hf_version(PROG, argc, argv) ;
  while ((opt = hf_option(argc, argv, "jlqd:i:T:", &o)) >= 0) switch (opt)
  {
    case 'j' : g.json = 1 ; break ;
    case 'l' : g.logs = 1 ; break ;
    case 'q' : g.quiet = 1 ; break ;
    case 'd' : g.scandir = o.arg ; break ;
    case 'i' : interval = (int)hf_option_number(o.arg, USAGE) ; break ;
    case 'T' : g.prog_ms = hf_option_number(o.arg, USAGE) ; break ;
    default : hf_die_usage(HF_EXIT_USAGE, USAGE, 0) ;
  }
  argv += o.ind ;
  g.pattern = argv ;
  if (!o.ind || strcmp(argv[-1], "--")) while (argv[g.patterns] && strcmp(argv[g.patterns], "--")) g.patterns++ ;
  if (argv[g.patterns])
  {
    g.prog = argv + g.patterns + !strcmp(argv[g.patterns], "--") ;
    if (!g.prog[0]) hf_die_usage(HF_EXIT_USAGE, USAGE, 0) ;
    g.quiet = 1 ;
  }
  if (!g.patterns) { g.pattern = all ; g.patterns = 1 ; }
  if (!g.scandir) g.scandir = hf_scandir() ;
  g.interval = interval >= 0 ? (unsigned int)interval : g.prog ? 1000 : 0 ;
  raise_limit() ;
  for (;;) turn() ;
}
