/* ISC license. */

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <skalibs/types.h>
#include <skalibs/uint64.h>

#include <holdfast/clock.h>
#include <holdfast/message.h>
#include <holdfast/policy.h>
#include "svwatch.h"

enum event_state { GONE, ALONE, UNKNOWN, DOWN, FAILED, BACKOFF, STARTING, UP, PAUSED, FINISH, EVENT_STATES } ;

static char const *const words[EVENT_STATES] =
{
  [GONE] = "removed", [ALONE] = "unsupervised", [UNKNOWN] = "unknown", [DOWN] = "down", [FAILED] = "failed",
  [BACKOFF] = "backoff", [STARTING] = "starting", [UP] = "up", [PAUSED] = "paused", [FINISH] = "finish",
} ;

static char const *const wants[HF_WANT_N] =
{
  [HF_WANT_DOWN] = "down", [HF_WANT_UP] = "up", [HF_WANT_ONCE] = "once", [HF_WANT_EXIT] = "exit",
} ;

static char const *const whys[HF_WHY_N] =
{
  [HF_WHY_NEVER] = "not-started", [HF_WHY_ASKED] = "asked", [HF_WHY_DONE] = "done", [HF_WHY_FAILED] = "failed",
  [HF_WHY_GAVEUP] = "gave-up", [HF_WHY_RESTART] = "restarting", [HF_WHY_AGED] = "aged",
} ;

static uint8_t state_of (look const *l)
{
  if (l->reach == LOOK_NODIR) return GONE ;
  if (l->reach == LOOK_DENIED) return UNKNOWN ;
  if (l->reach == LOOK_ALONE) return ALONE ;
  switch (l->phase)
  {
    case HF_PHASE_RUN : return l->paused ? PAUSED : UP ;
    case HF_PHASE_BACKOFF : return BACKOFF ;
    case HF_PHASE_PREPARE : return STARTING ;
    case HF_PHASE_DOWN : return look_is_failed(l) ? FAILED : DOWN ;
    default : return FINISH ;
  }
}

void event_take (event *e, look const *l)
{
  hf_machine const *m = &l->rec.m ;
  memset(e, 0, sizeof(*e)) ;
  e->state = state_of(l) ;
  e->wstat = -1 ;
  if (l->reach != LOOK_OK) return ;
  e->want = l->want ;
  e->ready = l->told ;
  e->pid = l->pid ;
  e->starts = l->starts ;
  e->deaths = l->deaths ;
  e->why = l->has_rec ? l->why : HF_WHY_N ;
  if (l->has_rec && m->flags & HF_FLAG_ENDED && m->flags & HF_FLAG_KNOWN) e->wstat = m->last_wstat ;
}

int event_differs (event const *a, event const *b)
{
  return a->state != b->state || a->want != b->want || a->ready != b->ready || a->pid != b->pid
    || a->starts != b->starts || a->deaths != b->deaths ;
}

char const *event_word (event const *e)
{
  return e->state == UP && e->ready ? "ready" : words[e->state] ;
}

/* Why it is as it is: only where it does not run. */
static char const *why_of (event const *e)
{
  return (e->state == DOWN || e->state == FAILED || e->state == BACKOFF) && e->why < HF_WHY_N ? whys[e->why] : 0 ;
}

/* A name takes a third of the line at most, so that the rest always fits. */

static char const hex[] = "0123456789abcdef" ;

typedef struct text_s text ;
struct text_s { char *s ; size_t n ; } ;

static void put (text *t, char const *s)
{
  size_t n = strlen(s) ;
  memcpy(t->s + t->n, s, n) ;
  t->n += n ;
}

static void put_uint (text *t, uint64_t u)
{
  t->n += uint64_fmt(t->s + t->n, u) ;
}

static void put_word (text *t, char const *name)
{
  for (; *name && t->n < EVENT_MAX / 2 ; name++)
  {
    unsigned char c = (unsigned char)*name ;
    if (c > 32 && c != 127 && c != '\\') t->s[t->n++] = (char)c ;
    else { put(t, "\\x") ; t->s[t->n++] = hex[c >> 4] ; t->s[t->n++] = hex[c & 15] ; }
  }
}

static void put_string (text *t, char const *name)
{
  unsigned char const *s = (unsigned char const *)name ;
  t->s[t->n++] = '"' ;
  while (*s && t->n < EVENT_MAX / 2)
  {
    size_t k = *s < 128 ? 1 : hf_utf8((char const *)s, strlen((char const *)s)) ;
    if (!k) put(t, "\\ufffd") ;
    else if (*s < 32 || *s == 127) { put(t, "\\u00") ; t->s[t->n++] = hex[*s >> 4] ; t->s[t->n++] = hex[*s & 15] ; }
    else
    {
      if (*s == '"' || *s == '\\') t->s[t->n++] = '\\' ;
      memcpy(t->s + t->n, s, k) ;
      t->n += k ;
    }
    s += k ? k : 1 ;
  }
  t->s[t->n++] = '"' ;
}

static void put_digits (text *t, unsigned int u, unsigned int width)
{
  for (unsigned int i = width ; i-- ; u /= 10) t->s[t->n + i] = (char)('0' + u % 10) ;
  t->n += width ;
}

static void put_time (text *t)
{
  struct timespec ts ;
  struct tm tm ;
  clock_gettime(CLOCK_REALTIME, &ts) ;
  gmtime_r(&ts.tv_sec, &tm) ;
  put_digits(t, (unsigned int)tm.tm_year + 1900, 4) ; put(t, "-") ;
  put_digits(t, (unsigned int)tm.tm_mon + 1, 2) ; put(t, "-") ;
  put_digits(t, (unsigned int)tm.tm_mday, 2) ; put(t, "T") ;
  put_digits(t, (unsigned int)tm.tm_hour, 2) ; put(t, ":") ;
  put_digits(t, (unsigned int)tm.tm_min, 2) ; put(t, ":") ;
  put_digits(t, (unsigned int)tm.tm_sec, 2) ; put(t, ".") ;
  put_digits(t, (unsigned int)(ts.tv_nsec / 1000000), 3) ; put(t, "Z") ;
}

static int is_told (event const *e)
{
  return e->state != GONE && e->state != ALONE && e->state != UNKNOWN ;
}

size_t event_line (event const *e, char const *name, char *s)
{
  text t = { .s = s, .n = 0 } ;
  put_time(&t) ;
  put(&t, " ") ;
  put_word(&t, name) ;
  put(&t, " ") ;
  put(&t, event_word(e)) ;
  if (is_told(e))
  {
    if (e->pid) { put(&t, " pid=") ; put_uint(&t, e->pid) ; }
    put(&t, " wanted=") ; put(&t, wants[e->want]) ;
    if (why_of(e)) { put(&t, " why=") ; put(&t, why_of(e)) ; }
    if (e->wstat >= 0 && WIFSIGNALED(e->wstat)) { put(&t, " signal=") ; put(&t, hf_signal_name(WTERMSIG(e->wstat))) ; }
    else if (e->wstat >= 0) { put(&t, " exit_code=") ; put_uint(&t, (unsigned int)WEXITSTATUS(e->wstat)) ; }
    put(&t, " starts=") ; put_uint(&t, e->starts) ;
    put(&t, " deaths=") ; put_uint(&t, e->deaths) ;
  }
  put(&t, "\n") ;
  return t.n ;
}

static void put_end (text *t, event const *e)
{
  if (e->wstat < 0) put(t, "null") ;
  else if (WIFSIGNALED(e->wstat))
  {
    put(t, "{\"signal\":\"") ; put(t, hf_signal_name(WTERMSIG(e->wstat))) ;
    put(t, "\",\"signal_number\":") ; put_uint(t, (unsigned int)WTERMSIG(e->wstat)) ;
    put(t, ",\"core_dumped\":") ; put(t, e->wstat & 128 ? "true" : "false") ; put(t, "}") ;
  }
  else { put(t, "{\"exit_code\":") ; put_uint(t, (unsigned int)WEXITSTATUS(e->wstat)) ; put(t, "}") ; }
}

size_t event_json (event const *e, char const *name, char *s)
{
  text t = { .s = s, .n = 0 } ;
  put(&t, "{\"time\":\"") ; put_time(&t) ;
  put(&t, "\",\"name\":") ; put_string(&t, name) ;
  put(&t, ",\"state\":\"") ; put(&t, event_word(e)) ; put(&t, "\"") ;
  if (is_told(e))
  {
    put(&t, ",\"pid\":") ;
    if (e->pid) put_uint(&t, e->pid) ; else put(&t, "null") ;
    put(&t, ",\"wanted\":\"") ; put(&t, wants[e->want]) ;
    put(&t, e->ready ? "\",\"ready\":true,\"why\":" : "\",\"ready\":false,\"why\":") ;
    if (why_of(e)) { put(&t, "\"") ; put(&t, why_of(e)) ; put(&t, "\"") ; }
    else put(&t, "null") ;
    put(&t, ",\"starts\":") ; put_uint(&t, e->starts) ;
    put(&t, ",\"deaths\":") ; put_uint(&t, e->deaths) ;
    put(&t, ",\"last_end_status\":") ; put_end(&t, e) ;
  }
  put(&t, "}\n") ;
  return t.n ;
}

static void set (char const *name, char const *value)
{
  if ((value ? setenv(name, value, 1) : unsetenv(name)) < 0) hf_die(HF_EXIT_SYSTEM, "out of memory") ;
}

static void set_uint (char const *name, uint32_t u)
{
  char s[UINT32_FMT] ;
  s[uint32_fmt(s, u)] = 0 ;
  set(name, s) ;
}

void event_setenv (event const *e, char const *name, char const *old)
{
  int w = e->wstat ;
  set("SVWATCH_NAME", name) ;
  set("SVWATCH_STATE", event_word(e)) ;
  set("SVWATCH_OLD", old) ;
  set("SVWATCH_WANTED", is_told(e) ? wants[e->want] : 0) ;
  set("SVWATCH_WHY", why_of(e)) ;
  set("SVWATCH_SIGNAL", w >= 0 && WIFSIGNALED(w) ? hf_signal_name(WTERMSIG(w)) : 0) ;
  set_uint("SVWATCH_PID", e->pid) ;
  set_uint("SVWATCH_STARTS", e->starts) ;
  set_uint("SVWATCH_DEATHS", e->deaths) ;
  if (w >= 0 && WIFEXITED(w)) set_uint("SVWATCH_EXITCODE", (uint32_t)WEXITSTATUS(w)) ;
  else set("SVWATCH_EXITCODE", 0) ;
}
