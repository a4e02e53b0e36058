/* ISC license. */

/* tai64nlocal: in pieces the same as in one, as many lines as before, all but labels as it was. */

#include <stdlib.h>
#include <string.h>

#include <holdfast/log.h>

#include "driver.h"

static size_t lines (char const *s, size_t n)
{
  size_t i, k = 0 ;
  for (i = 0 ; i < n ; i++) k += s[i] == '\n' ;
  return k ;
}

int LLVMFuzzerTestOneInput (uint8_t const *data, size_t n)
{
  hf_loglocal a = HF_LOGLOCAL_ZERO, b = HF_LOGLOCAL_ZERO ;
  char *whole = malloc(n + n / 3 + 64) ;
  char *parts = malloc(2 * n + 128) ;
  char *in = malloc(n + 1) ;
  size_t nw = 0, np = 0, held = 0, at = 0, len ;
  unsigned int seed = n ? data[0] : 1 ;
  if (hf_log_local(&a, (char const *)data, n, 1, whole, &nw) != n || nw < n) abort() ;
  if (lines(whole, nw) != lines((char const *)data, n)) abort() ;
  for (;;)
  {
    size_t k = n - at, used ;
    seed = seed * 1103515245 + 12345 ;
    if (k > (seed >> 16) % 40) k = (seed >> 16) % 40 ;
    memcpy(in + held, data + at, k) ;
    held += k ;
    at += k ;
    used = hf_log_local(&b, in, held, at == n, parts + np, &len) ;
    np += len ;
    held -= used ;
    memmove(in, in + used, held) ;
    if (at == n) break ;
  }
  if (held || np != nw || memcmp(parts, whole, nw)) abort() ;
  free(whole) ;
  free(parts) ;
  free(in) ;
  return 0 ;
}

FUZZ_MAIN("@", "@4000000", "@400000006b0a82993b1d84bb", "\n", "@400000006b0a82993b1d84bb text\n", "@ffffffffffffffffffffffff",
  "@000000000000000000000000\n", "0123456789abcdef", "ABCDEF", "\n@", "@@", "@400000006B0A82993B1D84BB\n")
