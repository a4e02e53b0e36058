/* ISC license. */

/* svstat: one line on standard output about each directory, as daemontools has it. Reads
   supervise/status after it has made sure that somebody keeps it true. */

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/types.h>
#include <skalibs/uint64.h>

#include <holdfast/clock.h>
#include <holdfast/control.h>
#include <holdfast/message.h>
#include <holdfast/status.h>
#include "svdir.h"

#define USAGE "svstat [-lL] dir ..."

static struct { size_t n ; char s[HF_PATH + 512] ; } out ;

static void put (char const *s)
{
  size_t n = strlen(s) ;
  if (n > sizeof(out.s) - out.n) n = sizeof(out.s) - out.n ;
  memcpy(out.s + out.n, s, n) ;
  out.n += n ;
}

static void put_number (uint64_t u)
{
  char s[UINT64_FMT] ;
  s[uint64_fmt(s, u)] = 0 ;
  put(s) ;
}

static void put_failure (char const *what, int e)
{
  put("unable to ") ;
  put(what) ;
  put(": ") ;
  put(e == EPROTO ? "bad format" : hf_error_text(e)) ;
}

static int exists (char const *dir, char const *file)
{
  char path[HF_PATH] ;
  return hf_path_join(path, sizeof(path), dir, file) && !access(path, F_OK) ;
}

static uint64_t seconds_since (tain const *stamp)
{
  tain now ;
  int64_t age ;
  hf_clock_stamp(&now) ;
  age = hf_stamp_unix(&now, 0) - hf_stamp_unix(stamp, 0) ;
  return age > 0 ? (uint64_t)age : 0 ;
}

static void put_status (hf_service const *s, hf_status const *st)
{
  int down = exists(s->dir, "down") ;
  if (st->pid) { put("up (pid ") ; put_number(st->pid) ; put(") ") ; }
  else put("down ") ;
  put_number(seconds_since(&st->stamp)) ;
  put(" seconds") ;
  if (st->pid && down) put(", normally down") ;
  if (!st->pid && !down) put(", normally up") ;
  if (st->pid && st->paused) put(", paused") ;
  if (!st->pid && st->want == 'u') put(", want up") ;
  if (st->pid && st->want == 'd') put(", want down") ;
}

static void look (char const *dir, int logger)
{
  hf_service s ;
  hf_status st ;
  int r ;
  if (!(logger ? svdir_find_log(&s, dir) : svdir_find(&s, dir))) { put_failure("chdir", errno) ; return ; }
  r = hf_control_alive(s.state) ;
  if (!r) put("supervise not running") ;
  else if (r < 0) put_failure("open supervise/ok", errno) ;
  else if (!hf_status_read(&st, s.state, HF_STATUS_DAEMONTOOLS))
    put_failure(errno == EPROTO ? "read supervise/status" : "open supervise/status", errno) ;
  else put_status(&s, &st) ;
}

int main (int argc, char const *const *argv)
{
  int logger = 0 ;
  PROG = "svstat" ;
  hf_version(PROG, argc, argv) ;
  for (; argv[1] && argv[1][0] == '-' ; argv++)
    if (!strcmp(argv[1], "-L")) logger = 1 ;
    else if (!strcmp(argv[1], "-l")) logger = 0 ;
    else hf_die_usage(HF_EXIT_USAGE, USAGE, 0) ;
  for (argv++ ; *argv ; argv++)
  {
    out.n = 0 ;
    put(*argv) ;
    if (logger) put("/log") ;
    put(": ") ;
    look(*argv, logger) ;
    if (out.n == sizeof(out.s)) out.n-- ;
    out.s[out.n++] = '\n' ;
    if (allwrite(1, out.s, out.n) < out.n) hf_diesys(HF_EXIT_SYSTEM, "unable to write") ;
  }
  return 0 ;
}
