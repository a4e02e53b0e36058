/* ISC license. */

/* Essential services: when one is down for good (it ended and its policy says that it is not
   started again; somebody's "down" is not that), the tree stops. Learnt from the event FIFO of
   its runsv: open it, read the state, and if it is not over yet, wait. */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <sys/wait.h>

#include <skalibs/djbunix.h>

#include <holdfast/message.h>
#include <holdfast/state.h>
#include <holdfast/watch.h>
#include "runsvdir.h"

#define RETRY_MS 20
#define RETRY_LONG_MS 1000

static int is_over (hf_state const *st)
{
  return st->m.phase == HF_PHASE_DOWN && st->m.want != HF_WANT_UP
    && (st->m.why == HF_WHY_DONE || st->m.why == HF_WHY_FAILED || st->m.why == HF_WHY_GAVEUP) ;
}

static int code_of (hf_state const *st)
{
  int w = st->m.last_wstat ;
  if (!(st->m.flags & HF_FLAG_KNOWN)) return HF_EXIT_SYSTEM ;
  return WIFSIGNALED(w) ? 128 + WTERMSIG(w) : WEXITSTATUS(w) ;
}

static void look (struct tree *t, uint32_t i, char const *supervise)
{
  hf_state st ;
  if (!hf_state_read(&st, supervise) || !is_over(&st) || (pid_t)st.supervisor.pid != t->t.e[i].pid) return ;
  hf_warn("essential service ", t->t.e[i].name, " is down for good, stopping all") ;
  stop_begin(t, code_of(&st)) ;
}

/* The FIFO is there as soon as the runsv is; until then it is looked for. */
void essential_watch (struct tree *t, uint32_t i, char const *supervise)
{
  struct entry *e = t->t.e + i ;
  if (e->event_fd >= 0) fd_close(e->event_fd) ;
  e->event_fd = -1 ;
  if (t->stop.on) return ;
  e->event_fd = hf_watch_open(supervise) ;
  if (e->event_fd >= 0 && adopt_watch(t, e->event_fd, i, WATCH_EVENT)) e->flags &= ~FLAG_UNWATCHED ;
  else
  {
    if (e->event_fd >= 0) fd_close(e->event_fd) ;
    e->event_fd = -1 ;
    e->flags |= FLAG_UNWATCHED ;
    t->essential_at = t->now + (t->now - e->started_at < RETRY_LONG_MS ? RETRY_MS : RETRY_LONG_MS) ;
  }
  look(t, i, supervise) ;
}

void essential_event (struct tree *t, uint32_t i)
{
  hf_service s ;
  if (hf_service_in(&s, ".", t->t.e[i].name)) essential_watch(t, i, s.state) ;
}

void essential_retry (struct tree *t)
{
  if (t->now < t->essential_at) return ;
  t->essential_at = HF_NEVER ;
  for (uint32_t i = 0 ; i < t->t.used ; i++)
    if (t->t.e[i].flags & FLAG_UNWATCHED && t->t.e[i].pid) essential_event(t, i) ;
}
