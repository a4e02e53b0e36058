/* ISC license. */

/* How things are said. */

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include <holdfast/clock.h>
#include <holdfast/message.h>
#include <holdfast/policy.h>
#include "sv.h"

void sv_put_end (int wstat)
{
  if (WIFSIGNALED(wstat))
  {
    sv_put("signal ") ;
    sv_put(hf_signal_name(WTERMSIG(wstat))) ;
    if (wstat & 128) sv_put(" (core dumped)") ;
    return ;
  }
  sv_put("exit code ") ;
  sv_put_uint((uint64_t)WEXITSTATUS(wstat)) ;
}

void sv_put_decimal (int64_t thousandths)
{
  char frac[4] = { '.' } ;
  int64_t n = thousandths < 0 ? 0 : thousandths ;
  sv_put_uint((uint64_t)n / 1000) ;
  frac[1] = (char)('0' + n / 100 % 10) ;
  frac[2] = (char)('0' + n / 10 % 10) ;
  frac[3] = (char)('0' + n % 10) ;
  sv_putn(frac, 4) ;
}

void sv_put_span (int64_t ms)
{
  static struct { int64_t size ; char const *name ; } const unit[] =
    { { 86400, "d" }, { 3600, "h" }, { 60, "m" }, { 1, "s" } } ;
  int64_t s = ms / 1000 ;
  if (ms < 10000) { sv_put_decimal(ms < 0 ? 0 : ms) ; sv_put("s") ; return ; }
  for (unsigned int i = 0 ; i < 4 ; i++)
  {
    if (s < unit[i].size) continue ;
    sv_put_uint((uint64_t)(s / unit[i].size)) ;
    sv_put(unit[i].name) ;
    s %= unit[i].size ;
    if (i == 3 || !(s / unit[i + 1].size)) return ;
    sv_put(" ") ;
    sv_put_uint((uint64_t)(s / unit[i + 1].size)) ;
    sv_put(unit[i + 1].name) ;
    return ;
  }
}

static void put_two (int n, char const *after)
{
  char s[2] = { (char)('0' + n / 10 % 10), (char)('0' + n % 10) } ;
  sv_putn(s, 2) ;
  sv_put(after) ;
}

void sv_put_unix (int64_t s)
{
  struct tm tm ;
  time_t at = (time_t)s ;
  if (!localtime_r(&at, &tm)) return ;
  sv_put_uint((uint64_t)tm.tm_year + 1900) ;
  sv_put("-") ;
  put_two(tm.tm_mon + 1, "-") ;
  put_two(tm.tm_mday, " ") ;
  put_two(tm.tm_hour, ":") ;
  put_two(tm.tm_min, ":") ;
  put_two(tm.tm_sec, "") ;
}

void sv_put_time (tain const *t)
{
  sv_put_unix(hf_stamp_unix(t, 0)) ;
}

char const *sv_why_word (sv_unit const *u)
{
  static char const *const word[HF_WHY_N] =
  {
    [HF_WHY_NEVER] = "not-started",
    [HF_WHY_ASKED] = "asked",
    [HF_WHY_DONE] = "done",
    [HF_WHY_FAILED] = "failed",
    [HF_WHY_GAVEUP] = "gave-up",
    [HF_WHY_RESTART] = "restarting",
    [HF_WHY_AGED] = "aged",
  } ;
  if (u->rec.m.phase == HF_PHASE_BACKOFF && u->rec.spawn_step) return "not-startable" ;
  return u->rec.m.why < HF_WHY_N ? word[u->rec.m.why] : "?" ;
}

char const *sv_state_word (sv_unit const *u)
{
  if (u->reach == SV_NORUNSV || (u->reach == SV_NOOK && u->err != EACCES)) return "unsupervised" ;
  if (u->reach != SV_OK) return "unknown" ;
  if (u->st.pid && u->st.paused) return "paused" ;
  if (u->has_rec && u->rec.m.phase == HF_PHASE_PREPARE) return "starting" ;
  if (u->has_rec && u->rec.m.phase == HF_PHASE_BACKOFF) return "waiting" ;
  if (u->has_rec && u->rec.m.phase == HF_PHASE_SWEEP) return "sweeping" ;
  if (u->st.state == 2) return "finish" ;
  if (u->st.state == 1 && u->st.term) return "stopping" ;
  return u->st.state == 1 ? "up" : "down" ;
}

char const *sv_no_record (sv_unit *u)
{
  return !hf_state_read(&u->rec, u->sup) && errno == EPROTONOSUPPORT ? "its supervisor is of another version and must be restarted"
    : "its supervisor is not holdfast's" ;
}

int sv_ready (sv_unit *u)
{
  if (!u->has_rec || u->reach != SV_OK) return -1 ;
  if (u->rec.m.flags & HF_FLAG_READY) return 1 ;
  if (u->rec.m.phase != HF_PHASE_RUN) return 0 ;
  return sv_tells_ready(u) ? 0 : -1 ; /* a check script is not asked here: it may be slow */
}

/* Bytes of a valid UTF-8 character at s that is no control character, or 0. */
size_t sv_utf8 (unsigned char const *s, size_t n)
{
  size_t len = hf_utf8((char const *)s, n) ;
  if (!len || (*s == 0xc2 && s[1] < 0xa0)) return 0 ;       /* C1 controls */
  if (*s == 0xe2 && s[1] == 0x80 && (s[2] == 0xa8 || s[2] == 0xa9 || (s[2] >= 0xaa && s[2] <= 0xae))) return 0 ;
  if (*s == 0xe2 && s[1] == 0x81 && s[2] >= 0xa6 && s[2] <= 0xa9) return 0 ; /* direction changes */
  return len ;
}

void sv_say (char const *kind, char const *name, char const *what, int e)
{
  sv_put(kind) ;
  sv_put(": ") ;
  sv_put_name(name) ;
  sv_put(": ") ;
  sv_put(what) ;
  if (e) { sv_put(": ") ; sv_put(hf_error_text(e)) ; }
  sv_put("\n") ;
  sv_flush() ;
}

void sv_put_hex (unsigned char c)
{
  static char const hex[] = "0123456789abcdef" ;
  char s[2] = { hex[c >> 4], hex[c & 15] } ;
  sv_putn(s, 2) ;
}

static int is_plain (unsigned char c)
{
  return c >= 32 && c < 127 && c != '"' && c != '\\' ;
}

void sv_put_quoted (char const *text, void (*special) (unsigned char))
{
  unsigned char const *s = (unsigned char const *)text ;
  size_t n = strlen(text), k ;
  for (; n ; s += k, n -= k)
  {
    for (k = 0 ; k < n && is_plain(s[k]) ; k++) ;
    if (!k && *s >= 128) k = sv_utf8(s, n) ;
    if (k) { sv_putn((char const *)s, k) ; continue ; }
    k = 1 ;
    if (*s == '"' || *s == '\\') { sv_put("\\") ; sv_putn((char const *)s, 1) ; }
    else (*special)(*s) ;
  }
}

/* On a terminal, every byte that is not of a printable character is shown as \xNN. */
void sv_put_safe (char const *text, size_t n)
{
  unsigned char const *s = (unsigned char const *)text ;
  if (!sv_is_terminal()) { sv_putn(text, n) ; return ; }
  while (n)
  {
    size_t k = (*s >= 32 && *s < 127) || *s == '\t' ? 1 : *s < 128 ? 0 : sv_utf8(s, n) ;
    if (k) sv_putn((char const *)s, k) ;
    else
    {
      sv_put("\\x") ;
      sv_put_hex(*s) ;
      k = 1 ;
    }
    s += k ;
    n -= k ;
  }
}
