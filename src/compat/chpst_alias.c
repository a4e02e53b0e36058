/* ISC license. */

/* The daemontools names under which runit's chpst answers. Wording and exit codes are
   chpst's; setlock's -n and -N mean what they mean in daemontools (runit has them swapped). */

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/posixplz.h>

#include <holdfast/chain.h>
#include <holdfast/ids.h>
#include <holdfast/lock.h>
#include <holdfast/message.h>

#include "chpst.h"

static void usage (char const *text) { hf_die_usage(HF_EXIT_USAGE, text, 1) ; }

static void run (char const *const *argv) __attribute__((noreturn)) ;
static void run (char const *const *argv) { hf_exec(argv, hf_env_here.v, 1) ; }

/* An option of an alias is announced under its own name. */
static int option (char const *name, int argc, char const *const *argv, char const *opts, subgetopt *l)
{
  int c ;
  PROG = name ;
  c = hf_option(argc, argv, opts, l) ;
  PROG = "chpst" ;
  return c ;
}

static void account (hf_account *a, int argc, char const *const *argv, char const *text)
{
  if (argc < 3) usage(text) ;
  switch (hf_account_byname(a, argv[1]))
  {
    case 0 : hf_die(HF_EXIT_SYSTEM, "unknown account: ", argv[1]) ;
    case -1 : hf_diesys(HF_EXIT_SYSTEM, "unable to look up account: ", argv[1]) ;
  }
}

static void setuidgid (char const *name, int argc, char const *const *argv)
{
  hf_account a ;
  hf_ids ids ;
  char const *what ;
  (void)name ;
  account(&a, argc, argv, "setuidgid account child") ;
  hf_ids_account(&ids, &a, 0) ;
  if (hf_ids_become(&ids, &what) < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to ", what) ;
  run(argv + 2) ;
}

static void envuidgid (char const *name, int argc, char const *const *argv)
{
  hf_account a ;
  (void)name ;
  account(&a, argc, argv, "envuidgid account child") ;
  if (!hf_ids_env(&hf_env_here, a.uid, a.gid)) hf_diesys(HF_EXIT_SYSTEM, "unable to set the environment") ;
  run(argv + 2) ;
}

static void envdir (char const *name, int argc, char const *const *argv)
{
  (void)name ;
  if (argc < 3) usage("envdir dir child") ;
  chpst_envdir(&hf_env_here, argv[1], 1, 0) ;
  run(argv + 2) ;
}

static void pgrphack (char const *name, int argc, char const *const *argv)
{
  (void)name ;
  if (argc < 2) usage("pgrphack child") ;
  setsid() ;
  run(argv + 1) ;
}

static void setlock (char const *name, int argc, char const *const *argv)
{
  static char const text[] = "setlock [ -nNxX ] file program [ arg ... ]" ;
  subgetopt l = SUBGETOPT_ZERO ;
  int wait = 1, quiet = 0 ;
  int c, r ;
  while ((c = option(name, argc, argv, "nNxX", &l)) != -1)
    switch (c)
    {
      case 'n' : wait = 0 ; break ;
      case 'N' : wait = 1 ; break ;
      case 'x' : quiet = 1 ; break ;
      case 'X' : quiet = 0 ; break ;
      default : usage(text) ;
    }
  argv += l.ind ;
  if (argc - l.ind < 2) usage(text) ;
  if (!quiet)
  {
    chpst_lock(argv[0], wait) ;
    run(argv + 1) ;
  }
  c = hf_lock_open(argv[0]) ;
  if (c < 0) _exit(0) ;
  do r = hf_lock(c, wait) ; while (r < 0 && errno == EINTR) ;
  if (r >= 0) hf_pathexec(argv[1], argv + 1, hf_env_here.v) ;
  _exit(0) ;
}

static void softlimit (char const *name, int argc, char const *const *argv)
{
  static char const text[] = "softlimit [-a allbytes] [-c corebytes] [-d databytes] [-f filebytes] [-l lockbytes] \
[-m membytes] [-o openfiles] [-p processes] [-r residentbytes] [-s stackbytes] [-t cpusecs] child" ;
  hf_limits limits = HF_LIMITS_ZERO ;
  subgetopt l = SUBGETOPT_ZERO ;
  int c ;
  while ((c = option(name, argc, argv, "a:c:d:f:l:m:o:p:r:s:t:", &l)) != -1)
  {
    if (c == '?') usage(text) ;
    if (!chpst_limit(&limits, c, l.arg, 1)) chpst_usage(name) ;
  }
  argv += l.ind ;
  if (!*argv) usage(text) ;
  chpst_limits(&limits) ;
  run(argv) ;
}

static struct { char const *name ; void (*tool) (char const *, int, char const *const *) ; } const tools[] =
{
  { "setuidgid", &setuidgid },
  { "envuidgid", &envuidgid },
  { "envdir", &envdir },
  { "pgrphack", &pgrphack },
  { "setlock", &setlock },
  { "softlimit", &softlimit },
} ;

void chpst_alias (char const *name, int argc, char const *const *argv)
{
  char const *bare = *name == 'd' ? name + 1 : name ;
  for (unsigned int i = 0 ; i < sizeof(tools) / sizeof(tools[0]) ; i++)
    if (!strcmp(bare, tools[i].name))
    {
      if (!hf_env_init(&hf_env_here, (char const *const *)environ)) hf_diesys(HF_EXIT_SYSTEM, "unable to hold the environment") ;
      (*tools[i].tool)(name, argc, argv) ;
    }
}
