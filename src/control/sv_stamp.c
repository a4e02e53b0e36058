/* ISC license. */

#include <string.h>
#include <time.h>

#include <skalibs/uint64.h>

#include "sv_log.h"

#define BILLION 1000000000

static int hex (char c)
{
  return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1 ;
}

static size_t scan_tai (char const *s, size_t n, int64_t *ns)
{
  uint64_t sec = 0, nano = 0 ;
  if (n < 25 || s[0] != '@') return 0 ;
  for (int i = 1 ; i < 25 ; i++)
  {
    int x = hex(s[i]) ;
    if (x < 0) return 0 ;
    if (i < 17) sec = sec << 4 | (unsigned int)x ;
    else nano = nano << 4 | (unsigned int)x ;
  }
  sec -= ((uint64_t)1 << 62) + 10 ;
  if (sec > INT64_MAX / BILLION || nano >= BILLION) return 0 ;
  *ns = (int64_t)(sec * BILLION + nano) ;
  return 25 + (n > 25 && s[25] == ' ') ;
}

/* n digits; -1 if they are not all digits. */
static int digits (char const *s, int n)
{
  int x = 0 ;
  for (int i = 0 ; i < n ; i++)
  {
    if (s[i] < '0' || s[i] > '9') return -1 ;
    x = 10 * x + (s[i] - '0') ;
  }
  return x ;
}

/* Days from 1970-01-01 of a date of the Gregorian calendar; years counted from March. */
static int64_t days (int y, int m, int d)
{
  int64_t yy = m > 2 ? y : y - 1, mm = m > 2 ? m - 3 : m + 9 ;
  return 365 * yy + yy / 4 - yy / 100 + yy / 400 + (153 * mm + 2) / 5 + d - 1 - 719468 ;
}

/* 2026-11-28_10:00:00.12345, with _ or T. */
static size_t scan_human (char const *s, size_t n, int64_t *ns)
{
  int y, mo, d, h, mi, se ;
  int64_t frac = 0, unit = BILLION ;
  size_t i = 20 ;
  if (n < 21 || s[4] != '-' || s[7] != '-' || (s[10] != '_' && s[10] != 'T') || s[13] != ':' || s[16] != ':' || s[19] != '.') return 0 ;
  y = digits(s, 4) ; mo = digits(s + 5, 2) ; d = digits(s + 8, 2) ;
  h = digits(s + 11, 2) ; mi = digits(s + 14, 2) ; se = digits(s + 17, 2) ;
  if (y < 1970 || y > 2200 || mo < 1 || mo > 12 || d < 1 || d > 31 || h < 0 || mi < 0 || se < 0) return 0 ;
  for (; i < n && s[i] >= '0' && s[i] <= '9' && unit > 1 ; i++) { unit /= 10 ; frac += (s[i] - '0') * unit ; }
  *ns = (days(y, mo, d) * 86400 + h * 3600 + mi * 60 + se) * BILLION + frac ;
  return i + (i < n && s[i] == ' ') ;
}

size_t sv_stamp_scan (char const *s, size_t n, int64_t *ns)
{
  size_t r = scan_tai(s, n, ns) ;
  return r ? r : scan_human(s, n, ns) ;
}

static int scan_ago (char const *word, int64_t *ns)
{
  uint64_t n ;
  size_t len = uint64_scan(word, &n) ;
  int64_t unit ;
  if (!len || n > 1000000) return 0 ;
  switch (word[len])
  {
    case 's' : unit = 1 ; break ;
    case 'm' : unit = 60 ; break ;
    case 'h' : unit = 3600 ; break ;
    case 'd' : unit = 86400 ; break ;
    default : return 0 ;
  }
  if (word[len + 1]) return 0 ;
  if ((int64_t)n * unit > 4000000000) return 0 ;
  *ns = ((int64_t)time(0) - (int64_t)n * unit) * BILLION ;
  return 1 ;
}

static int scan_local (char const *s, int64_t *ns)
{
  struct tm tm ;
  size_t n = strlen(s) ;
  memset(&tm, 0, sizeof(tm)) ;
  if ((n != 10 && n != 16 && n != 19) || s[4] != '-' || s[7] != '-' || (n > 10 && s[13] != ':')) return 0 ;
  if (digits(s, 4) < 1970 || digits(s, 4) > 2200 || digits(s + 5, 2) < 1 || digits(s + 8, 2) < 1) return 0 ;
  tm.tm_year = digits(s, 4) - 1900 ;
  tm.tm_mon = digits(s + 5, 2) - 1 ;
  tm.tm_mday = digits(s + 8, 2) ;
  if (n > 10)
  {
    tm.tm_hour = digits(s + 11, 2) ;
    tm.tm_min = digits(s + 14, 2) ;
  }
  if (n > 16) tm.tm_sec = digits(s + 17, 2) ;
  if (tm.tm_hour < 0 || tm.tm_min < 0 || tm.tm_sec < 0) return 0 ;
  tm.tm_isdst = -1 ;
  *ns = (int64_t)mktime(&tm) * BILLION ;
  return 1 ;
}

int sv_stamp_since (char const *word, int64_t *ns)
{
  uint64_t n ;
  size_t len = strlen(word) ;
  if (len == 25 && scan_tai(word, len, ns)) return 1 ;
  if (word[0] == '@' && uint640_scan(word + 1, &n) && n < INT64_MAX / BILLION) return (*ns = (int64_t)n * BILLION, 1) ;
  return scan_ago(word, ns) || scan_local(word, ns) ;
}

void sv_put_local (int64_t ns)
{
  char frac[8] = "." ;
  int64_t micro = ns % BILLION / 1000 ;
  for (int i = 6 ; i ; i--) { frac[i] = (char)('0' + micro % 10) ; micro /= 10 ; }
  frac[7] = ' ' ;
  sv_put_unix(ns / BILLION) ;
  sv_putn(frac, 8) ;
}
