/* ISC license. */

#include <string.h>

#include <skalibs/types.h>
#include <skalibs/uint64.h>

#include "notifymsg.h"

static char const *const state_lines[] =
{
  [NOTIFY_STARTING] = "STARTING=1\n",
  [NOTIFY_READY] = "READY=1\n",
  [NOTIFY_RELOADING] = "RELOADING=1\n",
  [NOTIFY_STOPPING] = "STOPPING=1\n",
} ;

static int is_key (char const *line, char const *key, char const **value)
{
  size_t n = strlen(key) ;
  if (strncmp(line, key, n)) return 0 ;
  *value = line + n ;
  return 1 ;
}

/* Microseconds to milliseconds, not to 0 unless 0, at most what an int holds. */
static int scan_usec (char const *s, uint32_t *ms)
{
  uint64_t u ;
  if (!uint640_scan(s, &u)) return 0 ;
  u = u / 1000 + !!(u % 1000) ;
  *ms = u > 2147483647u ? 2147483647u : (uint32_t)u ;
  return 1 ;
}

/* Cut at a whole UTF-8 character; no control bytes. */
static void take_status (notifymsg *m, char const *s)
{
  size_t n = strlen(s) ;
  if (n >= sizeof(m->status))
  {
    n = sizeof(m->status) - 1 ;
    while (n && ((unsigned char)s[n] & 0xc0) == 0x80) n-- ;
  }
  for (size_t i = 0 ; i < n ; i++)
    m->status[i] = (unsigned char)s[i] < 32 || s[i] == 127 ? '?' : s[i] ;
  m->status[n] = 0 ;
}

static unsigned int take_state (notifymsg *m, enum notify_state state, unsigned int bit)
{
  m->state = state ;
  return bit ;
}

static unsigned int take_line (notifymsg *m, char const *line)
{
  char const *v ;
  if (!strcmp(line, "READY=1")) return take_state(m, NOTIFY_READY, NOTIFY_GOT_READY) ;
  if (!strcmp(line, "RELOADING=1")) return take_state(m, NOTIFY_RELOADING, NOTIFY_GOT_RELOADING) ;
  if (!strcmp(line, "STOPPING=1")) return take_state(m, NOTIFY_STOPPING, NOTIFY_GOT_STOPPING) ;
  if (!strcmp(line, "WATCHDOG=1")) return NOTIFY_GOT_ALIVE ;
  if (!strcmp(line, "WATCHDOG=trigger")) return NOTIFY_GOT_TRIGGER ;
  if (is_key(line, "STATUS=", &v)) { take_status(m, v) ; return NOTIFY_GOT_STATUS ; }
  if (is_key(line, "ERRNO=", &v)) return uint320_scan(v, &m->err) ? NOTIFY_GOT_ERRNO : 0 ;
  if (is_key(line, "WATCHDOG_USEC=", &v)) return scan_usec(v, &m->watchdog_ms) ? NOTIFY_GOT_USEC : 0 ;
  if (is_key(line, "EXTEND_TIMEOUT_USEC=", &v)) return scan_usec(v, &m->extend_ms) ? NOTIFY_GOT_EXTEND : 0 ;
  if (is_key(line, "MAINPID=", &v))
  {
    uint32_t pid ;
    if (!uint320_scan(v, &pid) || pid > 2147483647u) return 0 ;
    m->mainpid = pid ;
    return NOTIFY_GOT_MAINPID ;
  }
  return 0 ;
}

int notifymsg_scan (notifymsg *m, char const *s, size_t n)
{
  char line[NOTIFYMSG_MAX + 1] ;
  size_t pos = 0 ;
  m->got = 0 ;
  if (n > NOTIFYMSG_MAX || memchr(s, 0, n)) return 0 ;
  while (pos < n)
  {
    char const *nl = memchr(s + pos, '\n', n - pos) ;
    size_t len = nl ? (size_t)(nl - s) - pos : n - pos ;
    memcpy(line, s + pos, len) ;
    line[len] = 0 ;
    m->got |= take_line(m, line) ;
    pos += len + 1 ;
  }
  return 1 ;
}

int notifymsg_differs (notifymsg const *a, notifymsg const *b)
{
  return a->state != b->state || a->mainpid != b->mainpid || a->err != b->err || strcmp(a->status, b->status) ;
}

static size_t put (char *s, char const *key, char const *value)
{
  size_t n = strlen(key), k = strlen(value) ;
  memcpy(s, key, n) ;
  memcpy(s + n, value, k) ;
  s[n + k] = '\n' ;
  return n + k + 1 ;
}

static size_t put_number (char *s, char const *key, uint32_t u)
{
  char fmt[UINT32_FMT] ;
  fmt[uint32_fmt(fmt, u)] = 0 ;
  return put(s, key, fmt) ;
}

size_t notifymsg_text (notifymsg const *m, uint32_t pid, char *s)
{
  size_t n = strlen(state_lines[m->state]) ;
  memcpy(s, state_lines[m->state], n) ;
  n += put_number(s + n, "PID=", pid) ;
  if (m->status[0]) n += put(s + n, "STATUS=", m->status) ;
  if (m->err) n += put_number(s + n, "ERRNO=", m->err) ;
  if (m->mainpid) n += put_number(s + n, "MAINPID=", m->mainpid) ;
  return n ;
}
