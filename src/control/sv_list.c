/* ISC license. */

/* sv list: a table for people. */

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include <holdfast/clock.h>
#include <holdfast/message.h>
#include "sv.h"

enum colour { PLAIN, GREEN, YELLOW, RED } ;

#define REST 55               /* columns between the name and WHY */
#define WHY 24                /* what is left to that, if the names can be */
#define NAME_MIN 12

static int coloured ;
static size_t columns ;       /* of the terminal, or 0 */

static void in_colour (enum colour c, char const *s, size_t width)
{
  static char const *const code[] = { "", "\033[32m", "\033[33m", "\033[31m" } ;
  if (coloured && c) sv_put(code[c]) ;
  sv_put_pad(s, width) ;
  if (coloured && c) sv_put("\033[0m") ;
  sv_put("  ") ;
}

static enum colour colour_of (sv_unit const *u, int ready)
{
  if (u->reach != SV_OK) return RED ;
  if (u->has_rec && u->rec.m.phase == HF_PHASE_BACKOFF) return RED ;
  if (u->has_rec && u->rec.m.phase == HF_PHASE_DOWN && (u->rec.m.why == HF_WHY_GAVEUP || u->rec.m.why == HF_WHY_FAILED)) return RED ;
  if (u->st.state == 1 && !u->st.paused && !u->st.term) return ready ? GREEN : YELLOW ;
  return u->st.want == 'u' ? YELLOW : PLAIN ;
}

static int64_t since_ms (tain const *t)
{
  tain now, d ;
  hf_clock_stamp(&now) ;
  if (!tain_less(t, &now)) return 0 ;
  tain_sub(&d, &now, t) ;
  return tai_sec(tain_secp(&d)) > SV_TIME_MAX ? 0 : (int64_t)tai_sec(tain_secp(&d)) * 1000 ;
}

/* Number columns are padded on the right too: the eye follows the names. */
static void number (uint64_t n, size_t width, int known)
{
  size_t digits = 1 ;
  for (uint64_t x = n ; x >= 10 ; x /= 10) digits++ ;
  if (known) sv_put_uint(n) ;
  else { sv_put("-") ; digits = 1 ; }
  for (; digits < width + 2 ; digits++) sv_put(" ") ;
}

static void span (sv_unit const *u)
{
  static struct { int64_t size ; char const *name ; } const unit[] = { { 86400, "d" }, { 3600, "h" }, { 60, "m" }, { 1, "s" } } ;
  int64_t s = since_ms(&u->st.stamp) / 1000 ;
  size_t digits = 1 ;
  unsigned int i = 0 ;
  while (i < 3 && s < 2 * unit[i].size) i++ ;
  s /= unit[i].size ;
  for (int64_t x = s ; x >= 10 ; x /= 10) digits++ ;
  sv_put_uint((uint64_t)s) ;
  sv_put(unit[i].name) ;
  for (; digits < 6 ; digits++) sv_put(" ") ;
}

static void why (sv_unit const *u)
{
  int down = u->reach == SV_OK && !u->st.pid ;
  if (u->reach != SV_OK) { sv_put(hf_error_text(u->err)) ; return ; }
  if (!u->has_rec) { sv_put("-") ; return ; }
  if (down) sv_put(sv_why_word(u)) ;
  if (down && u->rec.m.phase == HF_PHASE_BACKOFF && u->rec.spawn_step)
  {
    sv_put(", ") ;
    sv_put(hf_error_text((int)u->rec.spawn_errno)) ;
    return ;
  }
  if (!(u->rec.m.flags & HF_FLAG_ENDED)) { if (!down) sv_put("-") ; return ; }
  if (down) sv_put(", ") ;
  sv_put("last ") ;
  if (u->rec.m.flags & HF_FLAG_KNOWN) sv_put_end(u->rec.m.last_wstat) ;
  else sv_put("end unknown") ;
}

static void lost (sv_unit const *log)
{
  uint64_t n = sv_logger_lost(log) ;
  if (!n) return ;
  sv_put_uint(n) ;
  sv_put(" log lines lost, ") ;
}

static size_t width_of (char const *s)
{
  size_t n = 0 ;
  for (; *s ; s++) n += (*s & 0xc0) != 0x80 ;
  return n ;
}

/* A name that is too long has a line of its own. */
static void put_name (char const *word, size_t width)
{
  sv_put_pad(word, width) ;
  if (columns && width_of(word) > width)
  {
    sv_put("\n") ;
    sv_put_pad("", width) ;
  }
  sv_put("  ") ;
}

/* 1: there is no such service. */
static int row (char const *word, size_t width)
{
  sv_unit u, log ;
  int ready, has_log ;
  size_t left ;
  sv_unit_look(&u, word) ;
  ready = sv_ready(&u) ;
  has_log = sv_unit_log(&log, &u) ;
  if (columns) sv_flush() ;
  put_name(word, width) ;
  in_colour(colour_of(&u, ready), sv_state_word(&u), 12) ;
  sv_put_pad(ready > 0 ? "yes" : ready ? "-" : "no", 5) ;
  sv_put("  ") ;
  if (u.reach == SV_OK) span(&u) ; else sv_put("-      ") ;
  number(u.st.pid, 7, u.reach == SV_OK && u.st.pid) ;
  number(u.rec.m.starts ? u.rec.m.starts - 1 : 0, 8, u.has_rec) ;
  in_colour(has_log && (log.reach != SV_OK || !log.st.pid) ? RED : PLAIN, has_log ? sv_state_word(&log) : "-", 4) ;
  left = sv_held() ;
  if (has_log) lost(&log) ;
  why(&u) ;
  if (columns) sv_cut(left + columns - width - REST) ; /* one byte, one column here */
  sv_put("\n") ;
  return u.reach == SV_NODIR ;
}

/* On a terminal the table keeps within its width. */
static size_t fit (size_t width)
{
  struct winsize w ;
  if (!sv_is_terminal() || ioctl(1, TIOCGWINSZ, &w) < 0 || w.ws_col < NAME_MIN + REST + 10) return width ;
  columns = w.ws_col ;
  if (width + REST + WHY <= columns) return width ;
  return columns < NAME_MIN + REST + WHY ? NAME_MIN : columns - REST - WHY ;
}

int sv_list (int argc, char const *const *argv)
{
  static sv_option const opts[] = { { "all", 'a', 0 }, { "json", 'J', 0 }, { 0, 0, 0 } } ;
  sv_args a = SV_ARGS("list", "[-a] [--json] [pattern ...]", opts, argc, argv) ;
  sv_names l, words = { .v = 0, .n = 0, .max = 0 } ;
  size_t width = 4 ;
  int c, json = 0, failed = 0 ;
  while ((c = sv_args_next(&a)) >= 0)
  {
    if (!c) sv_names_add(&words, a.arg) ;
    else if (c == 'J') json = 1 ;
    else sv_opt.all = 1 ;
  }
  if (!words.n) sv_opt.all = 1 ;
  sv_names_all(&l, (int)words.n, words.v) ;
  if (json) return sv_json(l.n, l.v) ;
  coloured = sv_is_terminal() && !(getenv("NO_COLOR") && *getenv("NO_COLOR")) ;
  for (unsigned int i = 0 ; i < l.n ; i++) if (width_of(l.v[i]) > width) width = width_of(l.v[i]) ;
  width = fit(width) ;
  sv_unit_near(l.n, l.v) ;
  sv_put_pad("NAME", width) ;
  sv_put("  STATE         READY  SINCE  PID      RESTARTS  LOG   WHY\n") ;
  for (unsigned int i = 0 ; i < l.n ; i++) failed += row(l.v[i], width) ;
  sv_flush() ;
  return sv_exit_code(failed) ;
}
