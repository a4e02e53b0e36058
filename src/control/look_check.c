/* ISC license. */

/* The check script of a service: asked for services that do not say themselves when they are
   ready. In a process group of its own; killed when it takes too long. */

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/posixplz.h>
#include <skalibs/types.h>

#include <holdfast/clock.h>
#include <holdfast/message.h>
#include <holdfast/policy.h>
#include <holdfast/spawn.h>
#include "look.h"

#define GAP_MIN 20
#define GAP_MAX 500
#define CHECK_MS 10000        /* the most that one check may take */

static void reap (look *l)
{
  int wstat ;
  kill(-(pid_t)l->check_proc.pid, SIGKILL) ;
  kill((pid_t)l->check_proc.pid, SIGKILL) ;
  while (waitpid((pid_t)l->check_proc.pid, &wstat, 0) < 0 && errno == EINTR) ;
}

static void forget (look *l)
{
  if (l->check_fd >= 0) fd_close(l->check_fd) ;
  l->check_fd = -1 ;
  l->check_proc.pid = 0 ;
}

void look_check_end (look *l)
{
  if (l->check == LOOK_CHECK_RUNS)
  {
    reap(l) ;
    forget(l) ;
  }
  l->check = LOOK_CHECK_IDLE ;
  l->check_at = 0 ;
  l->check_gap = 0 ;
}

static void try_later (look *l, int64_t now)
{
  forget(l) ;
  l->check = LOOK_CHECK_IDLE ;
  if (!l->check_gap) l->check_gap = GAP_MIN ;
  l->check_at = now + l->check_gap ;
  l->check_gap = l->check_gap * 2 > GAP_MAX ? GAP_MAX : l->check_gap * 2 ;
}

/* Its output is shown to nobody: stdout and stdin are /dev/null. */
static void start (look *l, int64_t now)
{
  static char const *const argv[] = { "./check", 0 } ;
  static int null = -1 ;
  hf_spawn sp = HF_SPAWN_ZERO ;
  int step ;
  if (null < 0) null = open2("/dev/null", 2) ;
  if (null >= 0) coe(null) ;
  sp.file = argv[0] ;
  sp.argv = argv ;
  sp.envp = (char const *const *)environ ;
  sp.chdir = l->dir ;
  sp.fd0 = sp.fd1 = null ;
  sp.session = 2 ;
  l->check_run = l->pid ;
  if (!hf_spawn_run(&sp, &l->check_proc, &step))
  {
    if (!l->check_gap) hf_warnsys("unable to run ", l->word, "/check") ;
    try_later(l, now) ;
    return ;
  }
  l->check = LOOK_CHECK_RUNS ;
  l->check_fd = hf_pidfd_open((pid_t)l->check_proc.pid) ;
  l->check_at = now + (l->check_fd >= 0 ? CHECK_MS : GAP_MIN) ;
  l->check_until = now + CHECK_MS ;
}

int look_check_passed (look *l)
{
  int64_t now = hf_clock_ms() ;
  if (l->check != LOOK_CHECK_IDLE && l->check_run != l->pid) look_check_end(l) ;
  if (l->check == LOOK_CHECK_PASSED) return 1 ;
  if (l->check == LOOK_CHECK_IDLE && now >= l->check_at) start(l, now) ;
  return 0 ;
}

int look_check_news (look *l, int64_t now)
{
  int wstat ;
  if (l->check != LOOK_CHECK_RUNS)
  {
    l->check_at = 0 ; /* time for the next one: the judge will start it */
    return 1 ;
  }
  if (waitpid((pid_t)l->check_proc.pid, &wstat, WNOHANG) > 0)
  {
    if (!WIFEXITED(wstat) || WEXITSTATUS(wstat)) { try_later(l, now) ; return 0 ; }
    forget(l) ;
    l->check = LOOK_CHECK_PASSED ;
    l->check_at = 0 ;
    return 1 ;
  }
  if (now >= l->check_until) { reap(l) ; try_later(l, now) ; }
  else l->check_at = l->check_fd >= 0 ? l->check_until : now + GAP_MIN ;
  return 0 ;
}

void look_reason (look const *l, char *s, size_t n)
{
  static char const *const words[HF_WHY_N] =
  {
    [HF_WHY_NEVER] = "never started", [HF_WHY_ASKED] = "told to be down", [HF_WHY_DONE] = "done",
    [HF_WHY_FAILED] = "failed", [HF_WHY_GAVEUP] = "gave up", [HF_WHY_RESTART] = "died", [HF_WHY_AGED] = "too old",
  } ;
  int w = l->rec.m.last_wstat ;
  char code[UINT_FMT] ;
  s[0] = 0 ;
  if (!l->has_rec || l->why >= HF_WHY_N || n < 64) return ;
  strcpy(s, words[l->why]) ;
  if (!(l->rec.m.flags & HF_FLAG_ENDED) || !(l->rec.m.flags & HF_FLAG_KNOWN)) return ;
  if (l->rec.spawn_step)
  {
    strcat(strcat(s, ": unable to "), hf_step_name(l->rec.spawn_step)) ;
    strncat(strcat(s, ": "), hf_error_text((int)l->rec.spawn_errno), n - strlen(s) - 3) ;
    return ;
  }
  code[uint_fmt(code, WIFSIGNALED(w) ? (unsigned int)WTERMSIG(w) : (unsigned int)WEXITSTATUS(w))] = 0 ;
  if (WIFSIGNALED(w)) strcat(strcat(s, " (signal "), hf_signal_name(WTERMSIG(w))) ;
  else strcat(strcat(s, " (exit code "), code) ;
  strcat(s, ")") ;
}

void look_unmet (look const *l, unsigned int n, char *s, size_t max)
{
  size_t k = 0 ;
  for (unsigned int i = 0 ; i < n ; i++)
  {
    size_t len = strlen(l[i].word) ;
    if (l[i].met || k + len + 2 > max) continue ;
    s[k++] = ' ' ;
    memcpy(s + k, l[i].word, len) ;
    k += len ;
  }
  s[k] = 0 ;
}
