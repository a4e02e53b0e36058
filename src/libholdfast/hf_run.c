/* ISC license. */

#include <errno.h>
#include <unistd.h>

#include <holdfast/chain.h>
#include <holdfast/message.h>

void hf_run (char const *const *argv, char const *const *envp)
{
  hf_pathexec(argv[0], argv, envp) ;
  hf_diesys(HF_EXIT_SYSTEM, "unable to run ", argv[0]) ;
}
