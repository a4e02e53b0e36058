/* ISC license. */

#include <time.h>
#include <string.h>

#include <holdfast/log.h>

static void digits (char *s, uint64_t u, unsigned int n)
{
  while (n--) { s[n] = '0' + u % 10 ; u /= 10 ; }
}

static void hex (char *s, uint64_t u, unsigned int n)
{
  while (n--) { s[n] = "0123456789abcdef"[u & 15] ; u >>= 4 ; }
}

/* The date of a day counted from 1970-01-01, without the C library's tables: years are
   counted from March, in eras of 400 years. */
static void civil (int64_t day, int *year, unsigned int *month, unsigned int *mday)
{
  int64_t z = day + 719468 ;
  int64_t era = (z >= 0 ? z : z - 146096) / 146097 ;
  unsigned int doe = z - era * 146097 ;
  unsigned int yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365 ;
  unsigned int doy = doe - (365 * yoe + yoe / 4 - yoe / 100) ;
  unsigned int mp = (5 * doy + 2) / 153 ;
  *mday = doy - (153 * mp + 2) / 5 + 1 ;
  *month = mp < 10 ? mp + 3 : mp - 9 ;
  *year = yoe + era * 400 + (*month <= 2) ;
}

/* "YYYY-MM-DDxHH:MM:SS": 19 bytes */
static void datetime (char *s, int64_t sec, char between)
{
  int64_t day = sec / 86400 ;
  int64_t rest = sec % 86400 ;
  int year ;
  unsigned int month, mday ;
  if (rest < 0) { rest += 86400 ; day-- ; }
  civil(day, &year, &month, &mday) ;
  digits(s, year, 4) ; s[4] = '-' ;
  digits(s + 5, month, 2) ; s[7] = '-' ;
  digits(s + 8, mday, 2) ; s[10] = between ;
  digits(s + 11, rest / 3600, 2) ; s[13] = ':' ;
  digits(s + 14, rest / 60 % 60, 2) ; s[16] = ':' ;
  digits(s + 17, rest % 60, 2) ;
}

static long zone_offset (time_t t)
{
  struct tm tm ;
  int64_t day ;
  if (!localtime_r(&t, &tm)) return 0 ;
  /* tm_gmtoff is not POSIX: the local date read as UTC, minus t */
  {
    int64_t y = (int64_t)tm.tm_year + 1900 - (tm.tm_mon < 2) ;
    int64_t era = (y >= 0 ? y : y - 399) / 400 ;
    unsigned int yoe = y - era * 400 ;
    unsigned int mp = tm.tm_mon >= 2 ? tm.tm_mon - 2 : tm.tm_mon + 10 ;
    unsigned int doy = (153 * mp + 2) / 5 + tm.tm_mday - 1 ;
    day = era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468 ;
  }
  return day * 86400 + tm.tm_hour * 3600 + tm.tm_min * 60 + tm.tm_sec - (int64_t)t ;
}

static size_t iso_local (char *s, struct timespec const *t)
{
  long off = zone_offset(t->tv_sec) ;
  datetime(s, (int64_t)t->tv_sec + off, 'T') ;
  s[19] = '.' ;
  digits(s + 20, t->tv_nsec / 1000, 6) ;
  s[26] = off < 0 ? '-' : '+' ;
  if (off < 0) off = -off ;
  digits(s + 27, off / 3600, 2) ;
  s[29] = ':' ;
  digits(s + 30, off / 60 % 60, 2) ;
  s[32] = ' ' ;
  return 33 ;
}

static size_t unix_stamp (char *s, struct timespec const *t)
{
  uint64_t u = t->tv_sec < 0 ? 0 : t->tv_sec ;
  uint64_t x ;
  unsigned int n = 1 ;
  for (x = u ; x >= 10 ; x /= 10) n++ ;
  digits(s, u, n) ;
  s[n] = '.' ;
  digits(s + n + 1, t->tv_nsec / 1000, 6) ;
  s[n + 7] = ' ' ;
  return n + 8 ;
}

static size_t bsd_stamp (char *s, struct timespec const *t)
{
  char d[19] ;
  unsigned int month ;
  datetime(d, (int64_t)t->tv_sec + zone_offset(t->tv_sec), 'T') ;
  month = 10 * (d[5] - '0') + (d[6] - '0') - 1 ;
  memcpy(s, &"JanFebMarAprMayJunJulAugSepOctNovDec"[3 * month], 3) ;
  s[3] = ' ' ;
  s[4] = d[8] == '0' ? ' ' : d[8] ;
  s[5] = d[9] ;
  s[6] = ' ' ;
  memcpy(s + 7, d + 11, 8) ;
  s[15] = ' ' ;
  return 16 ;
}

void hf_log_label_fmt (char *s, struct timespec const *t)
{
  s[0] = '@' ;
  hex(s + 1, (uint64_t)4611686018427387914ULL + (uint64_t)t->tv_sec, 16) ;
  hex(s + 17, t->tv_nsec, 8) ;
}

size_t hf_log_label_scan (char const *s, size_t n, struct timespec *t)
{
  uint64_t sec = 0 ;
  uint32_t nano = 0 ;
  size_t i ;
  if (n < HF_LOG_LABEL || s[0] != '@') return 0 ;
  for (i = 1 ; i < HF_LOG_LABEL ; i++)
  {
    unsigned char c = s[i] ;
    unsigned int v ;
    if (c >= '0' && c <= '9') v = c - '0' ;
    else if (c >= 'a' && c <= 'f') v = c - 'a' + 10 ;
    else if (c >= 'A' && c <= 'F') v = c - 'A' + 10 ;
    else return 0 ;
    if (i < 17) sec = sec << 4 | v ;
    else nano = nano << 4 | v ;
  }
  t->tv_sec = (time_t)(sec - 4611686018427387914ULL) ;
  t->tv_nsec = nano ;
  return HF_LOG_LABEL ;
}

size_t hf_log_stamp_fmt (char *s, int kind, struct timespec const *t)
{
  switch (kind)
  {
    case HF_LOG_STAMP_TAI64N :
      hf_log_label_fmt(s, t) ;
      s[25] = ' ' ;
      return 26 ;
    case HF_LOG_STAMP_UTC :
    case HF_LOG_STAMP_UTCT :
      datetime(s, t->tv_sec, kind == HF_LOG_STAMP_UTC ? '_' : 'T') ;
      s[19] = '.' ;
      digits(s + 20, t->tv_nsec / 10000, 5) ;
      s[25] = ' ' ;
      return 26 ;
    case HF_LOG_STAMP_ISO :
      datetime(s, t->tv_sec, 'T') ;
      s[19] = '.' ;
      digits(s + 20, t->tv_nsec / 1000, 6) ;
      memcpy(s + 26, "Z ", 2) ;
      return 28 ;
    case HF_LOG_STAMP_ISOLOCAL : return iso_local(s, t) ;
    case HF_LOG_STAMP_BSD : return bsd_stamp(s, t) ;
    case HF_LOG_STAMP_UNIX : return unix_stamp(s, t) ;
    default : return 0 ;
  }
}
