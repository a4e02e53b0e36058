/* ISC license. */

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include <holdfast/clock.h>
#include <holdfast/message.h>
#include "sv.h"

static char const *const state_name[] = { "down", "run", "finish" } ;

/* 1 there is DIR/down, 0 not. A reason why it cannot be told goes to stderr. */
static int has_down (sv_unit const *u, char const *name)
{
  struct stat st ;
  char path[HF_PATH] ;
  if (hf_path_join(path, sizeof(path), u->dir, "down") && !stat(path, &st)) return 1 ;
  if (errno != ENOENT)
  {
    sv_flush() ;
    hf_message("warning", errno, hf_words("unable to stat ", name, "/down")) ;
  }
  return 0 ;
}

static uint64_t age (tain const *stamp)
{
  tain now, d ;
  hf_clock_stamp(&now) ;
  if (!tain_less(stamp, &now)) return 0 ;
  tain_sub(&d, &now, stamp) ;
  return tai_sec(tain_secp(&d)) ;
}

void sv_put_state (sv_unit const *u, char const *name)
{
  hf_status const *st = &u->st ;
  unsigned int k = st->state < 3 ? st->state : !!st->pid ;
  int down ;
  sv_put(state_name[k]) ;
  sv_put(": ") ;
  sv_put_name(name) ;
  sv_put(": ") ;
  if (k)
  {
    sv_put("(pid ") ;
    sv_put_uint(st->pid) ;
    sv_put(") ") ;
  }
  sv_put_uint(age(&st->stamp)) ;
  sv_put("s") ;
  down = has_down(u, name) ;
  if (st->pid && down) sv_put(", normally down") ;
  if (!st->pid && !down) sv_put(", normally up") ;
  if (st->pid && st->paused) sv_put(", paused") ;
  if (!st->pid && st->want == 'u') sv_put(", want up") ;
  if (st->pid && st->want == 'd') sv_put(", want down") ;
  if (st->pid && st->term) sv_put(", got TERM") ;
}

static int put_reason (char const *level, sv_unit const *u, char const *text, char const *reason)
{
  sv_put(level) ;
  sv_put(": ") ;
  sv_put_name(u->word) ;
  sv_put(": ") ;
  sv_put(text) ;
  if (reason)
  {
    sv_put(": ") ;
    sv_put(reason) ;
  }
  return 0 ;
}

int sv_put_reach (sv_unit const *u, int exitok)
{
  char const *why = hf_error_text(u->err) ;
  switch (u->reach)
  {
    case SV_NODIR : return put_reason("fail", u, "unable to change to service directory", why) ;
    case SV_NOOK : return put_reason("warning", u, "unable to open supervise/ok", why) ;
    case SV_NOCONTROL : return put_reason("warning", u, "unable to open supervise/control", why) ;
    case SV_NOSTATUS :
      if (u->err == EPROTO) return put_reason("warning", u, "unable to read supervise/status", "bad format") ;
      return put_reason("warning", u, "unable to open supervise/status", why) ;
    case SV_FAILED :
      sv_put("fail: ") ;
      sv_put_state(u, u->word) ;
      sv_put(", ") ;
      sv_put(sv_why_word(u)) ;
      return 0 ;
    default :
      put_reason(exitok ? "ok" : "fail", u, "runsv not running", 0) ;
      return exitok ;
  }
}

/* The part after the semicolon. 1, or 0 if it cannot be told how the logger is. */
static int put_log (sv_unit const *of)
{
  sv_unit u ;
  struct stat st ;
  char dir[HF_PATH], word[HF_PATH] ;
  int known ;
  if (!hf_path_join(dir, sizeof(dir), of->dir, "log")) return 1 ;
  if (stat(dir, &st) < 0 && (errno == ENOENT || errno == ENOTDIR)) return 1 ;
  if (!hf_path_join(word, sizeof(word), of->word, "log")) return 1 ;
  sv_put("; ") ;
  sv_unit_find(&u, word) ;
  known = sv_unit_glance(&u) || (sv_unit_open(&u) && sv_unit_read(&u)) ;
  if (known) sv_put_state(&u, "log") ;
  else if (u.reach == SV_NODIR) put_reason("warning", &u, "unable to change directory", hf_error_text(u.err)) ;
  else sv_put_reach(&u, 0) ;
  sv_unit_close(&u) ;
  return known ;
}

/* Status of one. The exit code it has in LSB mode, where the logger does not count. */
static int status_one (char const *word, int *failed)
{
  sv_unit u ;
  int code = 0 ;
  sv_unit_find(&u, word) ;
  if (sv_unit_glance(&u) || (sv_unit_open(&u) && sv_unit_read(&u)))
  {
    sv_put_state(&u, u.word) ;
    *failed += !put_log(&u) ;
    if (!u.st.pid) code = 3 ;
  }
  else
  {
    sv_put_reach(&u, 0) ;
    *failed += 1 ;
    code = u.reach == SV_NODIR || u.reach == SV_NORUNSV ? 1 : 4 ;
  }
  sv_put("\n") ;
  sv_unit_close(&u) ;
  return code ;
}

int sv_status (int n, char const *const *words)
{
  int failed = 0 ;
  int code = 0 ;
  sv_unit_near((unsigned int)n, words) ;
  for (int i = 0 ; i < n ; i++) code = status_one(words[i], &failed) ;
  sv_flush() ;
  if (sv_opt.lsb) return code ;
  return failed > SV_EXIT_MAX ? SV_EXIT_MAX : failed ;
}
