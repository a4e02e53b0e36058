/* ISC license. */

/* Stopping everything: a runsv is told to exit when nobody that needs its service is left,
   and stops service and logger by its own rules. Who takes long is named once a second.
   At the overall deadline what is left is killed. */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include <sys/wait.h>

#include <skalibs/types.h>

#include <holdfast/control.h>
#include <holdfast/message.h>
#include <holdfast/process.h>
#include <holdfast/state.h>
#include "runsvdir.h"

#define SAY_MS 1000
#define NAMES_MAX 8
#define LAST_MS 2000          /* between the KILL of the services and that of all else */

static int state_of (hf_service *s, struct entry const *e, char const *log)
{
  char path[HF_NAME + 8] ;
  return hf_path_join(path, sizeof(path), e->name, log) && hf_service_in(s, ".", log ? path : e->name) ;
}

void signal_entry (struct tree *t, uint32_t i, int sig)
{
  struct entry *e = t->t.e + i ;
  if (e->pid) hf_proc_signal(e->pidfd, e->pid, sig) ;
}

/* A supervisor without a known pid gets its commands through its FIFO. */
void stop_tell (struct tree *t, uint32_t i)
{
  struct entry *e = t->t.e + i ;
  hf_service s ;
  if (!(e->flags & FLAG_TOLD) && t->stop.on) t->stop.told++ ;
  e->flags |= FLAG_TOLD ;
  if (e->pid) { signal_entry(t, i, SIGTERM) ; return ; }
  if (hf_service_in(&s, ".", e->name)) hf_control_send(s.state, "dx", 2) ;
  line_put(&t->t, i, LINE_50MS, t->now + 50) ;
}

static int is_live (struct entry const *e)
{
  return e->flags & FLAG_USED && (e->pid || e->flags & FLAG_HELD) ;
}

/* What is free to go goes. In a circle of needs nobody is: then all go. */
static void tell_next (struct tree *t, int all)
{
  for (uint32_t i = 0 ; i < t->t.used ; i++)
  {
    struct entry *e = t->t.e + i ;
    if (is_live(e) && !(e->flags & FLAG_TOLD) && (all || !e->users)) stop_tell(t, i) ;
  }
}

/* Entries that are leaving already count as told. */
static void count_live (struct tree *t)
{
  for (uint32_t i = 0 ; i < t->t.used ; i++)
  {
    struct entry *e = t->t.e + i ;
    line_take(&t->t, i) ;
    if (!is_live(e)) continue ;
    t->stop.live++ ;
    if (e->flags & FLAG_TOLD) t->stop.told++ ;
    if (e->flags & FLAG_HELD) line_put(&t->t, i, LINE_50MS, t->now + 50) ;
  }
}

static void count_users (struct tree *t)
{
  for (uint32_t i = 0 ; i < t->t.used ; i++)
  {
    struct entry *e = t->t.e + i ;
    if (!is_live(e)) continue ;
    for (uint32_t k = 0 ; k < e->edge_n ; k++) t->t.e[t->needs.edge[e->edge + k]].users++ ;
  }
}

void stop_begin (struct tree *t, int code)
{
  if (t->stop.on) return ;
  t->stop.on = 1 ;
  t->stop.code = code ;
  t->stop.say_at = t->now + SAY_MS ;
  t->stop.end_at = t->o.timeout ? t->now + (int64_t)t->o.timeout * 1000 : HF_NEVER ;
  count_live(t) ;
  if (needs_read(t, 0)) count_users(t) ;
  tell_next(t, 0) ;
  if (t->stop.live && !t->stop.told) tell_next(t, 1) ;
}

/* A runsv that was killed, and did not exit by itself, may have left its service running:
   one more is started, takes the service over and is told as soon as it listens. */
static int left_something (struct tree *t, uint32_t i)
{
  hf_service s ;
  hf_state st ;
  return state_of(&s, t->t.e + i, "") && hf_state_read(&st, s.state)
    && (hf_proc_same(&st.child) || (state_of(&s, t->t.e + i, "log") && hf_state_read(&st, s.state) && hf_proc_same(&st.child))) ;
}

void stop_gone (struct tree *t, uint32_t i, int wstat)
{
  struct entry *e = t->t.e + i ;
  if (wstat && !t->stop.killed && left_something(t, i))
  {
    if (e->flags & FLAG_TOLD) t->stop.told-- ;
    e->flags &= ~FLAG_TOLD ;
    start_entry(t, i) ;
    line_put(&t->t, i, LINE_50MS, t->now + 50) ;
    return ;
  }
  t->stop.live-- ;
  if (e->flags & FLAG_TOLD) t->stop.told-- ;
  for (uint32_t k = 0 ; k < e->edge_n ; k++)
  {
    uint32_t j = t->needs.edge[e->edge + k] ;
    struct entry *f = t->t.e + j ;
    if (f->users && !--f->users && is_live(f) && !(f->flags & FLAG_TOLD)) stop_tell(t, j) ;
  }
  if (t->stop.live && !t->stop.told) tell_next(t, 1) ;
}

void stop_retell (struct tree *t, uint32_t i)
{
  struct entry *e = t->t.e + i ;
  hf_service s ;
  int alive = hf_service_in(&s, ".", e->name) && hf_control_alive(s.state) > 0 ;
  if (e->flags & FLAG_HELD)
  {
    if (!alive)
    {
      e->flags &= ~FLAG_HELD ;
      if (t->stop.on) stop_gone(t, i, 0) ; else scan_gone(t, i) ;
      return ;
    }
  }
  else if (!e->pid) { start_entry(t, i) ; }
  else if (alive)
  {
    if (!e->users) stop_tell(t, i) ;
    return ;
  }
  line_put(&t->t, i, LINE_50MS, t->now + 50) ;
}

static int has_logger (struct entry const *e)
{
  hf_service s ;
  hf_state st ;
  return state_of(&s, e, "log") && hf_state_read(&st, s.state) && st.child.pid ;
}

/* What it is that takes its time, or how long the service has until the next step of its own
   stop, for "NAME (N s left)". */
static char const *time_left (struct tree *t, struct entry const *e, char *out)
{
  hf_service s ;
  hf_state st ;
  size_t n = 2 ;
  if (!state_of(&s, e, "") || !hf_state_read(&st, s.state)) return "" ;
  if (st.m.phase == HF_PHASE_DOWN) return st.m.script ? " (its control script)" : has_logger(e) ? " (its logger)" : "" ;
  if (st.m.phase == HF_PHASE_FINISH && st.m.finish_at == HF_NEVER) return " (its finish)" ;
  if (hf_machine_deadline(&st.m) == HF_NEVER) return " (no limit)" ;
  memcpy(out, " (", 2) ;
  n += uint64_fmt(out + n, hf_machine_deadline(&st.m) <= t->now ? 0 : (uint64_t)(hf_machine_deadline(&st.m) - t->now + 999) / 1000) ;
  strcpy(out + n, " s left)") ;
  return out ;
}

static void say_late (struct tree *t)
{
  char const *words[3 * NAMES_MAX + 8] ;
  char times[NAMES_MAX][40] ;
  char more[UINT_FMT], left[UINT_FMT] ;
  unsigned int n = 0, named = 0 ;
  words[n++] = "waiting for " ;
  for (uint32_t i = 0 ; i < t->t.used && named < NAMES_MAX ; i++)
  {
    struct entry *e = t->t.e + i ;
    if (!is_live(e) || !(e->flags & FLAG_TOLD)) continue ;
    if (named) words[n++] = ", " ;
    words[n++] = e->name ;
    words[n++] = time_left(t, e, times[named++]) ;
  }
  more[uint_fmt(more, t->stop.live - named)] = 0 ;
  if (t->stop.live > named) { words[n++] = " and " ; words[n++] = more ; words[n++] = " more" ; }
  if (t->stop.end_at != HF_NEVER)
  {
    left[uint_fmt(left, (unsigned int)((t->stop.end_at - t->now + 999) / 1000))] = 0 ;
    words[n++] = "; " ;
    words[n++] = left ;
    words[n++] = " s until all are killed" ;
  }
  words[n] = 0 ;
  hf_message("info", 0, words) ;
}

static void kill_service (struct entry const *e, char const *log)
{
  hf_service s ;
  hf_state st ;
  if (!state_of(&s, e, log)) return ;
  if (hf_state_read(&st, s.state) && hf_proc_same(&st.child)) kill((pid_t)st.child.pid, SIGKILL) ;
  else hf_control_send(s.state, "k", 1) ;
}

/* First the services; their runsvs then end as they should. Then whatever is left. */
static void kill_all (struct tree *t)
{
  if (!t->stop.killed) hf_warn("out of time, killing what is left") ;
  for (uint32_t i = 0 ; i < t->t.used ; i++)
  {
    struct entry *e = t->t.e + i ;
    if (!is_live(e)) continue ;
    if (!(e->flags & FLAG_TOLD)) stop_tell(t, i) ;
    kill_service(e, "") ;
    if (!t->stop.killed) continue ;
    kill_service(e, "log") ;
    signal_entry(t, i, SIGKILL) ;
  }
  t->stop.killed++ ;
  t->stop.end_at = t->now + LAST_MS ;
}

void stop_time (struct tree *t)
{
  if (!t->stop.on || !t->stop.live) return ;
  if (t->now >= t->stop.end_at) kill_all(t) ;
  if (t->now < t->stop.say_at) return ;
  say_late(t) ;
  t->stop.say_at = t->now + SAY_MS ;
}

int64_t stop_next (struct tree const *t)
{
  if (!t->stop.on) return HF_NEVER ;
  return t->stop.say_at < t->stop.end_at ? t->stop.say_at : t->stop.end_at ;
}
