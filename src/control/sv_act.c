/* ISC license. */

/* The commands of runit's kind: send the bytes to every service, then wait for all of them. */

#include <errno.h>
#include <string.h>

#include <holdfast/clock.h>
#include <holdfast/control.h>
#include <holdfast/message.h>
#include <holdfast/watch.h>
#include "sv.h"

struct round
{
  sv_verb const *verb ;
  unsigned int failed ;
} ;

static int exit_is_fine (sv_verb const *v)
{
  return v->bytes && v->bytes[0] == 'x' ;
}

static void put_line_end (void)
{
  sv_put("\n") ;
  sv_flush() ;
}

static void give_up (sv_unit *u, struct round *r)
{
  if (!sv_put_reach(u, exit_is_fine(r->verb)))
  {
    u->failed = 1 ;
    r->failed++ ;
  }
  put_line_end() ;
  u->done = 1 ;
  sv_unit_close(u) ;
}

/* runit's rule: what is already wanted is not asked for again. */
static int already (hf_status const *st, char c)
{
  return st->want == (uint8_t)c && (c != 'd' || st->term) ;
}

/* A record whose writer is gone is not believed. */
static void remember (sv_unit *u)
{
  u->has_rec = hf_state_read(&u->rec, u->sup) && hf_proc_same(&u->rec.supervisor) ;
  if (!u->has_rec) return ;
  u->starts_before = u->rec.m.starts ;
  u->deaths_before = u->rec.m.deaths ;
}

static int send_bytes (sv_unit *u, char const *bytes)
{
  int r = hf_control_send(u->sup, bytes, strlen(bytes)) ;
  if (r > 0) return 1 ;
  u->reach = r ? SV_NOCONTROL : SV_NORUNSV ;
  u->err = errno ;
  return 0 ;
}

/* A service that waits for its next start is wanted up, and is started at once all the same. */
static int skips (sv_unit *u, char c)
{
  if (!already(&u->st, c)) return 0 ;
  return c != 'u' || u->st.pid || !u->has_rec || u->rec.m.phase != HF_PHASE_BACKOFF ;
}

static void begin (sv_unit *u, struct round *r, int waits)
{
  char const *bytes = r->verb->bytes ;
  if (!sv_unit_open(u) || !sv_unit_read(u)) { give_up(u, r) ; return ; }
  u->before = u->st ;
  if (waits || !u->st.pid) remember(u) ;
  if (waits && u->has_rec && r->verb->until[0]) u->watch_fd = hf_watch_open(u->sup) ;
  if (!bytes || skips(u, bytes[0]) || send_bytes(u, bytes) || already(&u->st, bytes[0])) return ;
  give_up(u, r) ;
}

static void report (sv_unit *u, int timeout, void *data)
{
  struct round *r = data ;
  int kills = timeout && r->verb->flags & SV_KILL ;
  if (u->reach != SV_OK) { give_up(u, r) ; return ; }
  sv_put(kills ? "kill: " : timeout ? "timeout: " : "ok: ") ;
  sv_put_state(u, u->word) ;
  put_line_end() ;
  if (!timeout) return ;
  r->failed++ ;
  u->failed = 1 ;
  if (kills) send_bytes(u, "k") ;
}

int sv_act (sv_verb const *v, unsigned int n, sv_unit *u)
{
  struct round r = { .verb = v, .failed = 0 } ;
  int waits = sv_opt.verbose || v->flags & SV_ALWAYS ;
  int64_t deadline ;
  sv_cond_begin() ;
  deadline = hf_clock_ms() + sv_opt.timeout ;
  for (unsigned int i = 0 ; i < n ; i++) begin(u + i, &r, waits) ;
  if (waits) sv_wait(u, n, v->until, deadline, &report, &r) ;
  return (int)r.failed ;
}

int sv_command (sv_verb const *v, int n, char const *const *words)
{
  sv_unit *u = sv_alloc((size_t)n * sizeof(sv_unit)) ;
  int failed ;
  for (int i = 0 ; i < n ; i++) sv_unit_find(u + i, words[i]) ;
  failed = sv_act(v, (unsigned int)n, u) ;
  sv_flush() ;
  if (sv_opt.lsb) return !!failed ;
  return failed > SV_EXIT_MAX ? SV_EXIT_MAX : failed ;
}
