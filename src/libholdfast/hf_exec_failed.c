/* ISC license. */

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <holdfast/chain.h>
#include <holdfast/message.h>
#include <holdfast/spawn.h>

/* ENOENT for a file that is there: it wants another that is not. */
static char const *wants (char const *file, char *buf, size_t n)
{
  if (!strchr(file, '/') || access(file, F_OK) < 0) return 0 ;
  return hf_spawn_interpreter(file, buf, n) ? buf : "its dynamic loader" ;
}

void hf_exec_failed (char const *what, char const *file)
{
  char buf[256] ;
  int e = errno ;
  char const *other = e == ENOENT ? wants(file, buf, sizeof(buf)) : 0 ;
  if (other) hf_message("fatal", e, hf_words(what, file, " (needs ", other, ")")) ;
  else hf_message("fatal", e, hf_words(what, file)) ;
  errno = e ;
}
