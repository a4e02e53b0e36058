/* ISC license. */

#include <string.h>
#include <time.h>

#include <holdfast/log.h>

/* Exactly 24 lower-case digits, and no 25th: anything else is no label. */
static int label (char const *s, size_t n, struct timespec *t)
{
  size_t i ;
  for (i = 1 ; i < n && i <= HF_LOG_LABEL ; i++)
    if (!((s[i] >= '0' && s[i] <= '9') || (s[i] >= 'a' && s[i] <= 'f'))) break ;
  return i == HF_LOG_LABEL && hf_log_label_scan(s, n, t) ;
}

static void digits (char *s, unsigned long u, unsigned int n)
{
  while (n--) { s[n] = '0' + u % 10 ; u /= 10 ; }
}

static int date (char *s, time_t t)
{
  struct tm tm ;
  if (!localtime_r(&t, &tm) || tm.tm_year < -1900 || tm.tm_year > 8099) return 0 ;
  digits(s, tm.tm_year + 1900, 4) ; s[4] = '-' ;
  digits(s + 5, tm.tm_mon + 1, 2) ; s[7] = '-' ;
  digits(s + 8, tm.tm_mday, 2) ; s[10] = ' ' ;
  digits(s + 11, tm.tm_hour, 2) ; s[13] = ':' ;
  digits(s + 14, tm.tm_min, 2) ; s[16] = ':' ;
  digits(s + 17, tm.tm_sec, 2) ; s[19] = '.' ;
  return 1 ;
}

size_t hf_log_local_fmt (hf_loglocal *c, char const *s, size_t n, char *out)
{
  struct timespec t ;
  unsigned int nano = 9 ;
  if (!n || *s != '@' || !label(s, n, &t)) return 0 ;
  if (!c->valid || c->sec != t.tv_sec)
  {
    c->valid = date(c->text, t.tv_sec) ;
    c->sec = t.tv_sec ;
    if (!c->valid) return 0 ;
  }
  memcpy(out, c->text, 20) ;
  if (t.tv_nsec > 999999999L) nano = 10 ;
  digits(out + 20, t.tv_nsec, nano) ;
  return 20 + nano ;
}

size_t hf_log_local (hf_loglocal *c, char const *s, size_t n, int last, char *out, size_t *len)
{
  size_t at = 0, m = 0 ;
  while (at < n)
  {
    size_t e, k ;
    if (!c->mid && s[at] == '@')
    {
      if (n - at <= HF_LOG_LABEL && !last && hf_log_newline(s, at, n) == n) break ;
      k = hf_log_local_fmt(c, s + at, n - at, out + m) ;
      m += k ;
      if (k) at += HF_LOG_LABEL ;
    }
    e = hf_log_newline(s, at, n) ;
    c->mid = e == n ;
    e += e < n ;
    memcpy(out + m, s + at, e - at) ;
    m += e - at ;
    at = e ;
  }
  *len = m ;
  return at ;
}
