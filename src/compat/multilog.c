/* ISC license. */

/* multilog: daemontools' logger, with daemontools-encore's additions, on svlogd's engine.

   fd 0 input, fd 2 its own messages and lines of the action e. In every directory: lock,
   state, current, previous, processed, newstate, @T.s, @T.u. The script is a list of actions
   done in order for every line; so each sink has the rules that stand before it.
   TERM: end after the line that has begun; ALRM: rotate. It must never lose a byte it read. */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

#include <skalibs/types.h>

#include <holdfast/message.h>
#include <holdfast/log.h>

#define SIZE_MIN 4096
#define SIZE_MAXIMUM 2147483647UL
#define MARGIN 2000
#define STDERR_LEN 200

static hf_log engine = { .line_max = 1000, .match_stamp = 1, .retry_ms = 1000, .backoff_ms = 5000, .backoff_max_ms = 5000 } ;

/* What the next actions take over. */
static struct
{
  uint8_t stamp ;
  uint8_t kind ;
  char suffix ;
  unsigned int n ;
  uint64_t size ;
  char const *processor ;
  unsigned int nrules ;
  hf_logrule *rules ;
}
now = { .kind = HF_LOG_PATTERN_STAR, .suffix = 's', .n = 10, .size = 99999 } ;

static uint64_t number (char const *s, uint64_t most)
{
  uint64_t u = 0 ;
  for (; *s >= '0' && *s <= '9' && u <= most ; s++) u = 10 * u + (*s - '0') ;
  return u > most ? most : u ;
}

static void add_rule (char const *s)
{
  hf_logrule *r = now.rules + now.nrules++ ;
  r->op = *s ;
  r->kind = now.kind ;
  r->pat = s + 1 ;
  r->len = strlen(s + 1) ;
}

static void take_form (hf_logform *f)
{
  f->stamp = now.stamp ;
  f->rules = now.rules ;
  f->nrules = now.nrules ;
  f->whole = !!now.nrules ;
  f->yes = '+' ;
  f->no = '-' ;
}

static void add_out (int kind, char const *name)
{
  hf_logdir *d = engine.dirs + engine.ndirs++ ;
  hf_logout *o = d->outs ;
  size_t stamplen = now.stamp == HF_LOG_STAMP_TAI64N ? HF_LOG_LABEL + 1 : 0 ;
  hf_logdir_init(d, name) ;
  hf_logout_init(&engine, o, kind, name) ;
  take_form(&o->sink.form) ;
  d->nouts = 1 ;
  if (kind == HF_LOGOUT_STDERR)
  {
    o->limit = STDERR_LEN - stamplen + 1 ;
    o->over = 1 ;
  }
  else o->sink.policy = HF_LOG_BLOCK_INPUT ;
}

static void add_dir (char const *name)
{
  hf_logdir *d = engine.dirs + engine.ndirs++ ;
  hf_logdir_init(d, name) ;
  take_form(&d->sink.form) ;
  d->multilog = 1 ;
  d->max = now.size ;
  d->n = now.n ;
  d->margin = MARGIN ;
  d->suffix = now.suffix ;
  d->processor = now.processor ;
}

static void action (char const *s)
{
  switch (*s)
  {
    case '-' :
    case '+' : add_rule(s) ; break ;
    case 'e' : add_out(HF_LOGOUT_STDERR, "standard error") ; break ;
    case '=' : add_out(HF_LOGOUT_STATUS, s + 1) ; break ;
    case 's' : now.size = number(s + 1, SIZE_MAXIMUM) ; if (now.size < SIZE_MIN) now.size = SIZE_MIN ; break ;
    case 'n' : now.n = number(s + 1, 1000000000) ; if (now.n < 2) now.n = 2 ; break ;
    case '!' : now.processor = s[1] ? s + 1 : 0 ; break ;
    case 'F' : now.kind = HF_LOG_PATTERN_FNMATCH ; break ;
    case 'S' : now.kind = HF_LOG_PATTERN_STAR ; break ;
    case 'w' : if (s[1] && s[1] != 'u' && s[1] != 't' && s[1] != '/') now.suffix = s[1] ; break ;
    case '.' :
    case '/' : add_dir(s) ; break ;
    default : break ;
  }
}

static void open_dir (hf_logdir *d)
{
  char const *what ;
  int fd ;
  if (mkdir(d->name, 0700) < 0 && errno != EEXIST) hf_diesys(111, "unable to create directory ", d->name) ;
  if (!hf_logdir_lock(d, &what)) hf_diesys(111, "unable to ", what, " ", d->name) ;
  fd = openat(d->fd, "state", O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK | O_CLOEXEC, 0644) ;
  if (fd < 0) hf_diesys(111, "unable to write to ", d->name, "/state") ;
  close(fd) ;
  hf_logdir_start(&engine, d) ;
}

int main (int argc, char const *const *argv)
{
  unsigned int i ;
  PROG = "multilog" ;
  if (argc == 2) hf_version(PROG, argc, argv) ; /* with more it is a pattern */
  argv++ ;
  umask(022) ;
  engine.dirs = malloc(argc * sizeof(hf_logdir)) ;
  now.rules = malloc(argc * sizeof(hf_logrule)) ;
  if (!engine.dirs || !now.rules || !hf_log_init(&engine)) hf_diesys(111, "unable to start") ;
  if (*argv && (**argv == 't' || **argv == 'T'))
    now.stamp = *(*argv++) == 't' ? HF_LOG_STAMP_TAI64N : HF_LOG_STAMP_UNIX ;
  while (*argv) action(*argv++) ;
  for (i = 0 ; i < engine.ndirs ; i++) if (engine.dirs[i].multilog) open_dir(engine.dirs + i) ;
  return hf_log_run(&engine) ;
}
