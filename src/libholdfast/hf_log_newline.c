/* ISC license. */

#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <holdfast/log.h>

/* memchr has a price per call that short lines would pay for every 20 bytes; 16 bytes at a
   time cost less than the call. */
size_t hf_log_newline (char const *s, size_t i, size_t n)
{
#ifdef __SSE2__
  __m128i const nl = _mm_set1_epi8('\n') ;
  for (; i + 16 <= n ; i += 16)
  {
    unsigned int m = _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_loadu_si128((__m128i const *)(s + i)), nl)) ;
    if (m) return i + __builtin_ctz(m) ;
  }
  for (; i < n && s[i] != '\n' ; i++) ;
  return i ;
#else
  char const *p = i < n ? memchr(s + i, '\n', n - i) : 0 ;
  return p ? (size_t)(p - s) : n ;
#endif
}
