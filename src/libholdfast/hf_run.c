/* ISC license. */

#include <unistd.h>

#include <holdfast/chain.h>
#include <holdfast/message.h>

void hf_run (char const *const *argv, char const *const *envp)
{
  hf_pathexec(argv[0], argv, envp) ;
  hf_exec_failed("unable to run ", argv[0]) ;
  _exit(HF_EXIT_SYSTEM) ;
}
