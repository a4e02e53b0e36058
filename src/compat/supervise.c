/* ISC license. */

/* supervise: daemontools' supervisor, which is runsv with its -D personality: this program
   checks the command line and executes runsv, the one that lies beside it. */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <unistd.h>

#include <skalibs/posixplz.h>

#include <holdfast/message.h>
#include "beside.h"

#define USAGE "supervise dir"

int main (int argc, char const *const *argv)
{
  char path[BESIDE] ;
  char const *args[] = { "runsv", "-D", "--", argc > 1 ? argv[1] : 0, 0 } ;
  PROG = "supervise" ;
  hf_version(PROG, argc, argv) ;
  if (argc != 2 || argv[1][0] == '-') hf_die_usage(HF_EXIT_USAGE, USAGE, 0) ;
  beside(path, "runsv") ;
  execve(path, (char **)args, environ) ;
  hf_diesys(HF_EXIT_SYSTEM, "unable to run ", path) ;
}
