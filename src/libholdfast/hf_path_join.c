/* ISC license. */

#include <errno.h>
#include <string.h>

#include <holdfast/service.h>

int hf_path_join (char *out, size_t n, char const *a, char const *b)
{
  size_t alen = strlen(a), blen = strlen(b) ;
  if (alen + blen + 2 > n) return (errno = ENAMETOOLONG, 0) ;
  memmove(out, a, alen) ;
  if (alen && out[alen - 1] != '/') out[alen++] = '/' ;
  memcpy(out + alen, b, blen + 1) ;
  return 1 ;
}
