/* ISC license. */

#include <signal.h>

#include "machine-internal.h"

/* Stopping */

/* The first signal of the ladder; without one, down-signal and then KILL after timeout-kill. */
void hf_m_send_stop (struct step *s)
{
  hf_machine *m = s->m ;
  hf_policy const *p = s->p ;
  if (m->phase != HF_PHASE_RUN) return ;
  m->flags |= HF_FLAG_TERM | HF_FLAG_STOPPING ;
  hf_m_act(s, HF_ACT_SIGNAL, p->ladder_n ? p->ladder[0].sig : p->down_signal) ;
  if (!p->ladder_n) return ;
  m->stage = 1 ;
  m->kill_at = p->ladder[0].wait ? s->now + p->ladder[0].wait : HF_NEVER ;
}

/* Counted from the command, so that a control script that hangs does not stop the clock. */
static void arm_kill (struct step *s)
{
  hf_machine *m = s->m ;
  if (m->phase != HF_PHASE_RUN || s->p->ladder_n || !s->p->timeout_kill || m->kill_at != HF_NEVER) return ;
  m->kill_at = s->now + s->p->timeout_kill ;
}

void hf_m_climb_ladder (struct step *s)
{
  hf_machine *m = s->m ;
  hf_policy const *p = s->p ;
  if (m->stage && m->stage < p->ladder_n)
  {
    uint32_t wait = p->ladder[m->stage].wait ;
    hf_m_act(s, HF_ACT_SIGNAL, p->ladder[m->stage].sig) ;
    m->stage++ ;
    m->kill_at = wait ? s->now + wait : p->timeout_kill && m->stage == p->ladder_n ? s->now + p->timeout_kill : HF_NEVER ;
    return ;
  }
  if (m->stage && !p->timeout_kill) { m->kill_at = HF_NEVER ; return ; }
  m->flags |= HF_FLAG_KILLED ;
  hf_m_act(s, p->kill_group ? HF_ACT_SIGNAL_GROUP : HF_ACT_SIGNAL, SIGKILL) ;
  m->kill_at = s->now + KILL_AGAIN ;
}

void hf_m_queue_stop (struct step *s, int letter)
{
  hf_machine *m = s->m ;
  if (m->phase != HF_PHASE_RUN) return ;
  hf_m_push_script(m, 't') ;
  hf_m_push(m, OP_STOP) ;
  if (letter)
  {
    hf_m_push(m, OP_CONT) ;
    hf_m_push_script(m, letter) ;
    m->flags &= (uint16_t)~HF_FLAG_PAUSED ;
  }
  arm_kill(s) ;
}
