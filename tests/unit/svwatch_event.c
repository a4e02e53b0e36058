/* ISC license. */

#include <stdlib.h>
#include <string.h>

#include "tap.h"
#include "control/svwatch_event.c"

/* The one thing that event_take needs of the rest. */
int look_is_failed (look const *l) { (void)l ; return 0 ; }

static char s[EVENT_MAX] ;

static int ends (size_t n, char const *with)
{
  size_t k = strlen(with) ;
  return n >= k && !memcmp(s + n - k, with, k) ;
}


/* The same bytes in every run. */
static unsigned int next_random (void)
{
  static unsigned int x = 12345 ;
  x ^= x << 13 ; x ^= x >> 17 ; x ^= x << 5 ;
  return x ;
}

/* Any name gives one line of printable words, and one JSON line. */
static int survives (void)
{
  event e = { .state = UP, .pid = 1, .wstat = -1 } ;
  char name[256] ;
  for (int round = 0 ; round < 20000 ; round++)
  {
    size_t n = next_random() % 255, m ;
    for (size_t i = 0 ; i < n ; i++) name[i] = (char)(next_random() % 255 + 1) ;
    name[n] = 0 ;
    m = event_line(&e, name, s) ;
    for (size_t i = 0 ; i + 1 < m ; i++) if ((unsigned char)s[i] < 32 || s[i] == 127) return 0 ;
    m = event_json(&e, name, s) ;
    for (size_t i = 0, k ; i + 1 < m ; i += k)
      if ((unsigned char)s[i] < 32 || !(k = (unsigned char)s[i] < 128 ? 1 : hf_utf8(s + i, m - i))) return 0 ;
  }
  return 1 ;
}

int main (void)
{
  event e = { .state = UP, .want = HF_WANT_UP, .pid = 12, .starts = 3, .deaths = 2, .wstat = 9, .why = HF_WHY_RESTART } ;
  event f = e ;
  char name[600] ;
  size_t n ;
  ok(!event_differs(&e, &f), "nothing differs") ;
  f.deaths = 3 ;
  ok(event_differs(&e, &f), "a death does") ;
  n = event_line(&e, "web", s) ;
  ok(ends(n, "Z web up pid=12 wanted=up signal=KILL starts=3 deaths=2\n"), "a line") ;
  ok(s[4] == '-' && s[10] == 'T' && s[23] == 'Z', "begins with the time") ;
  e.ready = 1 ;
  ok(ends(event_line(&e, "a b\n\\", s), " a\\x20b\\x0a\\x5c ready pid=12 wanted=up signal=KILL starts=3 deaths=2\n"), "a hostile name is one word") ;
  n = event_json(&e, "a\"b\\\n\xc3\xa4\xff", s) ;
  ok(ends(n, ",\"name\":\"a\\\"b\\\\\\u000a\xc3\xa4\\ufffd\",\"state\":\"ready\",\"pid\":12,\"wanted\":\"up\",\"ready\":true,\"why\":null,"
    "\"starts\":3,\"deaths\":2,\"last_end_status\":{\"signal\":\"KILL\",\"signal_number\":9,\"core_dumped\":false}}\n"), "JSON") ;
  e.state = BACKOFF ;
  e.pid = 0 ;
  e.wstat = 3 << 8 ;
  ok(ends(event_line(&e, "x", s), " x backoff wanted=up why=restarting exit_code=3 starts=3 deaths=2\n"), "why it does not run") ;
  e.state = GONE ;
  ok(ends(event_line(&e, "x", s), "Z x removed\n"), "a service that went away") ;
  ok(ends(event_json(&e, "x", s), "\"name\":\"x\",\"state\":\"removed\"}\n"), "the same in JSON") ;
  e.state = UP ;
  memset(name, '\n', sizeof(name) - 1) ;
  name[sizeof(name) - 1] = 0 ;
  e.pid = e.starts = e.deaths = 4294967295u ;
  ok(event_line(&e, name, s) <= EVENT_MAX && event_json(&e, name, s) <= EVENT_MAX, "the longest name fits") ;
  event_setenv(&e, "web", "down") ;
  ok(!strcmp(getenv("SVWATCH_NAME"), "web") && !strcmp(getenv("SVWATCH_OLD"), "down") && !strcmp(getenv("SVWATCH_EXITCODE"), "3")
    && !getenv("SVWATCH_SIGNAL"), "the variables") ;
  ok(survives(), "random names") ;
  return done() ;
}
