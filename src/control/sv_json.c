/* ISC license. */

/* sv status --json and sv list --json: see sv-json(5) for the schema, which may grow members and
   changes no meaning. */

#include <errno.h>
#include <string.h>
#include <sys/wait.h>

#include <holdfast/clock.h>
#include <holdfast/message.h>
#include <holdfast/policy.h>
#include <holdfast/spawn.h>
#include "sv.h"

static void special (unsigned char c)
{
  sv_put(c < 128 ? "\\u00" : "\\ufffd") ;
  if (c < 128) sv_put_hex(c) ;
}

static void string (char const *text)
{
  sv_put("\"") ;
  sv_put_quoted(text, &special) ;
  sv_put("\"") ;
}

static void key (char const *name)
{
  sv_put(",\"") ;
  sv_put(name) ;
  sv_put("\":") ;
}

static void text (char const *name, char const *value)
{
  key(name) ;
  if (value) string(value) ; else sv_put("null") ;
}

static void number (char const *name, uint64_t n)
{
  key(name) ;
  sv_put_uint(n) ;
}

static void truth (char const *name, int yes)
{
  key(name) ;
  sv_put(yes > 0 ? "true" : yes ? "null" : "false") ;
}

/* Seconds of Unix time, or null for a stamp that is zero. */
static void moment (char const *name, tain const *t)
{
  uint32_t nano ;
  int64_t s = hf_stamp_unix(t, &nano) ;
  key(name) ;
  if (!t->sec.x || s < 0 || s > SV_TIME_MAX) { sv_put("null") ; return ; }
  sv_put_decimal(s * 1000 + nano / 1000000) ;
}

static void last_end (hf_state const *rec)
{
  int w = rec->m.last_wstat ;
  key("last_end_status") ;
  if (!(rec->m.flags & HF_FLAG_ENDED) || !(rec->m.flags & HF_FLAG_KNOWN)) { sv_put("null") ; return ; }
  if (WIFSIGNALED(w))
  {
    sv_put("{\"signal\":") ;
    string(hf_signal_name(WTERMSIG(w))) ;
    number("signal_number", (uint64_t)WTERMSIG(w)) ;
    truth("core_dumped", !!(w & 128)) ;
  }
  else
  {
    sv_put("{\"exit_code\":") ;
    sv_put_uint((uint64_t)WEXITSTATUS(w)) ;
  }
  sv_put("}") ;
}

static void record (sv_unit *u)
{
  static char const *const want[HF_WANT_N] = { "down", "up", "once", "exit" } ;
  hf_state const *r = &u->rec ;
  text("wanted", want[r->m.want]) ;
  text("why", u->st.pid ? 0 : sv_why_word(u)) ;
  truth("ready", sv_ready(u)) ;
  moment("ready_since", &r->ready_since) ;
  number("starts", r->m.starts) ;
  number("deaths", r->m.deaths) ;
  moment("last_start", &r->last_start) ;
  moment("last_end", &r->last_end) ;
  last_end(r) ;
  text("start_error", r->spawn_step ? hf_error_text((int)r->spawn_errno) : 0) ;
  text("start_error_step", r->spawn_step ? hf_step_name(r->spawn_step) : 0) ;
  key("supervisor") ;
  sv_put("{\"pid\":") ;
  sv_put_uint(r->supervisor.pid) ;
  text("version", r->version) ;
  sv_put("}") ;
}

static char const *error_of (sv_unit const *u)
{
  switch (u->reach)
  {
    case SV_OK : return 0 ;
    case SV_NORUNSV : return "runsv not running" ;
    default : return u->err == EPROTO ? "bad format" : hf_error_text(u->err) ;
  }
}

static void service (sv_unit *u, char const *name, int is_log)
{
  sv_unit log ;
  sv_put("{\"name\":") ;
  string(name) ;
  text("directory", sv_unit_path(u)) ;
  text("state", sv_state_word(u)) ;
  truth("supervised", u->reach == SV_OK || u->reach == SV_NOSTATUS ? 1 : u->reach == SV_NOOK && u->err == EACCES ? -1 : 0) ;
  text("error", error_of(u)) ;
  if (u->dir && u->reach != SV_NODIR) text("normally", sv_unit_has(u, "down") ? "down" : "up") ;
  if (u->reach == SV_OK)
  {
    key("pid") ;
    if (u->st.pid) sv_put_uint(u->st.pid) ; else sv_put("null") ;
    moment("since", &u->st.stamp) ;
    truth("paused", u->st.pid && u->st.paused) ;
    truth("got_term", u->st.pid && u->st.term) ;
    if (u->has_rec) record(u) ;
    else text("wanted", u->st.want == 'u' ? "up" : "down") ;
  }
  if (!is_log && sv_unit_log(&log, u))
  {
    key("log") ;
    service(&log, log.word, 1) ;
  }
  sv_put("}") ;
}

int sv_json (unsigned int n, char const *const *words)
{
  int failed = 0 ;
  sv_unit_near(n, words) ;
  sv_put("{\"format\":1") ;
  text("scan_directory", hf_scandir()) ;
  key("services") ;
  sv_put("[") ;
  for (unsigned int i = 0 ; i < n ; i++)
  {
    sv_unit u ;
    sv_put(i ? ",\n" : "\n") ;
    sv_unit_look(&u, words[i]) ;
    if (u.reach != SV_OK) failed++ ;
    service(&u, u.word, 0) ;
  }
  sv_put("]}\n") ;
  sv_flush() ;
  return sv_exit_code(failed) ;
}
