/* ISC license. */

/* chroot: changes the root directory, goes to the new root, then runs a program: the simple
   form of coreutils' chroot, with its exit codes, so that either may be found first in PATH.
   Without a program it runs the shell, as that one does. Opens nothing, handles no signal. */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include <skalibs/posixplz.h>

#include <holdfast/chain.h>
#include <holdfast/message.h>

#define USAGE "chroot dir [prog...]"
#define FAILED 125

int main (int argc, char const *const *argv)
{
  char const *shell[3] = { 0, "-i", 0 } ;
  subgetopt l = SUBGETOPT_ZERO ;
  PROG = "chroot" ;
  hf_version(PROG, argc, argv) ;
  if (hf_option(argc, argv, "", &l) != -1) hf_die_usage(FAILED, USAGE, 0) ;
  argv += l.ind ;
  if (!*argv) hf_die_usage(FAILED, USAGE, 0) ;
  if (chroot(argv[0]) < 0) hf_diesys(FAILED, "unable to change root directory to ", argv[0]) ;
  if (chdir("/") < 0) hf_diesys(FAILED, "unable to change directory to the new root") ;
  if (!*++argv)
  {
    shell[0] = getenv("SHELL") ;
    if (!shell[0]) shell[0] = "/bin/sh" ;
    argv = shell ;
  }
  hf_exec(argv, (char const *const *)environ, 0) ;
}
