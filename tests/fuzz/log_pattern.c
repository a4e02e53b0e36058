/* ISC license. */

/* Patterns: against a second implementation that is written the slow way. */

#include <stdlib.h>
#include <string.h>

#include <holdfast/log.h>

#include "driver.h"

/* Does p match s, by the words of the manual? */
static int reference (int plus, char const *p, size_t pn, char const *s, size_t n)
{
  if (!pn) return !n ;
  if (*p == '*')
  {
    if (pn == 1) return 1 ;
    while (n && *s != p[1]) { s++ ; n-- ; }
    return n ? reference(plus, p + 1, pn - 1, s, n) : 0 ;
  }
  if (plus && *p == '+' && pn > 1)
  {
    if (!n || *s != p[1]) return 0 ;
    while (n && *s == p[1]) { s++ ; n-- ; }
    return reference(plus, p + 2, pn - 2, s, n) ;
  }
  return n && *s == *p && reference(plus, p + 1, pn - 1, s + 1, n - 1) ;
}

int LLVMFuzzerTestOneInput (uint8_t const *data, size_t n)
{
  size_t pn = n ? data[0] % (n < 64 ? n : 64) : 0 ;
  char *pat ;
  int plus ;
  if (!n) return 0 ;
  data++ ; n-- ;
  if (pn > n) pn = n ;
  pat = malloc(pn + 1) ;
  memcpy(pat, data, pn) ;
  pat[pn] = 0 ;
  for (plus = 0 ; plus < 2 ; plus++)
    if (hf_log_match(plus ? HF_LOG_PATTERN_RUNIT : HF_LOG_PATTERN_STAR, pat, pn, (char const *)data + pn, n - pn)
     != reference(plus, pat, pn, (char const *)data + pn, n - pn)) abort() ;
  hf_log_match(HF_LOG_PATTERN_FNMATCH, pat, strlen(pat), (char const *)data + pn, n - pn) ;
  free(pat) ;
  return 0 ;
}

FUZZ_MAIN("*", "+", "a", "b", "ab", "aa", "*a", "+a", "?", "[a-b]", "a*b", "\n", ":")
