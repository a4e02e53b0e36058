/* ISC license. */

/* svscan: daemontools' scanner: one supervise for each directory of the current one, and one
   for its log directory, with a pipe between the two that is kept open here.
   Descriptors: the pipes, inotify, the self-pipe. Signals: CHLD; TERM with -t, else it kills
   svscan and nothing else. It must never die of a full table or a failing call once it runs,
   and never start a second supervise where the first may still be alive. */

#include <skalibs/nonposix.h>

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/direntry.h>
#include <skalibs/djbunix.h>
#include <skalibs/posixplz.h>
#include <skalibs/selfpipe.h>
#include <skalibs/sgetopt.h>

#include <holdfast/clock.h>
#include <holdfast/control.h>
#include <holdfast/message.h>
#include <holdfast/service.h>
#include <holdfast/spawn.h>
#include "config.h"
#include "beside.h"

#if HF_LINUX
#include <sys/inotify.h>
#endif

#define USAGE "svscan [-t] [dir]"
#define SCAN_MS 5000
#define RESTART_MS 1000       /* least time between two starts of one supervise */
#define SETTLE_S 1            /* a directory that changed so recently may not be complete yet */

typedef struct child_s child ;
struct child_s
{
  pid_t pid ;
  int64_t start_at ;          /* not to be started before this */
} ;

typedef struct entry_s entry ;
struct entry_s
{
  dev_t dev ;
  ino_t ino ;
  char name[HF_NAME] ;
  int there ;                 /* seen by the last scan */
  int haslog ;
  int pipe[2] ;
  child main, log ;
} ;

static struct
{
  entry *e ;
  unsigned int n, room ;
  int inotify ;
  int leaving ;               /* TERM came, with -t: this many times */
  int64_t scan_at ;
  char supervise[BESIDE] ;
} g = { .inotify = -1 } ;

/* Starting. */

static void start (entry *e, child *c, int islog)
{
  char const *argv[3] = { "supervise", islog ? "log" : e->name, 0 } ;
  hf_spawn sp = HF_SPAWN_ZERO ;
  hf_proc p ;
  int step ;
  sp.file = g.supervise ;
  sp.argv = argv ;
  sp.envp = (char const *const *)environ ;
  sp.chdir = islog ? e->name : 0 ;
  if (e->haslog && islog) sp.fd0 = e->pipe[0] ;
  if (e->haslog && !islog) sp.fd1 = e->pipe[1] ;
  c->start_at = hf_clock_ms() + RESTART_MS ;
  if (hf_spawn_run(&sp, &p, &step)) c->pid = (pid_t)p.pid ;
  else hf_warnsys("unable to start supervise ", e->name, islog ? "/log" : "", ": unable to ", hf_step_name(step)) ;
}

static int64_t earlier (int64_t a, int64_t b)
{
  return a < b ? a : b ;
}

/* Starts what should run and may; answers when the next one may. */
static int64_t start_due (int64_t now)
{
  int64_t next = HF_NEVER ;
  for (unsigned int i = 0 ; i < g.n && !g.leaving ; i++)
  {
    entry *e = g.e + i ;
    child *c[2] = { &e->log, &e->main } ;
    for (int k = 0 ; k < 2 ; k++)
    {
      if (!e->there || c[k]->pid || (!k && !e->haslog)) continue ;
      if (c[k]->start_at <= now) start(e, c[k], !k) ;
      if (!c[k]->pid) next = earlier(next, c[k]->start_at) ;
    }
  }
  return next ;
}

/* Scanning. */

static entry *find (struct stat const *st)
{
  for (unsigned int i = 0 ; i < g.n ; i++)
    if (g.e[i].dev == st->st_dev && g.e[i].ino == st->st_ino) return g.e + i ;
  return 0 ;
}

static entry *append (void)
{
  if (g.n == g.room)
  {
    unsigned int room = g.room ? g.room * 2 : 64 ;
    entry *e = realloc(g.e, room * sizeof(entry)) ;
    if (!e) return 0 ;
    g.e = e ;
    g.room = room ;
  }
  memset(g.e + g.n, 0, sizeof(entry)) ;
  return g.e + g.n++ ;
}

static int has_log (char const *name)
{
  char path[HF_PATH] ;
  struct stat st ;
  return strlen(name) <= 255 && hf_path_join(path, sizeof(path), name, "log") && stat(path, &st) >= 0 && S_ISDIR(st.st_mode) ;
}

/* A directory being filled in place is looked at again when it has come to rest, or its log
   could be missed; a link is complete when it appears. */
static int is_settled (char const *name, struct stat const *st)
{
  struct stat l ;
  time_t now = time(0) ;
  if (!lstat(name, &l) && S_ISLNK(l.st_mode)) return 1 ;
  return st->st_ctime > now || now - st->st_ctime > SETTLE_S ;
}

static void add (char const *name, struct stat const *st)
{
  entry *e ;
  int haslog ;
  int p[2] = { -1, -1 } ;
  if (!is_settled(name, st)) { g.scan_at = earlier(g.scan_at, hf_clock_ms() + 500) ; return ; }
  haslog = has_log(name) ;
  if (haslog && pipecoe(p) < 0) { hf_warnsys("unable to create a pipe for ", name) ; return ; }
  e = append() ;
  if (!e)
  {
    hf_warnsys("unable to start ", name) ;
    if (haslog) { fd_close(p[0]) ; fd_close(p[1]) ; }
    return ;
  }
  e->dev = st->st_dev ;
  e->ino = st->st_ino ;
  e->haslog = haslog ;
  e->pipe[0] = p[0] ;
  e->pipe[1] = p[1] ;
  e->there = 1 ;
  strcpy(e->name, name) ;
}

static void look_at (char const *name)
{
  struct stat st ;
  entry *e ;
  int hidden = name[0] == '.' ;
  if (strlen(name) >= HF_NAME || !strcmp(name, ".") || !strcmp(name, "..")) return ;
  if (stat(name, &st) < 0) { if (errno != ENOENT && !hidden) hf_warnsys("unable to stat ", name) ; return ; }
  if (!S_ISDIR(st.st_mode)) return ;
  e = find(&st) ;
  if (!e) { if (!hidden) add(name, &st) ; return ; }
  if (e->there && hidden) return ;
  e->there |= !hidden ;
  if (strcmp(e->name, name)) strcpy(e->name, name) ;
}

/* An entry that went away keeps its processes until they have been told to exit. */
static void forget_gone (void)
{
  for (unsigned int i = 0 ; i < g.n ; )
  {
    entry *e = g.e + i ;
    if (e->there || e->main.pid || e->log.pid) { i++ ; continue ; }
    if (e->haslog)
    {
      if (e->pipe[0] >= 0) fd_close(e->pipe[0]) ;
      if (e->pipe[1] >= 0) fd_close(e->pipe[1]) ;
    }
    g.e[i] = g.e[--g.n] ;
  }
}

static void scan (void)
{
  DIR *d = opendir(".") ;
  struct dirent *x ;
  g.scan_at = hf_clock_ms() + SCAN_MS ;
  if (!d) { hf_warnsys("unable to read directory") ; return ; }
  for (unsigned int i = 0 ; i < g.n ; i++) g.e[i].there = 0 ;
  for (;;)
  {
    errno = 0 ;
    x = readdir(d) ;
    if (!x) break ;
    look_at(x->d_name) ;
  }
  /* What could not be read may still be there. */
  if (errno)
  {
    hf_warnsys("unable to read directory") ;
    for (unsigned int i = 0 ; i < g.n ; i++) g.e[i].there = 1 ;
  }
  dir_close(d) ;
}

/* Leaving: the services first; each logger gets the end of its input when nothing writes to
   it any more, and is told not to start again. */

/* A supervise whose directory cannot be reached any more gets a TERM instead. */
static void tell (entry const *e, int islog, char const *bytes)
{
  char path[HF_PATH] ;
  hf_service s ;
  if (hf_path_join(path, sizeof(path), e->name, "log") && hf_service_in(&s, ".", islog ? path : e->name)
    && hf_control_send(s.state, bytes, strlen(bytes)) > 0) return ;
  hf_warnsys("unable to control ", e->name, islog ? "/log" : "") ;
  kill(islog ? e->log.pid : e->main.pid, SIGTERM) ;
}

static void leave_logger (entry *e)
{
  if (!e->haslog || e->pipe[1] < 0) return ;
  fd_close(e->pipe[1]) ;
  e->pipe[1] = -1 ;
  if (e->log.pid) tell(e, 1, "ox") ;
}

static void leave (void)
{
  g.leaving++ ;
  for (unsigned int i = 0 ; i < g.n ; i++)
  {
    entry *e = g.e + i ;
    if (e->main.pid) tell(e, 0, "dx") ;
    else leave_logger(e) ;
    if (g.leaving > 1 && e->log.pid && !e->main.pid) tell(e, 1, "dx") ;
  }
}

static int is_empty (void)
{
  for (unsigned int i = 0 ; i < g.n ; i++) if (g.e[i].main.pid || g.e[i].log.pid) return 0 ;
  return 1 ;
}

static void reap (void)
{
  int wstat ;
  pid_t pid ;
  while ((pid = wait_nohang(&wstat)) > 0)
    for (unsigned int i = 0 ; i < g.n ; i++)
    {
      entry *e = g.e + i ;
      if (e->log.pid == pid) e->log.pid = 0 ;
      if (e->main.pid != pid) continue ;
      e->main.pid = 0 ;
      if (g.leaving) leave_logger(e) ;
    }
}

static void drain_inotify (void)
{
  char s[4096] ;
  while (fd_read(g.inotify, s, sizeof(s)) > 0) g.scan_at = 0 ;
}

static void watch (void)
{
#if HF_LINUX
  g.inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK) ;
  if (g.inotify >= 0 && inotify_add_watch(g.inotify, ".", IN_CREATE | IN_MOVED_TO | IN_DELETE | IN_MOVED_FROM | IN_ONLYDIR) < 0)
  {
    fd_close(g.inotify) ;
    g.inotify = -1 ;
  }
#endif
}

static void turn (int sigfd)
{
  struct pollfd x[2] = { { .fd = sigfd, .events = POLLIN }, { .fd = g.inotify, .events = POLLIN } } ;
  int64_t next, now = hf_clock_ms() ;
  int sig ;
  if (now >= g.scan_at && !g.leaving) scan() ;
  forget_gone() ;
  next = earlier(start_due(now), g.leaving ? HF_NEVER : g.scan_at) ;
  if (poll(x, 2, hf_clock_poll(next, hf_clock_ms())) < 0) return ;
  if (x[1].revents) drain_inotify() ;
  while ((sig = selfpipe_read()) > 0) if (sig == SIGTERM) leave() ;
  reap() ;
}

int main (int argc, char const *const *argv)
{
  subgetopt l = SUBGETOPT_ZERO ;
  int opt, sigfd, stop = 0 ;
  PROG = "svscan" ;
  hf_version(PROG, argc, argv) ;
  while ((opt = subgetopt_r(argc, argv, "t", &l)) >= 0)
    if (opt == 't') stop = 1 ;
    else hf_die_usage(HF_EXIT_USAGE, USAGE, 0) ;
  argv += l.ind ;
  if (argv[0] && argv[1]) hf_die_usage(HF_EXIT_USAGE, USAGE, 0) ;
  if (argv[0] && chdir(argv[0]) < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to chdir to ", argv[0]) ;
  if (!fd_sanitize()) hf_diesys(HF_EXIT_SYSTEM, "unable to open /dev/null") ; /* a pipe must not become 0, 1 or 2 */
  beside(g.supervise, "supervise") ;
  sigfd = selfpipe_init() ;
  if (sigfd < 0 || selfpipe_trap(SIGCHLD) < 0 || (stop && selfpipe_trap(SIGTERM) < 0))
    hf_diesys(HF_EXIT_SYSTEM, "unable to set up signals") ;
  watch() ;
  do turn(sigfd) ; while (!g.leaving || !is_empty()) ;
  return 0 ;
}
