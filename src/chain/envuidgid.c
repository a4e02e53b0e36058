/* ISC license. */

/* envuidgid: puts an account's uid and gid into UID and GID, then runs a program, which may
   take them from there when it is done with root's business. Reads /etc/passwd once, opens
   nothing else, handles no signal, changes no id. */

#include <errno.h>
#include <unistd.h>

#include <skalibs/posixplz.h>

#include <holdfast/chain.h>
#include <holdfast/ids.h>
#include <holdfast/message.h>

#define USAGE "envuidgid [-h] account prog..."

int main (int argc, char const *const *argv)
{
  hf_account a ;
  subgetopt l = SUBGETOPT_ZERO ;
  int home = 0 ;
  int c ;
  PROG = "envuidgid" ;
  hf_version(PROG, argc, argv) ;
  while ((c = hf_option(argc, argv, "h", &l)) != -1)
    switch (c)
    {
      case 'h' : home = 1 ; break ;
      default : hf_die_usage(HF_EXIT_USAGE, USAGE, 0) ;
    }
  argv += l.ind ;
  if (argc - l.ind < 2) hf_die_usage(HF_EXIT_USAGE, USAGE, 0) ;
  switch (hf_account_byname(&a, argv[0]))
  {
    case 0 : hf_die(HF_EXIT_SYSTEM, "unknown account ", argv[0]) ;
    case -1 : hf_diesys(HF_EXIT_SYSTEM, "unable to look up account ", argv[0]) ;
  }
  if (!hf_env_init(&hf_env_here, (char const *const *)environ)
   || !hf_ids_env(&hf_env_here, a.uid, a.gid)
   || (home && !hf_account_env(&hf_env_here, &a)))
    hf_diesys(HF_EXIT_SYSTEM, "unable to set the environment") ;
  hf_run(argv + 1, hf_env_here.v) ;
}
