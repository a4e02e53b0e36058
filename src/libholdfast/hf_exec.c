/* ISC license. */

#include <errno.h>
#include <unistd.h>

#include <holdfast/chain.h>
#include <holdfast/message.h>

void hf_exec (char const *const *argv, char const *const *envp, int code_compat)
{
  int e ;
  hf_pathexec(argv[0], argv, envp) ;
  e = errno ;
  hf_message("fatal", e, hf_words("unable to run: ", argv[0])) ;
  _exit(code_compat ? HF_EXIT_SYSTEM : e == ENOENT ? HF_EXIT_NOTFOUND : HF_EXIT_NOEXEC) ;
}
