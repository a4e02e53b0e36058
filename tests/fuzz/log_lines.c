/* ISC license. */

/* Lines: the input arrives in pieces, is rendered into small rooms and cut short at will; the
   result must be what a plain loop over the lines gives. */

#include <stdlib.h>
#include <string.h>

#include <holdfast/log.h>

#include "driver.h"

#define LEN 20

static size_t expected (char const *s, size_t n, char *out, int rule)
{
  size_t i = 0, m = 0 ;
  while (i < n)
  {
    char const *e = memchr(s + i, '\n', n - i) ;
    size_t end = e ? (size_t)(e - s) : n ;
    size_t seen = end - i > LEN ? LEN : end - i ;
    if (!rule || !hf_log_match(HF_LOG_PATTERN_RUNIT, "a*b", 3, s + i, seen))
    {
      memcpy(out + m, "P:", 2) ;
      memcpy(out + m + 2, s + i, end - i) ;
      m += 2 + end - i ;
      out[m++] = '\n' ;
    }
    i = end + 1 ;
  }
  return m ;
}

static unsigned int seed ;

static unsigned int next (unsigned int n)
{
  seed = seed * 1103515245 + 12345 ;
  return (seed >> 16) % n ;
}

/* As hf_log_run does: what no sink needs any more goes. */
static void compact (hf_log *l, hf_logpos *p)
{
  size_t low = p->at ;
  memmove(l->s, l->s + low, l->len - low) ;
  l->len -= low ;
  p->at = 0 ;
  l->old = l->len ;
}

static size_t logged (char const *data, size_t n, char *out, int rule, int json)
{
  static hf_logrule const r = { .op = '-', .kind = HF_LOG_PATTERN_RUNIT, .pat = "a*b", .len = 3 } ;
  hf_logform f = { .start = 1, .yes = '+', .no = '-', .prefix = "P:", .prefixlen = 2, .json = json } ;
  hf_log l = { .line_max = LEN } ;
  hf_logpos p = { .at = 0 } ;
  char room[300 + 64] ;
  size_t at = 0, m = 0 ;
  int ended, last = 0 ;
  if (rule) { f.rules = &r ; f.nrules = 1 ; f.whole = 1 ; }
  l.s = malloc(n + LEN + 64) ;
  while (!last)
  {
    size_t k = n - at ;
    if (k > next(80)) k = next(80) < k ? next(80) : k ;
    if (k > n - at) k = n - at ;
    memcpy(l.s + l.len, data + at, k) ;
    at += k ;
    l.len += k ;
    if (at == n)
    {
      last = 1 ;
      if (n && data[n - 1] != '\n') l.s[l.len++] = '\n' ;
    }
    for (;;)
    {
      hf_logpos q = p ;
      size_t big = 1 + next(300), w, got ;
      got = hf_log_render(&l, &f, &q, room, big, 1 + next(400), &ended) ;
      if (got > big) abort() ;
      if (!got) { p = q ; break ; }
      w = 1 + next(got) ;
      memcpy(out + m, room, w) ;
      m += w ;
      if (w == got) p = q ;
      else if (hf_log_render(&l, &f, &p, room, w, (size_t)-1, &ended) != w || memcmp(room, out + m - w, w)) abort() ;
    }
    if (last && p.at != l.len) abort() ;
    compact(&l, &p) ;
    if (l.len > LEN) abort() ;
  }
  free(l.s) ;
  return m ;
}

int LLVMFuzzerTestOneInput (uint8_t const *data, size_t n)
{
  char *want = malloc(3 * n + 16) ;
  char *got = malloc(48 * n + 256) ;
  int rule ;
  seed = n ? data[0] + n : 1 ;
  for (rule = 0 ; rule < 2 ; rule++)
  {
    size_t k = expected((char const *)data, n, want, rule) ;
    size_t m = logged((char const *)data, n, got, rule, 0) ;
    size_t i, newlines = 0, quoted = 0 ;
    if (k != m || memcmp(want, got, m)) abort() ;
    for (i = 0 ; i < k ; i++) newlines += want[i] == '\n' ;
    m = logged((char const *)data, n < 2000 ? n : 0, got, rule, 1) ;
    if (n >= 2000) continue ;
    for (i = 0 ; i < m ; i++)
    {
      if ((unsigned char)got[i] < 32 && got[i] != '\n') abort() ;
      if (got[i] == '\n') { quoted++ ; if (i < 2 || got[i-1] != '}' || got[i-2] != '"') abort() ; }
    }
    if (quoted != newlines) abort() ;
  }
  free(want) ;
  free(got) ;
  return 0 ;
}

FUZZ_MAIN("\n", "a", "ab", "aXb\n", "\n\n", "ab\n", "a b c b\n", "a long line that goes on and on and on, b\n", "\"", "\\", "\xc3\xa4", "\xf0\x9f\x98\x80", "\xff")
