/* ISC license. */

#include <errno.h>
#include <unistd.h>

#include <holdfast/chain.h>
#include <holdfast/message.h>

void hf_exec (char const *const *argv, char const *const *envp, int code_compat)
{
  hf_pathexec(argv[0], argv, envp) ;
  hf_exec_failed("unable to run: ", argv[0]) ;
  _exit(code_compat ? HF_EXIT_SYSTEM : errno == ENOENT ? HF_EXIT_NOTFOUND : HF_EXIT_NOEXEC) ;
}
