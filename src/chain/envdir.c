/* ISC license. */

/* envdir: takes variables from the files of a directory, then runs a program.
   -p PREFIX goes before every name; -c starts from an empty environment.
   Every trouble is fatal but a name with '=', which is warned of and passed over.
   Opens the directory and its files, one at a time; handles no signal. */

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/posixplz.h>

#include <holdfast/chain.h>
#include <holdfast/env.h>
#include <holdfast/message.h>

#define USAGE "envdir [-c] [-p prefix] dir prog..."

static char const *dir ;

static int trouble (int what, char const *file)
{
  switch (what)
  {
    case HF_ENVDIR_NAME :
      hf_warn("no variable can be named ", file, ": ignored") ;
      return 1 ;
    case HF_ENVDIR_DIR : hf_diesys(HF_EXIT_SYSTEM, "unable to switch to directory ", dir) ;
    case HF_ENVDIR_MEMORY : hf_diesys(HF_EXIT_SYSTEM, "unable to hold ", dir, "/", file) ;
    default : hf_diesys(HF_EXIT_SYSTEM, "unable to read ", dir, "/", file) ;
  }
}

int main (int argc, char const *const *argv)
{
  subgetopt l = SUBGETOPT_ZERO ;
  char const *prefix = 0 ;
  int clear = 0 ;
  int c ;
  PROG = "envdir" ;
  hf_version(PROG, argc, argv) ;
  while ((c = hf_option(argc, argv, "cp:", &l)) != -1)
    switch (c)
    {
      case 'c' : clear = 1 ; break ;
      case 'p' : prefix = l.arg ; break ;
      default : hf_die_usage(HF_EXIT_SYSTEM, USAGE, 0) ;
    }
  argv += l.ind ;
  if (argc - l.ind < 2 || (prefix && strchr(prefix, '='))) hf_die_usage(HF_EXIT_SYSTEM, USAGE, 0) ;
  dir = argv[0] ;
  if (!hf_env_init(&hf_env_here, clear ? 0 : (char const *const *)environ)) hf_diesys(HF_EXIT_SYSTEM, "unable to hold the environment") ;
  hf_env_dir(&hf_env_here, dir, prefix, &trouble) ;
  hf_run(argv + 1, hf_env_here.v) ;
}
