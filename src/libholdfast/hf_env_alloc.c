/* ISC license. */

#include <skalibs/nonposix.h>

#include <stddef.h>
#include <sys/mman.h>

#include <holdfast/env.h>

/* Not malloc: a link needs this once if at all, and its binary stays small. */
void *hf_env_alloc (size_t n)
{
  void *p = mmap(0, n ? n : 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ;
  return p == MAP_FAILED ? 0 : p ;
}
