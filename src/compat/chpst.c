/* ISC license. */

/* chpst: changes the state of its process as its options say, in a fixed order whatever the
   order of the options, then runs a program. runit's, with Void's -C.
   Opens the files of -e one at a time and the lock of -l or -L, which the program inherits;
   handles no signal. All words are read before anything is changed. Must never run the
   program with other ids than those asked for. */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/posixplz.h>
#include <skalibs/types.h>

#include <holdfast/chain.h>
#include <holdfast/ids.h>
#include <holdfast/message.h>
#include "config.h"

#include "chpst.h"

#define ARGUMENTS " [-vVP012] [-u user[:group]] [-U user[:group]] [-b argv0] [-e dir] [-/ root] [-C dir] [-n nice] \
[-l|-L lock] [-m n] [-d n] [-o n] [-p n] [-f n] [-c n] [-r n] [-t n] prog"

struct orders
{
  char const *user, *envuser, *argv0, *envdir, *root, *dir, *lock ;
  int nice ;
  unsigned int wait : 1 ;
  unsigned int verbose : 1 ;
  unsigned int session : 1 ;
  unsigned int close : 3 ;    /* one bit for each of descriptors 0 to 2 */
  hf_limits limits ;
} ;

void chpst_usage (char const *name)
{
  char s[sizeof(ARGUMENTS) + 64] = "" ;
  strncat(s, name, 63) ;
  strcat(s, ARGUMENTS) ;
  hf_die_usage(HF_EXIT_USAGE, s, 1) ;
}

static void version (void)
{
  hf_message(0, 0, hf_words("holdfast ", HF_VERSION)) ;
  chpst_usage(PROG) ;
}

/* A sign and digits; a sign alone, or nothing, is 0. */
static int scan_nice (char const *s, int *n)
{
  unsigned int u = 0 ;
  int minus = *s == '-' ;
  if (*s == '-' || *s == '+') s++ ;
  if (*s && !uint0_scan(s, &u)) return 0 ;
  if (u > 100) u = 100 ;
  *n = minus ? -(int)u : (int)u ;
  return 1 ;
}

static int option (struct orders *o, int c, char const *arg)
{
  switch (c)
  {
    case 'u' : o->user = arg ; break ;
    case 'U' : o->envuser = arg ; break ;
    case 'b' : o->argv0 = arg ; break ;
    case 'e' : o->envdir = arg ; break ;
    case '/' : o->root = arg ; break ;
    case 'C' : o->dir = arg ; break ;
    case 'n' : return scan_nice(arg, &o->nice) ;
    case 'l' :
    case 'L' :
      if (o->lock) return 0 ;
      o->lock = arg ;
      o->wait = c == 'l' ;
      break ;
    case 'v' : o->verbose = 1 ; break ;
    case 'V' : version() ; break ;
    case 'P' : o->session = 1 ; break ;
    case '0' :
    case '1' :
    case '2' : o->close |= 1u << (c - '0') & 7 ; break ;
    case '?' : return 0 ;
    default : return chpst_limit(&o->limits, c, arg, 0) ;
  }
  return 1 ;
}

static void look_up (hf_ids *ids, char const *spec)
{
  switch (hf_ids_spec(ids, spec))
  {
    case 0 : hf_die(HF_EXIT_SYSTEM, "unknown user/group: ", spec) ;
    case -1 : hf_diesys(HF_EXIT_SYSTEM, "unable to look up user/group: ", spec) ;
    case -2 : hf_die(HF_EXIT_SYSTEM, "invalid uid/gids: ", spec + 1) ;
  }
}

static void places (struct orders const *o)
{
  if (o->root)
  {
    if (chdir(o->root) < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to change directory: ", o->root) ;
    if (chroot(".") < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to change root directory: ", o->root) ;
  }
  if (o->dir && chdir(o->dir) < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to change directory: ", o->dir) ;
}

static void adjust_nice (int n)
{
  errno = 0 ;
  if (nice(n) == -1 && errno) hf_diesys(HF_EXIT_SYSTEM, "unable to set nice level") ;
}

static void identity (struct orders const *o)
{
  hf_ids ids ;
  char const *what ;
  if (o->envuser)
  {
    look_up(&ids, o->envuser) ;
    if (!hf_ids_env(&hf_env_here, ids.uid, ids.gid)) hf_diesys(HF_EXIT_SYSTEM, "unable to set the environment") ;
  }
  if (o->user)
  {
    look_up(&ids, o->user) ;
    if (hf_ids_become(&ids, &what) < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to ", what) ;
  }
}

static void apply (struct orders const *o)
{
  if (o->session) setsid() ;  /* fails where the process leads a group already: then be it */
  if (o->envdir) chpst_envdir(&hf_env_here, o->envdir, 0, o->verbose) ;
  places(o) ;
  if (o->nice) adjust_nice(o->nice) ;
  identity(o) ;
  if (o->lock) chpst_lock(o->lock, o->wait) ;
  for (int i = 0 ; i < 3 ; i++) if (o->close & 1u << i) fd_close(i) ;
  chpst_limits(&o->limits) ;
}

static void run (char const *const *argv, char const *argv0) __attribute__((noreturn)) ;
static void run (char const *const *argv, char const *argv0)
{
  char const *file = argv[0] ;
  if (argv0) ((char const **)argv)[0] = argv0 ;
  hf_pathexec(file, argv, hf_env_here.v ? hf_env_here.v : (char const *const *)environ) ;
  hf_exec_failed("unable to run: ", file) ;
  _exit(HF_EXIT_SYSTEM) ;
}

int main (int argc, char const *const *argv)
{
  struct orders o = { .nice = 0 } ;
  subgetopt l = SUBGETOPT_ZERO ;
  char const *name = argv[0] ? argv[0] : "chpst" ;
  char const *slash = strrchr(name, '/') ;
  int c ;
  if (slash) name = slash + 1 ;
  PROG = "chpst" ;
  hf_version(PROG, argc, argv) ;
  chpst_alias(name, argc, argv) ;
  PROG = name ;
  while ((c = hf_option(argc, argv, "u:U:b:e:/:C:n:l:L:m:d:o:p:f:c:r:t:vVP012", &l)) != -1)
    if (!option(&o, c, l.arg)) chpst_usage(name) ;
  PROG = "chpst" ;
  argv += l.ind ;
  if (!*argv) chpst_usage(name) ;
  if ((o.envdir || o.envuser) && !hf_env_init(&hf_env_here, (char const *const *)environ))
    hf_diesys(HF_EXIT_SYSTEM, "unable to hold the environment") ;
  apply(&o) ;
  run(argv, o.argv0) ;
}
