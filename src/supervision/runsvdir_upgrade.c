/* ISC license. */

/* The upgrade in place: the same process executes the program that is installed now, and
   keeps its children. Everything it has to know it finds again in the scan directory and in
   the state records; only the pipes of the log argument are passed on. The new program is
   tried first, with -V, and nothing changes if that fails. Signals stay blocked from here
   until the new image has its handlers. */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/posixplz.h>
#include <skalibs/types.h>

#include <holdfast/message.h>
#include <holdfast/process.h>
#include <holdfast/spawn.h>
#include "runsvdir.h"

#define INHERITED "HF_RUNSVDIR_PID"
#define TRIAL_MS 5000

/* The variable names the process, so that a runsvdir below this one does not believe it. */
void upgrade_inherit (struct tree *t)
{
  char const *s = getenv(INHERITED) ;
  t->upgrade.end_at = HF_NEVER ;
  t->upgrade.inherited = s && atoi(s) == (int)getpid() ;
  unsetenv(INHERITED) ;
}

/* Where the program is now: as it was called, else in PATH. */
static int find_self (struct tree *t, char *out)
{
  char const *name = t->upgrade.argv[0] ;
  char const *path = getenv("PATH") ;
  if (strchr(name, '/')) return strlen(name) < HF_PATH ? (strcpy(out, name), 1) : (errno = ENAMETOOLONG, 0) ;
  while (path)
  {
    size_t len = strcspn(path, ":") ;
    char dir[HF_PATH] = "." ;
    if (len && len < sizeof(dir)) { memcpy(dir, path, len) ; dir[len] = 0 ; }
    if (hf_path_join(out, HF_PATH, dir, name) && !access(out, X_OK)) return 1 ;
    path = path[len] ? path + len + 1 : 0 ;
  }
  return (errno = ENOENT, 0) ;
}

static void refuse (char const *why, int e)
{
  hf_message("warning", e, hf_words("not upgraded: ", why)) ;
}

void upgrade_try (struct tree *t)
{
  char self[HF_PATH] ;
  char const *argv[3] = { self, "-V", 0 } ;
  hf_spawn sp = HF_SPAWN_ZERO ;
  hf_proc p ;
  int step ;
  int null = open("/dev/null", O_RDWR | O_CLOEXEC) ;
  if (t->upgrade.pid || t->stop.on) { if (null >= 0) fd_close(null) ; return ; }
  if (fchdir(t->scan.start_fd) < 0) { refuse("unable to change directory", errno) ; return ; }
  sp.file = self ;
  sp.argv = argv ;
  sp.envp = (char const *const *)environ ;
  sp.fd1 = null ;
  if (!find_self(t, self)) refuse("unable to find the program", errno) ;
  else if (!hf_spawn_run(&sp, &p, &step)) refuse(self, errno) ;
  else
  {
    t->upgrade.pid = (pid_t)p.pid ;
    t->upgrade.end_at = t->now + TRIAL_MS ;
  }
  if (null >= 0) fd_close(null) ;
  if (t->scan.dir && fchdir(dirfd(t->scan.dir)) < 0) t->scan.where = 1 ;
}

static void go (struct tree *t)
{
  char self[HF_PATH] ;
  char pid[PID_FMT] ;
  pid[pid_fmt(pid, getpid())] = 0 ;
  if (fchdir(t->scan.start_fd) >= 0 && find_self(t, self) && !setenv(INHERITED, pid, 1) && log_pass(t))
  {
    if (t->start.limit_raised) setrlimit(RLIMIT_NOFILE, &t->start.limit) ;
    execve(self, (char *const *)t->upgrade.argv, environ) ;
  }
  refuse(t->upgrade.argv[0], errno) ;
  log_unpass(t) ;
  unsetenv(INHERITED) ;
  t->start.limit_raised = 0 ;
  if (t->scan.dir && fchdir(dirfd(t->scan.dir)) < 0) t->scan.where = 1 ;
}

int upgrade_tried (struct tree *t, pid_t pid, int wstat)
{
  if (!t->upgrade.pid || pid != t->upgrade.pid) return 0 ;
  t->upgrade.pid = 0 ;
  t->upgrade.end_at = HF_NEVER ;
  if (t->stop.on) return 1 ;
  if (wstat) refuse("the new program does not run", 0) ;
  else go(t) ;
  return 1 ;
}

void upgrade_time (struct tree *t)
{
  if (t->now < t->upgrade.end_at) return ;
  t->upgrade.end_at = HF_NEVER ;
  kill(t->upgrade.pid, SIGKILL) ;
}
