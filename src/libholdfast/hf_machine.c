/* ISC license. */

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include <holdfast/clock.h>
#include <holdfast/machine.h>

hf_machine const hf_machine_zero =
{
  .restart_at = HF_NEVER,
  .kill_at = HF_NEVER,
  .finish_at = HF_NEVER,
  .age_at = HF_NEVER,
} ;

#define SECOND 1000
#define LEAST 10              /* even restart-delay 0 does not make a run that fails at once spin */
#define KILL_AGAIN 5000       /* a KILL that did not work is sent again */
#define SWEEP_LOOK 100        /* how often a sweep looks, beside the deaths it is told of */

/* Operations in the queue, one byte each: a letter runs that control script; SIGNAL+n sends
   signal n unless the script before it did the job; the others have names. */
enum
{
  OP_START = 1,
  OP_STOP = 2,                /* the stop signal, unless the script did it */
  OP_RELOAD = 3,              /* the reload signal, unless the script did it */
  OP_CONT = 4,                /* CONT, whatever the script did */
  OP_SIGNAL = 128
} ;

/* What a step works on. */
struct step
{
  hf_machine *m ;
  hf_policy const *p ;
  int64_t now ;
  hf_actions *out ;
} ;

static void act (struct step *s, enum hf_action_kind kind, int arg)
{
  if (s->out->n == HF_ACTIONS) return ;
  s->out->a[s->out->n].kind = kind ;
  s->out->a[s->out->n++].arg = arg ;
}

static void push (hf_machine *m, int op)
{
  if (m->queue_len < HF_QUEUE) m->queue[m->queue_len++] = (uint8_t)op ;
}

static void push_script (hf_machine *m, int letter)
{
  if (!m->islog) push(m, letter) ;
}

static uint8_t pop (hf_machine *m)
{
  uint8_t op = m->queue[0] ;
  memmove(m->queue, m->queue + 1, --m->queue_len) ;
  return op ;
}

/* The run is over: what was meant for it must not reach the next one. */
static void forget_signals (hf_machine *m)
{
  uint8_t n = 0 ;
  for (uint8_t i = 0 ; i < m->queue_len ; i++)
    if (m->queue[i] == 'd' || m->queue[i] == 'x') m->queue[n++] = m->queue[i] ;
  m->queue_len = n ;
}

static void clear_timers (hf_machine *m)
{
  m->restart_at = m->kill_at = m->finish_at = m->age_at = HF_NEVER ;
  m->stage = 0 ;
}

static void go_down (struct step *s, enum hf_why why)
{
  hf_machine *m = s->m ;
  clear_timers(m) ;
  m->phase = HF_PHASE_DOWN ;
  m->why = (uint8_t)why ;
  if (m->want == HF_WANT_ONCE) m->want = HF_WANT_DOWN ;
  if (m->want == HF_WANT_EXIT) act(s, HF_ACT_EXIT, 0) ;
}

static void begin_start (struct step *s)
{
  hf_machine *m = s->m ;
  clear_timers(m) ;
  m->phase = HF_PHASE_PREPARE ;
  m->flags &= (uint16_t)~(HF_FLAG_PAUSED | HF_FLAG_TERM) ;
  push_script(m, 'u') ;
  push(m, OP_START) ;
}

/* Stopping */

static void send (struct step *s, int sig)
{
  if (s->m->phase == HF_PHASE_RUN) act(s, HF_ACT_SIGNAL, sig) ;
}

/* The first signal of the ladder; without one, down-signal and then KILL after timeout-kill. */
static void send_stop (struct step *s)
{
  hf_machine *m = s->m ;
  hf_policy const *p = s->p ;
  if (m->phase != HF_PHASE_RUN) return ;
  m->flags |= HF_FLAG_TERM | HF_FLAG_STOPPING ;
  act(s, HF_ACT_SIGNAL, p->ladder_n ? p->ladder[0].sig : p->down_signal) ;
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

static void climb_ladder (struct step *s)
{
  hf_machine *m = s->m ;
  hf_policy const *p = s->p ;
  if (m->stage && m->stage < p->ladder_n)
  {
    uint32_t wait = p->ladder[m->stage].wait ;
    act(s, HF_ACT_SIGNAL, p->ladder[m->stage].sig) ;
    m->stage++ ;
    m->kill_at = wait ? s->now + wait : p->timeout_kill && m->stage == p->ladder_n ? s->now + p->timeout_kill : HF_NEVER ;
    return ;
  }
  if (m->stage && !p->timeout_kill) { m->kill_at = HF_NEVER ; return ; }
  m->flags |= HF_FLAG_KILLED ;
  act(s, p->kill_group ? HF_ACT_SIGNAL_GROUP : HF_ACT_SIGNAL, SIGKILL) ;
  m->kill_at = s->now + KILL_AGAIN ;
}

static void queue_stop (struct step *s, int letter)
{
  hf_machine *m = s->m ;
  if (m->phase != HF_PHASE_RUN) return ;
  push_script(m, 't') ;
  push(m, OP_STOP) ;
  if (letter)
  {
    push(m, OP_CONT) ;
    push_script(m, letter) ;
    m->flags &= (uint16_t)~HF_FLAG_PAUSED ;
  }
  arm_kill(s) ;
}

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
  go_down(s, HF_WHY_GAVEUP) ;
  act(s, HF_ACT_GAVEUP, 0) ;
}

/* The machine must stay a function of its arguments, so chance is taken from its history. */
static uint32_t jitter (struct step *s, uint32_t delay)
{
  uint64_t x = ((uint64_t)s->m->started_at << 20) ^ s->m->starts ^ (uint64_t)s->now ;
  if (!s->p->jitter) return 0 ;
  x = (x ^ x >> 31) * 0x9e3779b97f4a7c15u ;
  return (uint32_t)((uint64_t)delay * s->p->jitter / 100 * (x >> 44) >> 20) ;
}

/* The delay in force, and the one after it. */
static uint32_t take_delay (struct step *s)
{
  hf_machine *m = s->m ;
  hf_policy const *p = s->p ;
  uint32_t delay = m->restart_delay ;
  if (delay < p->delay_min || m->flags & HF_FLAG_WASREADY || m->ended_at - m->started_at > p->delay_max)
    delay = p->delay_min ;
  if (delay > p->delay_max) delay = p->delay_max ;
  m->restart_delay = delay > p->delay_max / 2 ? p->delay_max : delay * 2 ;
  return delay ;
}

static void back_off (struct step *s)
{
  hf_machine *m = s->m ;
  uint32_t delay = take_delay(s) ;
  int64_t from = m->started_at ;
  if (s->p->from_death) from = m->ended_at ;
  else if (s->p->convention == HF_CONVENTION_S6) from = m->flags & HF_FLAG_WASREADY ? m->ready_at : s->now ;
  m->why = m->flags & HF_FLAG_AGED ? HF_WHY_AGED : HF_WHY_RESTART ;
  if (m->flags & HF_FLAG_AGED) delay = 0 ;
  if (delay < LEAST && m->ended_at - m->started_at < LEAST) delay = LEAST ;
  clear_timers(m) ;
  m->phase = HF_PHASE_BACKOFF ;
  m->restart_at = from + delay + jitter(s, delay) ;
  if (m->restart_at <= s->now) begin_start(s) ;
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
  go_down(s, good ? HF_WHY_DONE : HF_WHY_FAILED) ;
}

static void after_finish (struct step *s, int finish_code)
{
  hf_machine *m = s->m ;
  uint8_t mode = s->p->restart ;
  if (m->want == HF_WANT_EXIT || m->want == HF_WANT_DOWN) go_down(s, HF_WHY_ASKED) ;
  else if (must_not_retry(s, finish_code)) give_up(s) ;
  else if (m->want == HF_WANT_ONCE) done_or_failed(s) ;
  else if (m->flags & HF_FLAG_AGED) back_off(s) ;
  else if (mode == HF_RESTART_NEVER || (mode == HF_RESTART_ONFAILURE && last_run_good(s))) done_or_failed(s) ;
  else if (died_too_often(s)) give_up(s) ;
  else back_off(s) ;
}

static void enter_finish (struct step *s)
{
  clear_timers(s->m) ;
  s->m->phase = HF_PHASE_FINISH ;
  act(s, HF_ACT_FINISH, 0) ;
}

static void enter_sweep (struct step *s)
{
  uint32_t patience = s->p->timeout_kill ? s->p->timeout_kill : s->p->timeout_sweep ;
  clear_timers(s->m) ;
  s->m->phase = HF_PHASE_SWEEP ;
  s->m->finish_at = s->now + patience ;
  s->m->kill_at = s->now + SWEEP_LOOK ;
  act(s, HF_ACT_SWEEP, s->p->down_signal) ;
}

static void note_death (struct step *s, int wstat)
{
  hf_machine *m = s->m ;
  m->deaths++ ;
  m->ended_at = s->now ;
  m->last_wstat = wstat < 0 ? 0 : wstat ;
  m->flags &= HF_FLAG_WASREADY | HF_FLAG_AGED | HF_FLAG_SCRIPT_OK | HF_FLAG_KILLED ;
  m->flags |= (uint16_t)(HF_FLAG_ENDED | (wstat < 0 ? 0 : HF_FLAG_KNOWN)) ;
  m->death_ms[m->death_head] = s->now ;
  m->death_head = (uint8_t)((m->death_head + 1) % HF_DEATHS) ;
  if (m->death_n < HF_DEATHS) m->death_n++ ;
  forget_signals(m) ;
}

static void run_died (struct step *s, int wstat)
{
  note_death(s, wstat) ;
  if (s->p->kill_mode == HF_KILL_PROCESS) enter_finish(s) ;
  else enter_sweep(s) ;
}

static void run_started (struct step *s)
{
  hf_machine *m = s->m ;
  clear_timers(m) ;
  m->phase = HF_PHASE_RUN ;
  m->starts++ ;
  m->started_at = s->now ;
  m->ready_at = 0 ;
  m->flags &= HF_FLAG_ENDED | HF_FLAG_KNOWN | HF_FLAG_SCRIPT_OK ;
  if (s->p->max_age) m->age_at = s->now + s->p->max_age ;
}

/* Events */

static void on_started (struct step *s)
{
  hf_machine *m = s->m ;
  if (m->phase == HF_PHASE_PREPARE) run_started(s) ;
  else if (m->phase == HF_PHASE_FINISH)
  {
    clear_timers(m) ;
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
    else after_finish(s, -1) ;
  }
}

static void on_death (struct step *s, int wstat)
{
  if (s->m->phase == HF_PHASE_RUN) run_died(s, wstat) ;
  else if (s->m->phase == HF_PHASE_FINISH)
    after_finish(s, wstat >= 0 && WIFEXITED(wstat) ? WEXITSTATUS(wstat) : -1) ;
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
  if (m->phase == HF_PHASE_BACKOFF && s->now >= m->restart_at) begin_start(s) ;
  else if (m->phase == HF_PHASE_RUN)
  {
    if (s->now >= m->kill_at) climb_ladder(s) ;
    if (s->now >= m->age_at)
    {
      m->age_at = HF_NEVER ;
      m->flags |= HF_FLAG_AGED ;
      queue_stop(s, 0) ;
    }
  }
  else if (m->phase == HF_PHASE_FINISH)
  {
    if (m->stage && s->now >= m->kill_at) { m->kill_at = HF_NEVER ; m->stage = 0 ; act(s, HF_ACT_FINISH, 0) ; }
    if (s->now >= m->finish_at) { m->finish_at = s->now + KILL_AGAIN ; act(s, HF_ACT_SIGNAL_FINISH, SIGKILL) ; }
  }
  else if (m->phase == HF_PHASE_SWEEP && s->now >= m->kill_at)
  {
    m->kill_at = s->now + SWEEP_LOOK ;
    act(s, HF_ACT_SWEEP, s->now >= m->finish_at ? SIGKILL : 0) ;
  }
}

/* Commands */

/* daemontools' exit flag is never taken back. */
static void set_want (struct step *s, enum hf_want want)
{
  if (!s->p->daemontools || s->m->want != HF_WANT_EXIT) s->m->want = (uint8_t)want ;
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
    begin_start(s) ;
  }
  else if (m->phase == HF_PHASE_BACKOFF)
  {
    int64_t soonest = m->started_at + SECOND ;
    if (m->restart_at > soonest) m->restart_at = soonest ;
    if (m->restart_at <= s->now) begin_start(s) ;
  }
}

static void want_stop (struct step *s, enum hf_want want)
{
  hf_machine *m = s->m ;
  int was_down = m->phase == HF_PHASE_DOWN ;
  set_want(s, want) ;
  if (was_down || m->phase == HF_PHASE_BACKOFF)
    go_down(s, was_down && m->why != HF_WHY_NEVER ? (enum hf_why)m->why : HF_WHY_ASKED) ;
  else queue_stop(s, want == HF_WANT_EXIT ? 'x' : 'd') ;
}

/* x as s6 and daemontools mean it: leave when the service is down, and touch nothing. */
static void want_exit_quietly (struct step *s)
{
  s->m->want = HF_WANT_EXIT ;
  if (s->m->phase == HF_PHASE_DOWN || s->m->phase == HF_PHASE_BACKOFF) go_down(s, (enum hf_why)s->m->why) ;
}

/* The end of the pipe has come for a logger. One that is between two lives gets one more, to
   read what is still in there. */
static void leave (struct step *s)
{
  hf_machine *m = s->m ;
  int between = m->phase == HF_PHASE_BACKOFF || m->phase == HF_PHASE_PREPARE ;
  if (!between || m->want != HF_WANT_UP) { want_exit_quietly(s) ; return ; }
  m->want = HF_WANT_ONCE ;
  if (m->phase == HF_PHASE_BACKOFF) begin_start(s) ;
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
  if (m->phase == HF_PHASE_FINISH) { if (!m->stage) act(s, HF_ACT_SIGNAL_FINISH, SIGKILL) ; }
  else if (m->phase == HF_PHASE_SWEEP) act(s, HF_ACT_SWEEP, SIGKILL) ;
  else if (m->phase == HF_PHASE_RUN)
  {
    if (m->script) send(s, SIGKILL) ; /* a script that hangs must not save the service from k */
    else { push_script(m, 'k') ; push(m, OP_SIGNAL + SIGKILL) ; }
  }
}

static void scripted_signal (struct step *s, int letter, int op)
{
  if (s->m->phase != HF_PHASE_RUN) return ;
  push_script(s->m, letter) ;
  push(s->m, op) ;
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
  if (letter == 't' && s6) scripted_signal(s, 't', OP_SIGNAL + SIGTERM) ;
  else queue_stop(s, 0) ;
}

static void group_signal (struct step *s, int sig)
{
  if (s->m->phase == HF_PHASE_RUN) act(s, HF_ACT_SIGNAL_GROUP, sig) ;
}

static void on_command (struct step *s, int letter)
{
  hf_machine *m = s->m ;
  int s6 = s->p->convention == HF_CONVENTION_S6 ;
  int sig = plain_signal(letter) ;
  if (sig) { scripted_signal(s, letter, OP_SIGNAL + sig) ; return ; }
  switch (letter)
  {
    case 'U' : act(s, HF_ACT_MARKDOWN, 0) ; /* fallthrough */
    case 'u' : want_start(s, HF_WANT_UP) ; break ;
    case 'D' : act(s, HF_ACT_MARKDOWN, 1) ; /* fallthrough */
    case 'd' : want_stop(s, HF_WANT_DOWN) ; break ;
    case 'Q' : act(s, HF_ACT_MARKDOWN, 1) ; /* fallthrough */
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

/* The queue */

static void start_or_leave (struct step *s)
{
  hf_machine *m = s->m ;
  if (m->phase != HF_PHASE_PREPARE) return ;
  if (m->want == HF_WANT_UP || m->want == HF_WANT_ONCE) act(s, HF_ACT_RUN, 0) ;
  else go_down(s, HF_WHY_ASKED) ;
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
    else if (op == OP_STOP) { if (!did) send_stop(s) ; }
    else if (op == OP_RELOAD) { if (!did) send(s, s->p->reload_signal) ; }
    else if (op == OP_CONT) send(s, SIGCONT) ;
    else if (op >= OP_SIGNAL) { if (!did) send(s, op - OP_SIGNAL) ; }
    else { m->script = (uint8_t)op ; act(s, HF_ACT_SCRIPT, op) ; return ; }
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
    case HF_EV_COMMAND : on_command(&s, ev.arg) ; break ;
    case HF_EV_STARTED : on_started(&s) ; break ;
    case HF_EV_NOTSTARTED : on_not_started(&s, ev.arg) ; break ;
    case HF_EV_DEATH : on_death(&s, ev.arg) ; break ;
    case HF_EV_SCRIPT : on_script(&s, ev.arg) ; break ;
    case HF_EV_READY : on_ready(&s) ; break ;
    case HF_EV_SWEPT : if (m->phase == HF_PHASE_SWEEP && !ev.arg) enter_finish(&s) ; break ;
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
