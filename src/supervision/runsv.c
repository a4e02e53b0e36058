/* ISC license. */

/* runsv: supervises one service and its logger.

   Descriptors: 0, 1, 2 as inherited; the lock, the state file, both ends of the control FIFO
   and the read end of "ok" for each of the two; both ends of the log pipe.
   Signals: TERM, INT, HUP stop the service and leave; QUIT leaves it running; USR1: the
   service directory was replaced, move to the new one; CHLD.
   It decides nothing: hf_machine does. It must never block, never allocate, and after its
   start never die of a failing call. */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/selfpipe.h>
#include <skalibs/sgetopt.h>
#include <skalibs/sig.h>
#include <skalibs/types.h>

#include <holdfast/clock.h>
#include <holdfast/message.h>
#include <holdfast/stack.h>
#include "config.h"
#include "runsv.h"

#define USAGE "runsv [-6] [-D] dir"
#define SIGNALS 16            /* looked at in one turn */
#define COMMANDS 64           /* control bytes taken in one turn */
#define SCRIPT_TIME 5000      /* ms that a control script may still take on the way out */
#define DRAINS 2              /* more lives of a logger that dies with something unread */
#define ADOPTED_LOOK 100      /* ms between looks at an adopted process where there is no pidfd */

/* All that is written to while there is no logger lies in one page: R begins it, the other data
   follows, and the logger's come last of all. */
__attribute__((aligned(4096))) runsv R = { .pipe_r = -1, .pipe_w = -1, .move_at = HF_NEVER, .turn = 1 } ;
__attribute__((common)) slot L ;

/* Actions */

static void mark_down (slot const *s, int yes)
{
  char path[32] ;
  int fd ;
  if (!hf_path_join(path, sizeof(path), s->dir, "down")) return ;
  if (!yes) { if (unlink(path) < 0 && errno != ENOENT) hf_warnsys("unable to remove ", s->label, "down") ; return ; }
  fd = openc_append(path) ;
  if (fd < 0) hf_warnsys("unable to create ", s->label, "down") ;
  else fd_close(fd) ;
}

static void perform (slot *s, hf_action a)
{
  switch (a.kind)
  {
    case HF_ACT_RUN : spawn_run(s) ; break ;
    case HF_ACT_FINISH : spawn_finish(s) ; break ;
    case HF_ACT_SCRIPT : spawn_script(s, a.arg) ; break ;
    case HF_ACT_SIGNAL : signal_run(s, a.arg, 0) ; break ;
    case HF_ACT_SIGNAL_GROUP : signal_run(s, a.arg, 1) ; break ;
    case HF_ACT_SIGNAL_FINISH : signal_run(s, a.arg, 0) ; break ;
    case HF_ACT_SWEEP : sweep(s, a.arg) ; break ;
    case HF_ACT_GAVEUP : spawn_hook(s) ; break ;
    case HF_ACT_MARKDOWN : mark_down(s, a.arg) ; break ;
    case HF_ACT_EXIT : if (!s->st.m.islog) R.leaving = 1 ; break ;
    default : break ;
  }
}

static int is_down (hf_machine const *m)
{
  return m->phase != HF_PHASE_RUN && m->phase != HF_PHASE_FINISH && m->phase != HF_PHASE_SWEEP ;
}

/* Stamps that clients see follow the machine. */
static void note_change (slot *s, hf_machine const *before)
{
  hf_machine const *m = &s->st.m ;
  if (!memcmp(m, before, sizeof(*m))) return ;
  s->state_dirty = s->files_dirty = 1 ;
  if (is_down(m) && !is_down(before)) hf_clock_stamp(&s->st.since) ;
  if (m->flags & HF_FLAG_READY && !(before->flags & HF_FLAG_READY)) hf_clock_stamp(&s->st.ready_since) ;
  if (!(m->flags & HF_FLAG_READY)) s->st.ready_since = (tain)TAIN_ZERO ;
}

static void step (slot *s, hf_event ev)
{
  hf_machine before = s->st.m ;
  hf_actions out ;
  hf_machine_step(&s->st.m, ev, &s->policy, R.now, &out) ;
  note_change(s, &before) ;
  for (unsigned int i = 0 ; i < out.n ; i++) perform(s, out.a[i]) ;
}

/* Events that come while others are worked on wait their turn. */
void slot_event (slot *s, enum hf_event_kind kind, int arg)
{
  if (s->ev_n == EVENTS) return ;
  s->ev[s->ev_n].kind = kind ;
  s->ev[s->ev_n++].arg = arg ;
}

void work_off (slot *s)
{
  for (unsigned int i = 0 ; i < EVENTS && s->ev_n ; i++)
  {
    hf_event ev = s->ev[0] ;
    memmove(s->ev, s->ev + 1, --s->ev_n * sizeof(hf_event)) ;
    step(s, ev) ;
  }
}

static void command (slot *s, int letter)
{
  slot_event(s, HF_EV_COMMAND, letter) ;
  work_off(s) ;
}

/* News from the kernel */

static void read_control (slot *s)
{
  char b[COMMANDS] ;
  ssize_t n = sanitize_read(fd_read(s->control_r, b, sizeof(b))) ;
  for (ssize_t i = 0 ; i < n ; i++)
    if (b[i] == 'R') upgrade_begin() ;
    else if (b[i] > 1 && !(R.leaving && s == &R.main)) command(s, b[i]) ;
}

/* In the s6 convention HUP waits for the service to end by itself, and INT, which a terminal
   sends, is handed on to the session that the service has of its own. */
static void stop_and_leave (int sig)
{
  int s6 = R.main.policy.convention == HF_CONVENTION_S6 ;
  if (s6 && sig == SIGINT) { signal_run(&R.main, SIGINT, 1) ; R.gone = 1 ; return ; }
  if (R.daemontools || (s6 && sig == SIGTERM)) command(&R.main, 'd') ;
  command(&R.main, 'x') ;
}

static int handle_signal (int sig)
{
  switch (sig)
  {
    case SIGCHLD : R.unreaped = 1 ; return 1 ;
    case SIGTERM :
    case SIGINT :
    case SIGHUP : stop_and_leave(sig) ; return 1 ;
    case SIGQUIT : R.gone = 1 ; return 0 ;
    case SIGUSR1 : move_directory() ; return 1 ;
    default : return sig > 0 ;
  }
}

static void handle_signals (void)
{
  for (int i = 0 ; i < SIGNALS && handle_signal(selfpipe_read()) ; i++) ;
}

static void read_notify (slot *s)
{
  char b[256] ;
  ssize_t n = sanitize_read(fd_read(s->notify_r, b, sizeof(b))) ;
  if (n > 0 && memchr(b, '\n', (size_t)n)) slot_event(s, HF_EV_READY, 0) ;
  if (n >= 0 && !memchr(b, '\n', (size_t)n)) return ;
  fd_close(s->notify_r) ;
  s->notify_r = -1 ;
}

/* The logger has ended on the way out. If it left something unread it died too early: it gets
   another life or two to read to the end. */
static void logger_ended (void)
{
  char fmt[UINT_FMT] ;
  int n = drain_unread() ;
  if (n && R.drains && !L.st.m.script) { R.drains-- ; drain_begin() ; command(&L, 'o') ; }
  if (L.st.m.phase != HF_PHASE_DOWN) return ;
  R.gone = 1 ;
  if (!n) return ;
  fmt[uint_fmt(fmt, (unsigned int)n)] = 0 ;
  hf_warn("leaving with no logger, ", fmt, " bytes unread") ;
}

/* control/d and control/x come after the stop, and get a moment to end; a script of another
   letter has nothing left to do. */
static int script_has_time (void)
{
  int letter = R.main.st.m.script ;
  if (!letter) return 0 ;
  if (!R.leave_by) R.leave_by = R.now + (letter == 'd' || letter == 'x' ? SCRIPT_TIME : 0) ;
  if (R.now < R.leave_by) return 1 ;
  if (R.leaving == 1 && R.main.st.script.pid)
    hf_proc_signal(R.main.script_pidfd, (pid_t)R.main.st.script.pid, SIGTERM) ;
  return 0 ;
}

/* Leaving: the logger reads to the end of the pipe, and is the last to go. One that somebody
   put down stays down. */
static void leave (void)
{
  if (script_has_time()) return ;
  if (!L.present) { R.gone = 1 ; return ; }
  if (R.leaving == 1)
  {
    R.leaving = 2 ;
    R.drains = L.st.m.phase == HF_PHASE_DOWN ? 0 : DRAINS ;
    if (R.pipe_w >= 0) fd_close(R.pipe_w) ;
    R.pipe_w = -1 ;
    drain_begin() ;
    command(&L, HF_COMMAND_LEAVE) ;
  }
  else if (drain_is_over()) command(&L, 'd') ;
  if (L.st.m.phase == HF_PHASE_DOWN) logger_ended() ;
}

/* The loop */

static int64_t earlier (int64_t a, int64_t b)
{
  return a < b ? a : b ;
}

static int64_t slot_deadline (slot const *s)
{
  int64_t t ;
  if (!s->present) return HF_NEVER ;
  if (s->ev_n) return R.now ;
  t = earlier(hf_machine_deadline(&s->st.m), s->publish_at) ;
  if ((s->st.child.pid && !s->child_ours && s->child_pidfd < 0) || (s->st.script.pid && !s->script_ours && s->script_pidfd < 0))
    t = earlier(t, R.now + ADOPTED_LOOK) ;
  return t ;
}

static int watch (struct pollfd *x, int fd)
{
  if (fd < 0) return 0 ;
  x->fd = fd ;
  x->events = POLLIN ;
  return 1 ;
}

static int watch_slot (struct pollfd *x, slot const *s)
{
  int n = 0 ;
  if (!s->present) return 0 ;
  n += watch(x + n, s->control_r) ;
  n += watch(x + n, s->notify_r) ;
  n += watch(x + n, s->child_pidfd) ;
  n += watch(x + n, s->script_pidfd) ;
  return n ;
}

static int is_set (struct pollfd const *x, int n, int fd)
{
  for (int i = 0 ; fd >= 0 && i < n ; i++) if (x[i].fd == fd && x[i].revents) return 1 ;
  return 0 ;
}

static void slot_turn (slot *s, struct pollfd const *x, int n)
{
  if (!s->present) return ;
  if (is_set(x, n, s->control_r)) read_control(s) ;
  if (is_set(x, n, s->notify_r)) read_notify(s) ;
  look_at_adopted(s) ;
  work_off(s) ;
  if (hf_machine_deadline(&s->st.m) <= R.now) slot_event(s, HF_EV_TIME, 0) ;
  work_off(s) ;
  if (s->publish_at <= R.now) s->state_dirty = s->files_dirty = 1 ;
}

int publish_both (void)
{
  return publish(&R.main) | (L.present ? publish(&L) : 0) ;
}

static void turn (void)
{
  struct pollfd x[9] ;
  int n = watch(x, R.signal_fd) ;
  int64_t deadline = earlier(slot_deadline(&R.main), slot_deadline(&L)) ;
  if (R.unreaped) deadline = R.now ;
  deadline = earlier(deadline, R.move_at) ;
  if (R.hook) deadline = earlier(deadline, R.hook_until) ;
  if (R.leave_by > R.now) deadline = earlier(deadline, R.leave_by) ;
  if (R.leaving == 2) deadline = earlier(deadline, R.drain_at) ;
  if (R.checker) deadline = earlier(deadline, R.checker_until) ;
  n += watch_slot(x + n, &R.main) ;
  n += watch_slot(x + n, &L) ;
  if (poll(x, (nfds_t)n, hf_clock_poll(deadline, R.now)) < 0) n = 0 ;
  R.now = hf_clock_ms() ;
  R.turn++ ;
  if (is_set(x, n, R.signal_fd)) handle_signals() ;
  if (R.unreaped) reap() ;
  slot_turn(&L, x, n) ;
  slot_turn(&R.main, x, n) ;
  if (R.hook && R.now >= R.hook_until) kill_hook() ;
  if (R.now >= R.move_at) move_directory() ;
  if (R.checker && R.now >= R.checker_until) { kill(R.checker, SIGKILL) ; R.checker_until = R.now + ADOPTED_LOOK ; }
  if (R.leaving) leave() ;
  if (publish_both()) hf_stack_release() ;
  if (R.upgrade && !R.leaving && !R.main.ev_n && !L.ev_n) upgrade_go() ;
}

/* The end and the beginning */

static void say_goodbye (slot *s)
{
  if (!s->present) return ;
  if (!s->st.child.pid) s->st.supervisor.pid = 0 ;
  s->state_dirty = 1 ;
  publish(s) ;
}

/* "--check FORMAT": would this binary go on from a state file of that format? */
static void answer_check (int argc, char const *const *argv)
{
  unsigned int format ;
  if (argc == 3 && !strcmp(argv[1], "--check"))
    _exit(uint0_scan(argv[2], &format) && format == HF_STATE_FORMAT ? 0 : 1) ;
}

int main (int argc, char **argv)
{
  char prog[PROG_MAX] ;
  subgetopt l = SUBGETOPT_ZERO ;
  PROG = "runsv" ;
  R.argv = (char const *const *)argv ;
  hf_version("runsv", argc, R.argv) ;
  answer_check(argc, R.argv) ;
  for (;;)
  {
    int opt = subgetopt_r(argc, R.argv, "6D", &l) ;
    if (opt == -1) break ;
    if (opt == '6') R.s6default = 1 ;
    else if (opt == 'D') R.daemontools = 1 ;
    else hf_die_usage(1, USAGE, 1) ;
  }
  if (argc - l.ind != 1) hf_die_usage(1, USAGE, 1) ;
  if (!fd_sanitize()) hf_diesys(HF_EXIT_SYSTEM, "unable to open descriptors 0 to 2") ;
  start(argv[l.ind], prog) ;
  hf_stack_release() ;
  while (!R.gone) turn() ;
  say_goodbye(&R.main) ;
  say_goodbye(&L) ;
  return 0 ;
}
