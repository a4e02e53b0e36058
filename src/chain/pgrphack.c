/* ISC license. */

/* pgrphack: starts a session of its own, then runs a program, so that signals meant for the
   caller's process group do not reach it. A process that leads a group already cannot, and
   then nothing changes. Opens nothing, handles no signal. */

#include <unistd.h>

#include <skalibs/posixplz.h>

#include <holdfast/chain.h>
#include <holdfast/message.h>

#define USAGE "pgrphack prog..."

int main (int argc, char const *const *argv)
{
  subgetopt l = SUBGETOPT_ZERO ;
  PROG = "pgrphack" ;
  hf_version(PROG, argc, argv) ;
  if (hf_option(argc, argv, "", &l) != -1) hf_die_usage(HF_EXIT_USAGE, USAGE, 0) ;
  argv += l.ind ;
  if (!*argv) hf_die_usage(HF_EXIT_USAGE, USAGE, 0) ;
  setsid() ;
  hf_run(argv, (char const *const *)environ) ;
}
