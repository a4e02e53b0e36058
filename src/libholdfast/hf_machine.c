/* ISC license. */

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "machine-internal.h"

hf_machine const hf_machine_zero =
{
  .restart_at = HF_NEVER,
  .kill_at = HF_NEVER,
  .finish_at = HF_NEVER,
  .age_at = HF_NEVER,
} ;

void hf_m_act (struct step *s, enum hf_action_kind kind, int arg)
{
  if (s->out->n == HF_ACTIONS) return ;
  s->out->a[s->out->n].kind = kind ;
  s->out->a[s->out->n++].arg = arg ;
}

void hf_m_push (hf_machine *m, int op)
{
  if (m->queue_len < HF_QUEUE) m->queue[m->queue_len++] = (uint8_t)op ;
}

void hf_m_push_script (hf_machine *m, int letter)
{
  if (!m->islog) hf_m_push(m, letter) ;
}

static uint8_t pop (hf_machine *m)
{
  uint8_t op = m->queue[0] ;
  memmove(m->queue, m->queue + 1, --m->queue_len) ;
  return op ;
}

void hf_m_clear_timers (hf_machine *m)
{
  m->restart_at = m->kill_at = m->finish_at = m->age_at = HF_NEVER ;
  m->stage = 0 ;
}

void hf_m_go_down (struct step *s, enum hf_why why)
{
  hf_machine *m = s->m ;
  hf_m_clear_timers(m) ;
  m->phase = HF_PHASE_DOWN ;
  m->why = (uint8_t)why ;
  m->flags &= (uint16_t)~HF_FLAG_AGAIN ;
  if (m->want == HF_WANT_ONCE) m->want = HF_WANT_DOWN ;
  if (m->want == HF_WANT_EXIT) hf_m_act(s, HF_ACT_EXIT, 0) ;
}

void hf_m_begin_start (struct step *s)
{
  hf_machine *m = s->m ;
  hf_m_clear_timers(m) ;
  m->phase = HF_PHASE_PREPARE ;
  m->flags &= (uint16_t)~(HF_FLAG_PAUSED | HF_FLAG_TERM) ;
  hf_m_push_script(m, 'u') ;
  hf_m_push(m, OP_START) ;
}

void hf_m_send (struct step *s, int sig)
{
  if (s->m->phase == HF_PHASE_RUN) hf_m_act(s, HF_ACT_SIGNAL, sig) ;
}

/* Events */

static void on_started (struct step *s)
{
  hf_machine *m = s->m ;
  if (m->phase == HF_PHASE_PREPARE) hf_m_run_started(s) ;
  else if (m->phase == HF_PHASE_FINISH)
  {
    hf_m_clear_timers(m) ;
    if (s->p->timeout_finish) m->finish_at = s->now + s->p->timeout_finish ;
  }
}

static void on_not_started (struct step *s, int later)
{
  hf_machine *m = s->m ;
  if (m->phase == HF_PHASE_PREPARE)
  {
    m->phase = HF_PHASE_BACKOFF ;
    m->restart_at = s->now + (later ? later : SECOND) ;
  }
  else if (m->phase == HF_PHASE_FINISH)
  {
    if (later) { m->stage = 1 ; m->kill_at = s->now + later ; }
    else hf_m_after_finish(s, -1) ;
  }
}

static void on_death (struct step *s, int wstat)
{
  if (s->m->phase == HF_PHASE_RUN) hf_m_run_died(s, wstat) ;
  else if (s->m->phase == HF_PHASE_FINISH)
    hf_m_after_finish(s, wstat >= 0 && WIFEXITED(wstat) ? WEXITSTATUS(wstat) : -1) ;
}

static void on_ready (struct step *s)
{
  hf_machine *m = s->m ;
  if (m->phase != HF_PHASE_RUN || m->flags & HF_FLAG_READY) return ;
  m->flags |= HF_FLAG_READY | HF_FLAG_WASREADY ;
  m->ready_at = s->now ;
}

static void on_time (struct step *s)
{
  hf_machine *m = s->m ;
  if (m->phase == HF_PHASE_BACKOFF && s->now >= m->restart_at) hf_m_begin_start(s) ;
  else if (m->phase == HF_PHASE_RUN)
  {
    if (s->now >= m->kill_at) hf_m_climb_ladder(s) ;
    if (s->now >= m->age_at)
    {
      m->age_at = HF_NEVER ;
      m->flags |= HF_FLAG_AGED ;
      hf_m_queue_stop(s, 0) ;
    }
  }
  else if (m->phase == HF_PHASE_FINISH)
  {
    if (m->stage && s->now >= m->kill_at) { m->kill_at = HF_NEVER ; m->stage = 0 ; hf_m_act(s, HF_ACT_FINISH, 0) ; }
    if (s->now >= m->finish_at) { m->finish_at = s->now + KILL_AGAIN ; hf_m_act(s, HF_ACT_SIGNAL_FINISH, SIGKILL) ; }
  }
  else if (m->phase == HF_PHASE_SWEEP && s->now >= m->kill_at)
  {
    m->kill_at = s->now + SWEEP_LOOK ;
    hf_m_act(s, HF_ACT_SWEEP, s->now >= m->finish_at ? SIGKILL : 0) ;
  }
}

/* The queue */

static void start_or_leave (struct step *s)
{
  hf_machine *m = s->m ;
  if (m->phase != HF_PHASE_PREPARE) return ;
  if (m->want == HF_WANT_UP || m->want == HF_WANT_ONCE) hf_m_act(s, HF_ACT_RUN, 0) ;
  else hf_m_go_down(s, HF_WHY_ASKED) ;
}

/* Stops at a script, and after an action that the supervisor must answer. */
static void run_queue (struct step *s)
{
  hf_machine *m = s->m ;
  while (m->queue_len && !m->script && s->out->n < HF_ACTIONS - 2)
  {
    int op = pop(m) ;
    int did = m->flags & HF_FLAG_SCRIPT_OK ;
    if (op == OP_START) { start_or_leave(s) ; return ; }
    else if (op == OP_STOP) { if (!did) hf_m_send_stop(s) ; }
    else if (op == OP_RELOAD) { if (!did) hf_m_send(s, s->p->reload_signal) ; }
    else if (op == OP_CONT) hf_m_send(s, SIGCONT) ;
    else if (op >= OP_SIGNAL) { if (!did) hf_m_send(s, op - OP_SIGNAL) ; }
    else { m->script = (uint8_t)op ; hf_m_act(s, HF_ACT_SCRIPT, op) ; return ; }
    m->flags &= (uint16_t)~HF_FLAG_SCRIPT_OK ;
  }
}

static void on_script (struct step *s, int did)
{
  s->m->script = 0 ;
  if (did) s->m->flags |= HF_FLAG_SCRIPT_OK ;
  else s->m->flags &= (uint16_t)~HF_FLAG_SCRIPT_OK ;
}

void hf_machine_step (hf_machine *m, hf_event ev, hf_policy const *p, int64_t now, hf_actions *out)
{
  struct step s = { .m = m, .p = p, .now = now, .out = out } ;
  out->n = 0 ;
  switch (ev.kind)
  {
    case HF_EV_COMMAND : hf_m_on_command(&s, ev.arg) ; break ;
    case HF_EV_STARTED : on_started(&s) ; break ;
    case HF_EV_NOTSTARTED : on_not_started(&s, ev.arg) ; break ;
    case HF_EV_DEATH : on_death(&s, ev.arg) ; break ;
    case HF_EV_SCRIPT : on_script(&s, ev.arg) ; break ;
    case HF_EV_READY : on_ready(&s) ; break ;
    case HF_EV_SWEPT : if (m->phase == HF_PHASE_SWEEP && !ev.arg) hf_m_enter_finish(&s) ; break ;
    case HF_EV_TIME : on_time(&s) ; break ;
    default : break ;
  }
  run_queue(&s) ;
}

static int64_t min64 (int64_t a, int64_t b)
{
  return a < b ? a : b ;
}

int64_t hf_machine_deadline (hf_machine const *m)
{
  switch (m->phase)
  {
    case HF_PHASE_BACKOFF : return m->restart_at ;
    case HF_PHASE_RUN : return min64(m->kill_at, m->age_at) ;
    case HF_PHASE_FINISH : return min64(m->stage ? m->kill_at : HF_NEVER, m->finish_at) ;
    case HF_PHASE_SWEEP : return m->kill_at ;
    default : return HF_NEVER ;
  }
}

int hf_machine_resume (hf_machine *m, int64_t now)
{
  if (m->phase >= HF_PHASE_N || m->want >= HF_WANT_N || m->queue_len > HF_QUEUE || m->started_at > now) return 0 ;
  if ((m->phase == HF_PHASE_PREPARE && !m->script) || (m->phase == HF_PHASE_DOWN && m->want == HF_WANT_UP))
  {
    m->queue_len = 0 ;
    m->phase = HF_PHASE_BACKOFF ;
    m->restart_at = now ;
  }
  if (m->phase == HF_PHASE_SWEEP) m->kill_at = now ;
  if (m->phase == HF_PHASE_DOWN && m->want == HF_WANT_ONCE) m->want = HF_WANT_DOWN ;
  return 1 ;
}
