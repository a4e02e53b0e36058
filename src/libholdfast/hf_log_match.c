/* ISC license. */

#include <string.h>
#include <fnmatch.h>

#include <holdfast/log.h>

/* The rules, for both kinds: an ordinary byte is itself; '*' at the end is anything; '*'
   before a byte X skips to the first X, without ever coming back. With plus, '+' before a
   byte X is one or more X. What follows '*' or '+' is taken literally for the search, and
   after '*' it is then looked at again as any part of the pattern is. */
static int match_star (int plus, char const *p, size_t pn, char const *s, size_t n)
{
  size_t i = 0, j = 0 ;
  while (i < pn)
  {
    char c = p[i++] ;
    if (c == '*')
    {
      char const *x ;
      if (i == pn) return 1 ;
      if (j == n) return 0 ;  /* memchr(s + n, ..., 0) would do, but s may be null */
      x = memchr(s + j, p[i], n - j) ;
      if (!x) return 0 ;
      j = x - s ;
    }
    else if (plus && c == '+' && i < pn)
    {
      c = p[i++] ;
      if (j == n || s[j] != c) return 0 ;
      while (j < n && s[j] == c) j++ ;
    }
    else if (j == n || s[j++] != c) return 0 ;
  }
  return j == n ;
}

static int match_shell (char const *p, char const *s, size_t n)
{
  char buf[1025] ;
  if (n >= sizeof(buf)) n = sizeof(buf) - 1 ;
  if (n) memcpy(buf, s, n) ;
  buf[n] = 0 ;
  return !fnmatch(p, buf, 0) ;
}

int hf_log_match (int kind, char const *pat, size_t pn, char const *line, size_t n)
{
  return kind == HF_LOG_PATTERN_FNMATCH ? match_shell(pat, line, n) :
    match_star(kind == HF_LOG_PATTERN_RUNIT, pat, pn, line, n) ;
}
