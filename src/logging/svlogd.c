/* ISC license. */

/* svlogd: writes what it reads to log directories.

   fd 0 input, fd 2 its own messages and lines selected with e, fd 1 only if a config says
   "out". In every directory: lock, current, archives @T.s, @T.u, @T.t, state, newstate, lost;
   config is read. TERM: end; HUP: read config again, reopen; ALRM: rotate.
   It must never lose a byte it has read unless a config says so, never set O_NONBLOCK on
   fd 0 to 2, and never let one directory hold up another beyond that one's policy. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

#include <skalibs/sgetopt.h>
#include <skalibs/types.h>

#include <holdfast/chain.h>
#include <holdfast/message.h>
#include <holdfast/log.h>

#define USAGE "svlogd [-tttv] [-r c] [-R chars] [-l len] [-b buflen] dir ..."
#define LEN_MAX 1048576

static unsigned char map[256] ;
static hf_log engine = { .line_max = 1000, .drain = 1, .retry_ms = 1000, .backoff_ms = 1000, .backoff_max_ms = 60000 } ;
static hf_logdir only ;       /* the usual case allocates nothing */
static uint8_t stamp ;

static void usage (void)
{
  hf_die_usage(111, USAGE, 1) ;
}

/* Every byte outside 32 to 126 becomes c, and those of chars; newline ends lines. */
static void make_map (char c, char const *chars)
{
  unsigned int i ;
  for (i = 0 ; i < 256 ; i++) map[i] = i >= 32 && i <= 126 ? i : (unsigned char)c ;
  for (; *chars ; chars++) map[(unsigned char)*chars] = c ;
  map['\n'] = '\n' ;
  engine.map = map ;
}

static void options (int *argc, char const *const **argv)
{
  subgetopt o = SUBGETOPT_ZERO ;
  char const *chars = 0 ;
  unsigned int buflen = 1024 ;
  unsigned int len ;
  char c = 0 ;
  for (;;)
  {
    int opt = hf_option(*argc, *argv, "tvr:R:l:b:", &o) ;
    if (opt == -1) break ;
    switch (opt)
    {
      case 't' : if (stamp < 3) stamp++ ; break ;
      case 'v' : engine.verbose = 1 ; break ;
      case 'r' : if (!o.arg[0] || o.arg[1]) usage() ; c = o.arg[0] ; break ;
      case 'R' : chars = o.arg ; break ;
      case 'l' :
        if (!uint0_scan(o.arg, &len)) usage() ;
        engine.line_max = len > LEN_MAX ? LEN_MAX : len ? len : 1000 ;
        break ;
      case 'b' : if (!uint0_scan(o.arg, &buflen)) usage() ; if (!buflen) buflen = 1024 ; break ;
      default : usage() ;
    }
  }
  if (buflen <= engine.line_max) usage() ;
  engine.block = buflen > LEN_MAX ? LEN_MAX : buflen ;
  if (c || chars) make_map(c ? c : '_', chars ? chars : "") ;
  *argc -= o.ind ;
  *argv += o.ind ;
}

static int start (hf_logdir *d)
{
  d->sink.form.stamp = stamp ;
  hf_logdir_config(&engine, d) ;
  hf_logdir_start(&engine, d) ; /* what does not work yet is tried again */
  return 1 ;
}

/* Is the open directory still the one of that name? Then its lock is kept. */
static int same (hf_logdir const *d)
{
  struct stat a, b ;
  return !fstat(d->fd, &a) && !stat(d->name, &b) && a.st_dev == b.st_dev && a.st_ino == b.st_ino ;
}

/* A sink made new has nothing to do with what is in the block. */
static void outs_from_here (hf_logdir *d)
{
  unsigned int j ;
  for (j = 0 ; j < d->nouts ; j++)
  {
    hf_logpos *p = &d->outs[j].sink.pos ;
    p->at = engine.len ;
    p->skip = 0 ;
    p->mid = engine.open_line ;
    p->chosen = 0 ;
  }
}

static int reopen (hf_logdir *d)
{
  unsigned int i ;
  char const *what ;
  if (d->fd >= 0)
  {
    hf_logdir_stop(&engine, d) ;
    if (!same(d)) hf_logdir_release(d) ;
    else for (i = 0 ; i < d->nouts ; i++) hf_logout_close(d->outs + i) ;
  }
  if (d->fd < 0 && !hf_logdir_lock(d, &what))
  {
    hf_log_warnsys("unable to ", what, ": ", d->name) ;
    return 0 ;
  }
  start(d) ;
  outs_from_here(d) ;
  return 1 ;
}

static int open_all (hf_log *l)
{
  unsigned int i ;
  int some = 0 ;
  for (i = 0 ; i < l->ndirs ; i++) some |= reopen(l->dirs + i) ;
  if (!some) hf_message("fatal", 0, hf_words("no functional log directories.")) ;
  return some ;
}

int main (int argc, char const *const *argv)
{
  int i ;
  PROG = "svlogd" ;
  hf_version(PROG, argc, argv) ;
  options(&argc, &argv) ;
  if (!argc) usage() ;
  engine.dirs = argc == 1 ? &only : malloc(argc * sizeof(hf_logdir)) ;
  engine.ndirs = argc ;
  engine.reload = &open_all ;
  if (!engine.dirs || !hf_log_init(&engine)) hf_diesys(111, "unable to start") ;
  for (i = 0 ; i < argc ; i++) hf_logdir_init(engine.dirs + i, argv[i]) ;
  if (!open_all(&engine)) return 111 ;
  return hf_log_run(&engine) ;
}
