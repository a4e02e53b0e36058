/* ISC license. */

#include <signal.h>

#include "machine-internal.h"

/* Commands */

/* daemontools' exit flag is never taken back. */
static void set_want (struct step *s, enum hf_want want)
{
  if (!s->p->daemontools || s->m->want != HF_WANT_EXIT) s->m->want = (uint8_t)want ;
  if (want != HF_WANT_UP) s->m->flags &= (uint16_t)~HF_FLAG_AGAIN ;
}

static void want_start (struct step *s, enum hf_want want)
{
  hf_machine *m = s->m ;
  set_want(s, want) ;
  if (m->phase == HF_PHASE_DOWN)
  {
    m->flags &= (uint16_t)~HF_FLAG_READY ;
    m->death_n = 0 ;
    m->restart_delay = 0 ;
    hf_m_begin_start(s) ;
  }
  else if (m->phase == HF_PHASE_BACKOFF)
  {
    int64_t soonest = s->p->convention == HF_CONVENTION_S6 ? s->now : m->started_at + SECOND ;
    if (m->restart_at > soonest) m->restart_at = soonest ;
    if (m->restart_at <= s->now) hf_m_begin_start(s) ;
  }
  else if (want == HF_WANT_UP && m->phase != HF_PHASE_PREPARE && (m->phase != HF_PHASE_RUN || m->flags & HF_FLAG_TERM))
    m->flags |= HF_FLAG_AGAIN ;
}

/* A oneshot that is done is ready until told down; control/d is its other half. */
static void undo_oneshot (struct step *s)
{
  hf_machine *m = s->m ;
  if (m->phase != HF_PHASE_DOWN || !(m->flags & HF_FLAG_READY)) return ;
  m->flags &= (uint16_t)~HF_FLAG_READY ;
  m->ready_at = 0 ;
  m->why = HF_WHY_ASKED ;
  hf_m_push_script(m, 'd') ;
}

static void want_stop (struct step *s, enum hf_want want)
{
  hf_machine *m = s->m ;
  int was_down = m->phase == HF_PHASE_DOWN ;
  set_want(s, want) ;
  undo_oneshot(s) ;
  if (was_down || m->phase == HF_PHASE_BACKOFF)
    hf_m_go_down(s, was_down && m->why != HF_WHY_NEVER ? (enum hf_why)m->why : HF_WHY_ASKED) ;
  else hf_m_queue_stop(s, want == HF_WANT_EXIT ? 'x' : 'd') ;
}

/* x as s6 and daemontools mean it: leave when the service is down, and touch nothing. */
static void want_exit_quietly (struct step *s)
{
  s->m->want = HF_WANT_EXIT ;
  if (s->m->phase == HF_PHASE_DOWN || s->m->phase == HF_PHASE_BACKOFF) hf_m_go_down(s, (enum hf_why)s->m->why) ;
}

/* The end of the pipe has come for a logger. One that is between two lives gets one more, to
   read what is still in there. */
static void leave (struct step *s)
{
  hf_machine *m = s->m ;
  int between = m->phase == HF_PHASE_BACKOFF || m->phase == HF_PHASE_PREPARE ;
  if (!between || m->want != HF_WANT_UP) { want_exit_quietly(s) ; return ; }
  m->want = HF_WANT_ONCE ;
  if (m->phase == HF_PHASE_BACKOFF) hf_m_begin_start(s) ;
}

static void want_once (struct step *s, int may_start)
{
  if (s->m->phase != HF_PHASE_DOWN && s->m->phase != HF_PHASE_BACKOFF) set_want(s, HF_WANT_ONCE) ;
  else if (may_start) want_start(s, HF_WANT_ONCE) ;
  else want_stop(s, HF_WANT_DOWN) ;
}

static void kill_now (struct step *s)
{
  hf_machine *m = s->m ;
  if (m->phase == HF_PHASE_FINISH) { if (!m->stage) hf_m_act(s, HF_ACT_SIGNAL_FINISH, SIGKILL) ; }
  else if (m->phase == HF_PHASE_SWEEP) hf_m_act(s, HF_ACT_SWEEP, SIGKILL) ;
  else if (m->phase == HF_PHASE_RUN)
  {
    if (m->script) hf_m_send(s, SIGKILL) ; /* a script that hangs must not save the service from k */
    else { hf_m_push_script(m, 'k') ; hf_m_push(m, OP_SIGNAL + SIGKILL) ; }
  }
}

static void scripted_signal (struct step *s, int letter, int op)
{
  if (s->m->phase != HF_PHASE_RUN) return ;
  hf_m_push_script(s->m, letter) ;
  hf_m_push(s->m, op) ;
}

static void pause (struct step *s, int yes)
{
  hf_machine *m = s->m ;
  if (!hf_machine_busy(m)) return ;
  if (yes) m->flags |= HF_FLAG_PAUSED ; else m->flags &= (uint16_t)~HF_FLAG_PAUSED ;
  scripted_signal(s, yes ? 'p' : 'c', OP_SIGNAL + (yes ? SIGSTOP : SIGCONT)) ;
}

/* The letters that are plain signals in every convention. */
static int plain_signal (int letter)
{
  switch (letter)
  {
    case 'a' : return SIGALRM ;
    case 'i' : return SIGINT ;
    case 'q' : return SIGQUIT ;
    case '1' : return SIGUSR1 ;
    case '2' : return SIGUSR2 ;
    case 'b' : return SIGABRT ;
    case 'y' : return SIGWINCH ;
    default : return 0 ;
  }
}

static void restart (struct step *s, int letter)
{
  int s6 = s->p->convention == HF_CONVENTION_S6 ;
  if (s->m->phase == HF_PHASE_RUN && s->m->want == HF_WANT_UP) s->m->flags |= HF_FLAG_AGAIN ;
  if (letter == 't' && s6) scripted_signal(s, 't', OP_SIGNAL + SIGTERM) ;
  else hf_m_queue_stop(s, 0) ;
}

static void group_signal (struct step *s, int sig)
{
  if (s->m->phase == HF_PHASE_RUN) hf_m_act(s, HF_ACT_SIGNAL_GROUP, sig) ;
}

void hf_m_on_command (struct step *s, int letter)
{
  hf_machine *m = s->m ;
  int s6 = s->p->convention == HF_CONVENTION_S6 ;
  int sig = plain_signal(letter) ;
  if (sig) { scripted_signal(s, letter, OP_SIGNAL + sig) ; return ; }
  switch (letter)
  {
    case 'U' : hf_m_act(s, HF_ACT_MARKDOWN, 0) ; /* fallthrough */
    case 'u' : want_start(s, HF_WANT_UP) ; break ;
    case 'D' : hf_m_act(s, HF_ACT_MARKDOWN, 1) ; /* fallthrough */
    case 'd' : want_stop(s, HF_WANT_DOWN) ; break ;
    case 'Q' : hf_m_act(s, HF_ACT_MARKDOWN, 1) ; /* fallthrough */
    case 'O' : want_once(s, 0) ; break ;
    case 'o' : want_once(s, 1) ; break ;
    case 'x' :
      if (m->islog) break ;
      if (s6 || s->p->daemontools) want_exit_quietly(s) ;
      else want_stop(s, HF_WANT_EXIT) ;
      break ;
    case HF_COMMAND_LEAVE : leave(s) ; break ;
    case 't' :
    case 'r' : restart(s, letter) ; break ;
    case 'k' : kill_now(s) ; break ;
    case 'h' : scripted_signal(s, 'h', s6 ? OP_SIGNAL + SIGHUP : OP_RELOAD) ; break ;
    case 'l' : if (s6) scripted_signal(s, 'l', OP_RELOAD) ; break ;
    case 'p' : pause(s, 1) ; break ;
    case 'c' : pause(s, 0) ; break ;
    case 'P' : group_signal(s, SIGSTOP) ; break ;
    case 'C' : group_signal(s, SIGCONT) ; break ;
    case 'K' : group_signal(s, SIGKILL) ; break ;
    case 'z' :
      m->death_n = 0 ;
      m->restart_delay = 0 ;
      if (m->phase == HF_PHASE_DOWN && m->why != HF_WHY_NEVER) m->why = HF_WHY_ASKED ;
      break ;
    default : break ;
  }
}
