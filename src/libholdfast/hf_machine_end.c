/* ISC license. */

#include <sys/wait.h>

#include "machine-internal.h"

#define LEAST 10              /* even restart-delay 0 does not make a run that fails at once spin */

/* What comes after the end of a run */

static int died_too_often (struct step *s)
{
  hf_machine const *m = s->m ;
  unsigned int n = s->p->giveup_n ;
  if (!n || m->death_n < n) return 0 ;
  return s->now - m->death_ms[(m->death_head + HF_DEATHS - n) % HF_DEATHS] <= s->p->giveup_ms ;
}

static void give_up (struct step *s)
{
  s->m->want = HF_WANT_DOWN ;
  hf_m_go_down(s, HF_WHY_GAVEUP) ;
  hf_m_act(s, HF_ACT_GAVEUP, 0) ;
}

/* The machine must stay a function of its arguments, so chance is taken from its history. */
static uint32_t jitter (struct step *s, uint32_t delay)
{
  uint64_t x = ((uint64_t)s->m->started_at << 20) ^ s->m->starts ^ (uint64_t)s->now ;
  if (!s->p->jitter) return 0 ;
  x = (x ^ x >> 31) * 0x9e3779b97f4a7c15u ;
  return (uint32_t)((uint64_t)delay * s->p->jitter / 100 * (x >> 44) >> 20) ;
}

/* The delay in force, and the one after it: an end that was asked for makes it no longer. */
static uint32_t take_delay (struct step *s)
{
  hf_machine *m = s->m ;
  hf_policy const *p = s->p ;
  uint32_t delay = m->restart_delay ;
  if (delay < p->delay_min || m->flags & HF_FLAG_WASREADY || m->ended_at - m->started_at > p->delay_max)
    delay = p->delay_min ;
  if (delay > p->delay_max) delay = p->delay_max ;
  m->restart_delay = m->flags & (HF_FLAG_AGED | HF_FLAG_AGAIN) ? delay : delay > p->delay_max / 2 ? p->delay_max : delay * 2 ;
  return delay ;
}

void hf_m_back_off (struct step *s)
{
  hf_machine *m = s->m ;
  uint32_t delay = take_delay(s) ;
  int64_t from = m->started_at ;
  if (s->p->from_death) from = m->ended_at ;
  else if (s->p->convention == HF_CONVENTION_S6) from = m->flags & HF_FLAG_WASREADY ? m->ready_at : s->now ;
  m->why = m->flags & HF_FLAG_AGED ? HF_WHY_AGED : HF_WHY_RESTART ;
  if (m->flags & HF_FLAG_AGED) delay = 0 ;
  if (delay < LEAST && m->ended_at - m->started_at < LEAST) delay = LEAST ;
  hf_m_clear_timers(m) ;
  m->phase = HF_PHASE_BACKOFF ;
  m->restart_at = from + delay + jitter(s, delay) ;
  if (m->flags & HF_FLAG_AGAIN && m->restart_at > m->started_at + SECOND) m->restart_at = m->started_at + SECOND ;
  m->flags &= (uint16_t)~HF_FLAG_AGAIN ;
  if (m->restart_at <= s->now) hf_m_begin_start(s) ;
}

static int last_run_good (struct step *s)
{
  return s->m->flags & HF_FLAG_KNOWN && hf_endset_has(&s->p->success, s->m->last_wstat) ;
}

static int must_not_retry (struct step *s, int finish_code)
{
  hf_machine const *m = s->m ;
  if (s->p->finish125 && finish_code == 125) return 1 ;
  if (!(m->flags & HF_FLAG_KNOWN)) return 0 ;
  if (s->p->daemontools && WIFEXITED(m->last_wstat) && WEXITSTATUS(m->last_wstat) == 100) return 1 ;
  return hf_endset_has(&s->p->noretry, m->last_wstat) ;
}

static void done_or_failed (struct step *s)
{
  hf_machine *m = s->m ;
  int good = last_run_good(s) ;
  m->want = HF_WANT_DOWN ;
  if (good && s->p->restart != HF_RESTART_ALWAYS)
  {
    m->flags |= HF_FLAG_READY ;
    m->ready_at = s->now ;
  }
  hf_m_go_down(s, good ? HF_WHY_DONE : HF_WHY_FAILED) ;
}

void hf_m_after_finish (struct step *s, int finish_code)
{
  hf_machine *m = s->m ;
  uint8_t mode = s->p->restart ;
  if (m->want == HF_WANT_EXIT || m->want == HF_WANT_DOWN) hf_m_go_down(s, HF_WHY_ASKED) ;
  else if (must_not_retry(s, finish_code)) give_up(s) ;
  else if (m->want == HF_WANT_ONCE) done_or_failed(s) ;
  else if (m->flags & (HF_FLAG_AGED | HF_FLAG_AGAIN)) hf_m_back_off(s) ;
  else if (mode == HF_RESTART_NEVER || (mode == HF_RESTART_ONFAILURE && last_run_good(s))) done_or_failed(s) ;
  else if (died_too_often(s)) give_up(s) ;
  else hf_m_back_off(s) ;
}

void hf_m_enter_finish (struct step *s)
{
  hf_m_clear_timers(s->m) ;
  s->m->phase = HF_PHASE_FINISH ;
  hf_m_act(s, HF_ACT_FINISH, 0) ;
}

static void enter_sweep (struct step *s)
{
  uint32_t patience = s->p->timeout_kill ? s->p->timeout_kill : s->p->timeout_sweep ;
  hf_m_clear_timers(s->m) ;
  s->m->phase = HF_PHASE_SWEEP ;
  s->m->finish_at = s->now + patience ;
  s->m->kill_at = s->now + SWEEP_LOOK ;
  hf_m_act(s, HF_ACT_SWEEP, s->p->down_signal) ;
}

/* The run is over: what was meant for it must not reach the next one. */
static void forget_signals (hf_machine *m)
{
  uint8_t n = 0 ;
  for (uint8_t i = 0 ; i < m->queue_len ; i++)
    if (m->queue[i] == 'd' || m->queue[i] == 'x') m->queue[n++] = m->queue[i] ;
  m->queue_len = n ;
}

static void note_death (struct step *s, int wstat)
{
  hf_machine *m = s->m ;
  int asked = m->flags & (HF_FLAG_TERM | HF_FLAG_AGED | HF_FLAG_AGAIN) ;
  m->deaths++ ;
  m->ended_at = s->now ;
  m->last_wstat = wstat < 0 ? 0 : wstat ;
  m->flags &= HF_FLAG_WASREADY | HF_FLAG_AGED | HF_FLAG_AGAIN | HF_FLAG_SCRIPT_OK | HF_FLAG_KILLED ;
  m->flags |= (uint16_t)(HF_FLAG_ENDED | (wstat < 0 ? 0 : HF_FLAG_KNOWN)) ;
  forget_signals(m) ;
  if (asked) return ; /* that one does not count for give-up */
  m->death_ms[m->death_head] = s->now ;
  m->death_head = (uint8_t)((m->death_head + 1) % HF_DEATHS) ;
  if (m->death_n < HF_DEATHS) m->death_n++ ;
}

void hf_m_run_died (struct step *s, int wstat)
{
  note_death(s, wstat) ;
  if (s->p->kill_mode == HF_KILL_PROCESS) hf_m_enter_finish(s) ;
  else enter_sweep(s) ;
}

void hf_m_run_started (struct step *s)
{
  hf_machine *m = s->m ;
  hf_m_clear_timers(m) ;
  m->phase = HF_PHASE_RUN ;
  m->starts++ ;
  m->started_at = s->now ;
  m->ready_at = 0 ;
  m->flags &= HF_FLAG_ENDED | HF_FLAG_KNOWN | HF_FLAG_SCRIPT_OK ;
  if (s->p->max_age) m->age_at = s->now + s->p->max_age ;
}
