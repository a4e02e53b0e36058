/* ISC license. */

#include <string.h>
#include <strings.h>

#include <holdfast/log.h>

static struct { char const *name ; uint8_t len ; uint8_t severity ; } const words[] =
{
  { "emerg", 5, 0 }, { "panic", 5, 0 }, { "emergency", 9, 0 },
  { "alert", 5, 1 },
  { "crit", 4, 2 }, { "critical", 8, 2 }, { "fatal", 5, 2 },
  { "err", 3, 3 }, { "error", 5, 3 }, { "failure", 7, 3 },
  { "warning", 7, 4 }, { "warn", 4, 4 },
  { "notice", 6, 5 },
  { "info", 4, 6 }, { "information", 11, 6 },
  { "debug", 5, 7 }, { "trace", 5, 7 }
} ;
#define NWORDS (sizeof(words) / sizeof(words[0]))

static char const *const facilities[] =
{
  "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp",
  "ntp", "audit", "alert", "clock", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7"
} ;

int hf_log_severity_scan (char const *word)
{
  size_t i, n = strlen(word) ;
  if (n == 1 && *word >= '0' && *word <= '7') return *word - '0' ;
  for (i = 0 ; i < NWORDS ; i++) if (words[i].len == n && !strcasecmp(words[i].name, word)) return words[i].severity ;
  return -1 ;
}

int hf_log_facility_scan (char const *word)
{
  unsigned int i ;
  for (i = 0 ; i < sizeof(facilities) / sizeof(facilities[0]) ; i++)
    if (!strcmp(facilities[i], word)) return i ;
  return -1 ;
}

char const *hf_log_severity_name (int severity)
{
  static char const *const names[8] = { "emerg", "alert", "crit", "err", "warning", "notice", "info", "debug" } ;
  return names[severity & 7] ;
}

static int letter (char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ;
}

/* A level at the start of s: "error:", "[error]", "ERROR " in capitals. */
static int level_at (char const *s, size_t n)
{
  size_t i, k = 0 ;
  int bracket = n && (*s == '[' || *s == '(') ;
  char after ;
  if (bracket) { s++ ; n-- ; }
  while (k < n && letter(s[k])) k++ ;
  if (k < 3 || k > 11) return -1 ;
  after = k < n ? s[k] : 0 ;
  if (bracket ? after != ']' && after != ')' : after != ':' && !((after == ' ' || after == '\t' || after == '[') && s[0] <= 'Z' && s[1] <= 'Z')) return -1 ;
  for (i = 0 ; i < NWORDS ; i++) if (words[i].len == k && !strncasecmp(words[i].name, s, k)) return words[i].severity ;
  return -1 ;
}

/* Looked for at the beginning, and after one "NAME: ", which is how daemontools, runit and
   their kin begin a message. */
int hf_log_severity (char const *s, size_t n, size_t *skip)
{
  char const *p ;
  int r ;
  *skip = 0 ;
  if (n >= 3 && s[0] == '<' && s[1] >= '0' && s[1] <= '7' && s[2] == '>')
  {
    *skip = 3 ;
    return s[1] - '0' ;
  }
  r = level_at(s, n) ;
  if (r >= 0) return r ;
  p = memchr(s, ':', n < 64 ? n : 64) ;
  if (!p || p + 2 >= s + n || p[1] != ' ' || memchr(s, ' ', p - s)) return -1 ;
  return level_at(p + 2, n - (p + 2 - s)) ;
}
