/* ISC license. */

/* sv signal: any signal. Those that have a control byte go through the supervisor, which needs
   no more permission than the FIFO; the others go to the process itself, held by a pidfd so
   that it cannot be another one by then. */

#include <errno.h>
#include <signal.h>
#include <string.h>

#include <skalibs/djbunix.h>

#include <holdfast/control.h>
#include <holdfast/message.h>
#include <holdfast/policy.h>
#include "sv.h"

static char letter_of (int sig, int ours)
{
  switch (sig)
  {
    case SIGHUP : return 'h' ;
    case SIGALRM : return 'a' ;
    case SIGINT : return 'i' ;
    case SIGQUIT : return 'q' ;
    case SIGUSR1 : return '1' ;
    case SIGUSR2 : return '2' ;
    case SIGTERM : return 't' ;
    case SIGKILL : return 'k' ;
    case SIGSTOP : return 'p' ;
    case SIGCONT : return 'c' ;
    case SIGABRT : return ours ? 'b' : 0 ;
    case SIGWINCH : return ours ? 'y' : 0 ;
    default : return 0 ;
  }
}

static int still_runs (sv_unit *u, uint32_t pid)
{
  if (!sv_unit_read(u) || u->st.pid != pid || u->st.state != 1) return 0 ;
  return !u->has_rec || u->rec.child.pid != pid || hf_proc_same(&u->rec.child) ;
}

static int send_direct (sv_unit *u, int sig)
{
  uint32_t pid = u->st.pid ;
  int fd = hf_pidfd_open((pid_t)pid) ;
  int r, e ;
  if (fd < 0 && errno != ENOSYS) return 0 ;
  r = still_runs(u, pid) ? hf_proc_signal(fd, (pid_t)pid, sig) : (errno = ESRCH, -1) ;
  e = errno ;
  if (fd >= 0) fd_close(fd) ;
  errno = e ;
  return !r ;
}

/* h and t are what the policy says that a reload and a stop are. */
static int means_another (sv_unit const *u, char c)
{
  if (c == 'h') return sv_unit_has(u, "reload-signal") ;
  return c == 't' && (sv_unit_has(u, "down-signal") || sv_unit_has(u, "stop-ladder")) ;
}

int sv_signal_send (sv_unit *u, int sig)
{
  char c = letter_of(sig, u->has_rec) ;
  int r ;
  if (!u->st.pid || u->st.state != 1) return (errno = ESRCH, 0) ;
  if (!c || means_another(u, c)) return send_direct(u, sig) ;
  r = hf_control_send(u->sup, &c, 1) ;
  if (!r) errno = ESRCH ;
  return r > 0 ;
}

static int signal_one (char const *word, int sig)
{
  sv_unit u ;
  int good = 0 ;
  sv_unit_look(&u, word) ;
  if (u.reach != SV_OK) sv_put_reach(&u, 0) ;
  else if (sv_signal_send(&u, sig))
  {
    sv_put("ok: ") ;
    sv_put_state(&u, u.word) ;
    good = 1 ;
  }
  else
  {
    sv_put("fail: ") ;
    sv_put_name(u.word) ;
    sv_put(": unable to signal: ") ;
    sv_put(errno == ESRCH ? "not running" : hf_error_text(errno)) ;
  }
  sv_put("\n") ;
  return good ;
}

int sv_signal (int argc, char const *const *argv)
{
  static sv_option const opts[] = { { 0, 0, 0 } } ;
  sv_args a = SV_ARGS("signal", "service ... signal", opts, argc, argv) ;
  sv_names words = { .v = 0, .n = 0, .max = 0 }, l = { .v = 0, .n = 0, .max = 0 } ;
  int sig, failed = 0 ;
  while (!sv_args_next(&a)) sv_names_add(&words, a.arg) ;
  if (words.n < 2) sv_args_usage(&a) ;
  sig = hf_signal_scan(words.v[words.n - 1]) ;
  if (!sig)
  {
    hf_message("fatal", 0, hf_words("signal: unknown signal: ", words.v[words.n - 1])) ;
    return HF_EXIT_USAGE ;
  }
  for (unsigned int i = 0 ; i + 1 < words.n ; i++) sv_names_expand(&l, words.v[i]) ;
  for (unsigned int i = 0 ; i < l.n ; i++) failed += !signal_one(l.v[i], sig) ;
  sv_flush() ;
  return sv_exit_code(failed) ;
}
