/* ISC license. */

#include <string.h>

#include "tap.h"
#include "chain/notifymsg.c"

static notifymsg m ;

static int take (char const *s)
{
  return notifymsg_scan(&m, s, strlen(s)) ;
}


/* The same bytes in every run. */
static unsigned int next_random (void)
{
  static unsigned int x = 12345 ;
  x ^= x << 13 ; x ^= x >> 17 ; x ^= x << 5 ;
  return x ;
}

/* Datagrams made of pieces of the language and of noise: the result always holds. */
static int survives (void)
{
  static char const *const pieces[] = { "READY=1", "\n", "STATUS=", "MAINPID=", "WATCHDOG_USEC=", "99999999999999999999", "\xff", "=", "7", "\x1b" } ;
  char d[NOTIFYMSG_MAX], out[NOTIFYMSG_TEXT] ;
  notifymsg x = { .got = 0 } ;
  for (int round = 0 ; round < 3000 ; round++)
  {
    size_t n = 0, want = next_random() % sizeof(d) ;
    while (n < want)
    {
      char const *piece = pieces[next_random() % 10] ;
      if (next_random() % 4) for (; *piece && n < want ; piece++) d[n++] = *piece ;
      else d[n++] = (char)(next_random() % 255 + 1) ;
    }
    notifymsg_scan(&x, d, n) ;
    n = notifymsg_text(&x, next_random(), out) ;
    if (n > sizeof(out) || out[n - 1] != '\n' || strlen(x.status) >= NOTIFYMSG_STATUS || x.mainpid > 2147483647u) return 0 ;
    for (size_t i = 0 ; i < n ; i++) if ((unsigned char)out[i] < 32 && out[i] != '\n') return 0 ;
  }
  return 1 ;
}

int main (void)
{
  char s[NOTIFYMSG_TEXT] ;
  char big[NOTIFYMSG_MAX + 8] ;
  size_t n ;
  notifymsg before ;
  ok(take("READY=1") && m.got == NOTIFY_GOT_READY && m.state == NOTIFY_READY, "READY=1") ;
  ok(take("READY=0\nready=1\nREADY=1 ") && !m.got, "what is not READY=1 is not taken for it") ;
  ok(take("STATUS=hello\nMAINPID=12\nRELOADING=1\nMONOTONIC_USEC=5\n"), "several assignments") ;
  ok(m.got == (NOTIFY_GOT_STATUS | NOTIFY_GOT_MAINPID | NOTIFY_GOT_RELOADING), "all of them are seen") ;
  ok(!strcmp(m.status, "hello") && m.mainpid == 12 && m.state == NOTIFY_RELOADING, "with their values") ;
  ok(take("MAINPID=x") && !m.got && m.mainpid == 12, "a pid that is no number is skipped") ;
  ok(take("MAINPID=4294967295") && !m.got && m.mainpid == 12, "so is one that is too large") ;
  ok(take("WATCHDOG=1") && m.got == NOTIFY_GOT_ALIVE, "WATCHDOG=1") ;
  ok(take("WATCHDOG=trigger") && m.got == NOTIFY_GOT_TRIGGER, "WATCHDOG=trigger") ;
  ok(take("WATCHDOG_USEC=1") && m.watchdog_ms == 1, "a microsecond is not 0 ms") ;
  ok(take("WATCHDOG_USEC=18446744073709551615") && m.watchdog_ms == 2147483647u, "a huge watchdog time is cut") ;
  ok(take("EXTEND_TIMEOUT_USEC=2500") && m.extend_ms == 3 && m.got == NOTIFY_GOT_EXTEND, "EXTEND_TIMEOUT_USEC") ;
  ok(take("STOPPING=1\nERRNO=5") && m.state == NOTIFY_STOPPING && m.err == 5, "STOPPING and ERRNO") ;
  ok(take("") && !m.got, "an empty datagram") ;
  ok(take("\n\n\n") && !m.got, "empty lines") ;
  ok(!notifymsg_scan(&m, "READY=1\0x", 9) && !m.got, "a NUL inside: not a message") ;
  memset(big, 'x', sizeof(big)) ;
  ok(!notifymsg_scan(&m, big, sizeof(big)), "too long: not a message") ;
  ok(notifymsg_scan(&m, big, NOTIFYMSG_MAX), "the longest: a message") ;
  before = m ;
  memcpy(big, "STATUS=", 7) ;
  for (n = 7 ; n < NOTIFYMSG_MAX - 1 ; n += 2) memcpy(big + n, "\xc3\xa4", 2) ;
  ok(notifymsg_scan(&m, big, n) && strlen(m.status) == NOTIFYMSG_STATUS - 2, "a long status is cut at a whole character") ;
  ok(notifymsg_differs(&before, &m), "and makes a difference") ;
  ok(take("STATUS=a\033[2Jb") && !strcmp(m.status, "a?[2Jb"), "control bytes are made harmless") ;
  ok(!(n = 0) && (n = notifymsg_text(&m, 77, s)) && !strncmp(s, "STOPPING=1\nPID=77\nSTATUS=a?[2Jb\nERRNO=5\nMAINPID=12\n", n), "the file's text") ;
  notifymsg_scan(&m, big, NOTIFYMSG_MAX) ;
  m.mainpid = m.err = 4294967295u ;
  ok(notifymsg_text(&m, 4294967295u, s) < sizeof(s), "the longest text fits") ;
  ok(survives(), "random datagrams") ;
  return done() ;
}
