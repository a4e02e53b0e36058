/* ISC license. */

/* linegen BYTES LEN [CHUNK]: writes BYTES bytes of lines of LEN bytes (newline included) to
   stdout, CHUNK bytes (65536) a write. Lines are numbered, so that loss shows. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>

int main (int argc, char const *const *argv)
{
  static char s[1 << 22] ;
  size_t chunk = 65536 ;
  size_t i, n, per, lines ;
  long long total ;
  if (argc < 3) return 100 ;
  total = atoll(argv[1]) ;
  n = atoi(argv[2]) ;
  if (argc > 3) chunk = atoi(argv[3]) ;
  if (n < 2 || n > 65536 || chunk > sizeof(s) / 2) return 100 ;
  lines = sizeof(s) / n ;
  per = lines * n ;
  for (i = 0 ; i < lines ; i++)
  {
    memset(s + i * n, 'x', n - 1) ;
    if (n > 12) { char t[16] ; memcpy(s + i * n, t, snprintf(t, sizeof(t), "%010zu ", i)) ; }
    s[i * n + n - 1] = '\n' ;
  }
  i = 0 ;
  while (total > 0)
  {
    size_t k = per - i < chunk ? per - i : chunk ;
    if ((long long)k > total) k = total ;
    if (allwrite(1, s + i, k) < k) return 111 ;
    total -= k ;
    i += k ;
    if (i == per) i = 0 ;
  }
  return 0 ;
}
