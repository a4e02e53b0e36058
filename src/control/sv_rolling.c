/* ISC license. */

/* sv rolling, reset, upgrade. */

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/types.h>

#include <holdfast/clock.h>
#include <holdfast/control.h>
#include <holdfast/message.h>
#include <holdfast/watch.h>
#include "sv.h"

static void names (sv_args *a, sv_names *l, int may_be_all)
{
  sv_names words = { .v = 0, .n = 0, .max = 0 } ;
  int c ;
  while ((c = sv_args_next(a)) >= 0)
  {
    if (c) sv_opt.all = 1 ;
    else sv_names_add(&words, a->arg) ;
  }
  if (!words.n && may_be_all) sv_opt.all = 1 ;
  if (!words.n && !sv_opt.all) sv_args_usage(a) ;
  sv_names_all(l, (int)words.n, words.v) ;
}

static sv_option const with_all[] = { { "all", 'a', 0 }, { 0, 0, 0 } } ;

/* One after the other; what is down by intention stays down. */
int sv_rolling (int argc, char const *const *argv)
{
  sv_args a = SV_ARGS("rolling", "[-a] service ...", with_all, argc, argv) ;
  sv_names l ;
  names(&a, &l, 0) ;
  if (!sv_lock(hf_clock_ms() + sv_opt.timeout)) return 1 ;
  for (unsigned int i = 0 ; i < l.n ; i++)
  {
    sv_unit u ;
    sv_unit_look(&u, l.v[i]) ;
    if (u.reach == SV_OK && !u.st.pid && u.st.want != 'u')
    {
      sv_put("ok: ") ;
      sv_put_state(&u, u.word) ;
      sv_put("\n") ;
      sv_flush() ;
    }
    else if (sv_command(sv_verb_find("restart"), 1, l.v + i))
    {
      for (unsigned int k = i + 1 ; k < l.n ; k++) hf_warn(l.v[k], ": not restarted, because ", l.v[i], " failed") ;
      return 1 ;
    }
  }
  return 0 ;
}

static int fail (sv_unit const *u, char const *text)
{
  if (u->reach == SV_OK) sv_say("fail", u->word, text, 0) ;
  else
  {
    sv_put_reach(u, 0) ;
    sv_put("\n") ;
    sv_flush() ;
  }
  return 1 ;
}

static int ok (sv_unit const *u, char const *text)
{
  sv_say("ok", u->word, text, 0) ;
  return 0 ;
}

static int send (sv_unit *u, char c)
{
  int r = hf_control_send(u->sup, &c, 1) ;
  if (r > 0) return 1 ;
  u->reach = r ? SV_NOCONTROL : SV_NORUNSV ;
  u->err = errno ;
  return 0 ;
}

/* Forgets that it failed, and the deaths that count for give-up. */
int sv_reset (int argc, char const *const *argv)
{
  sv_args a = SV_ARGS("reset", "[-a] service ...", with_all, argc, argv) ;
  sv_names l ;
  int failed = 0 ;
  names(&a, &l, 0) ;
  for (unsigned int i = 0 ; i < l.n ; i++)
  {
    sv_unit u ;
    sv_unit_look(&u, l.v[i]) ;
    if (u.reach != SV_OK || !u.has_rec) failed += fail(&u, u.reach == SV_OK ? sv_no_record(&u) : "") ;
    else failed += send(&u, 'z') ? ok(&u, "reset") : fail(&u, "") ;
  }
  return sv_exit_code(failed) ;
}

/* Is the program that the process runs no longer the one of that name? */
static int is_old (uint32_t pid)
{
  char path[32] = "/proc/", exe[HF_PATH] ;
  size_t n = 6 + uint32_fmt(path + 6, pid) ;
  ssize_t r ;
  memcpy(path + n, "/exe", 5) ;
  r = readlink(path, exe, sizeof(exe)) ;
  return r > 10 && !memcmp(exe + r - 10, " (deleted)", 10) ;
}

static int is_done (sv_unit *u)
{
  if (!hf_state_read(&u->rec, u->sup)) return 0 ;
  return u->rec.seq >= u->seq_before && !is_old(u->rec.supervisor.pid) ;
}

/* The new program writes the record anew when it has taken over. */
static int upgrade_ask (sv_unit *u)
{
  if (u->reach != SV_OK || !u->has_rec) return !fail(u, u->reach == SV_OK ? sv_no_record(u) : "") ;
  u->seq_before = u->rec.seq + 1 ;
  u->watch_fd = hf_watch_open(u->sup) ;
  return send(u, 'R') || !fail(u, "") ;
}

static int upgrade_await (sv_unit *u, int64_t deadline)
{
  while (!is_done(u))
  {
    if (hf_clock_ms() >= deadline || hf_watch_wait(u->watch_fd, deadline) < 0)
      return !fail(u, "not upgraded; its supervisor says why") ;
    sv_unit_close(u) ;
    u->watch_fd = hf_watch_open(u->sup) ;
    if (is_done(u)) break ;
  }
  sv_unit_close(u) ;
  return !ok(u, u->rec.version) ;
}

/* All are asked at once. */
int sv_upgrade (int argc, char const *const *argv)
{
  sv_args a = SV_ARGS("upgrade", "[service ...]", with_all, argc, argv) ;
  sv_names l ;
  sv_unit *u ;
  int failed = 0 ;
  int64_t deadline ;
  names(&a, &l, 1) ;
  deadline = hf_clock_ms() + sv_opt.timeout ;
  if (!sv_lock(deadline)) return 1 ;
  u = sv_alloc(l.n * sizeof(sv_unit)) ;
  for (unsigned int i = 0 ; i < l.n ; i++)
  {
    sv_unit_look(u + i, l.v[i]) ;
    u[i].failed = !upgrade_ask(u + i) ;
  }
  for (unsigned int i = 0 ; i < l.n ; i++)
    failed += u[i].failed || !upgrade_await(u + i, deadline) ;
  return sv_exit_code(failed) ;
}
