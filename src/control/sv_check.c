/* ISC license. */

/* The check scripts. Each runs beside the others and beside the waiting, in the service
   directory and in a process group of its own, and is killed when the time is up. Its
   descriptor 1 is open but not for writing: what it writes there fails, as with runit, and no
   file or socket that it opens can get that number. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/posixplz.h>
#include <skalibs/selfpipe.h>

#include <holdfast/clock.h>
#include <holdfast/message.h>
#include <holdfast/spawn.h>
#include "sv.h"

#define GAP_MIN 20
#define GAP_MAX 420

static struct { int fd ; int null ; } child = { .fd = -1, .null = -1 } ;

int sv_check_fd (void)
{
  return child.fd ;
}

static void init (void)
{
  if (child.fd >= 0) return ;
  child.fd = selfpipe_init() ;
  if (child.fd < 0 || selfpipe_trap(SIGCHLD) < 0)
    hf_diesys(SV_EXIT_FATAL, "unable to prepare for the end of a check") ;
  child.null = open("/dev/null", O_RDONLY | O_CLOEXEC) ;
}

static void try_later (sv_unit *u)
{
  u->check_state = SV_CHECK_IDLE ;
  u->check_at = hf_clock_ms() + u->check_gap ;
  u->check_gap = u->check_gap * 2 > GAP_MAX ? GAP_MAX : u->check_gap * 2 ;
}

static void start (sv_unit *u)
{
  static char const *const argv[] = { "./check", 0 } ;
  hf_spawn sp = HF_SPAWN_ZERO ;
  int step ;
  init() ;
  sp.file = argv[0] ;
  sp.argv = argv ;
  sp.envp = (char const *const *)environ ;
  sp.chdir = u->dir ;
  sp.fd1 = child.null ;
  sp.session = 2 ;
  u->check_pid = u->st.pid ;
  if (hf_spawn_run(&sp, &u->check, &step))
  {
    u->check_state = SV_CHECK_RUNS ;
    return ;
  }
  if (!u->warned)
  {
    sv_flush() ;
    hf_message("warning", errno, hf_words("unable to run ", u->word, "/check")) ;
  }
  u->warned = 1 ;
  try_later(u) ;
}

int sv_check_passed (sv_unit *u)
{
  if (!u->check_gap) u->check_gap = GAP_MIN ;
  if (u->check_state == SV_CHECK_PASSED && u->check_pid == u->st.pid) return 1 ;
  if (u->check_state == SV_CHECK_RUNS) return 0 ;
  if (hf_clock_ms() >= u->check_at) start(u) ;
  if (u->check_state == SV_CHECK_IDLE && u->look_at > u->check_at) u->look_at = u->check_at ;
  return 0 ;
}

/* A check that was killed by a signal has not passed. */
void sv_check_reap (sv_unit *u, unsigned int n)
{
  int r, wstat ;
  while ((r = selfpipe_read()) > 0) ;
  for (unsigned int i = 0 ; i < n ; i++)
  {
    if (u[i].check_state != SV_CHECK_RUNS) continue ;
    if (waitpid((pid_t)u[i].check.pid, &wstat, WNOHANG) <= 0) continue ;
    u[i].look_at = 0 ;
    if (WIFEXITED(wstat) && !WEXITSTATUS(wstat)) u[i].check_state = SV_CHECK_PASSED ;
    else try_later(u + i) ;
  }
}

void sv_check_kill (sv_unit *u)
{
  int wstat ;
  if (u->check_state != SV_CHECK_RUNS) return ;
  kill(-(pid_t)u->check.pid, SIGKILL) ;
  kill((pid_t)u->check.pid, SIGKILL) ;
  while (waitpid((pid_t)u->check.pid, &wstat, 0) < 0 && errno == EINTR) ;
  u->check_state = SV_CHECK_IDLE ;
}
