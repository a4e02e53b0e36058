/* ISC license. */

/* Upgrade in place: the installed binary is first run as a child, with --check and the format
   of the state file, so that one that is missing, broken or does not understand the record is
   found while the old one can still go on. If it says yes, runsv execs it: same pid, same
   children. The locks and the log pipe are handed over as open descriptors, named in the
   environment; everything else is in the state file. */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/wait.h>

#include <skalibs/djbunix.h>
#include <skalibs/exec.h>
#include <skalibs/posixplz.h>
#include <skalibs/selfpipe.h>
#include <skalibs/types.h>

#include <holdfast/message.h>
#include <holdfast/spawn.h>
#include "config.h"
#include "runsv.h"

#define VARIABLE "HF_RUNSV_FDS"

/* The installed program: as runsv itself was called, through PATH if it was a plain word. */
static int find_program (char *path, size_t n)
{
  char const *word = R.argv[0] ;
  char const *dirs = getenv("PATH") ;
  if (strchr(word, '/')) return hf_path_join(path, n, "", word) ;
  for (; dirs && *dirs ; dirs += *dirs == ':')
  {
    char dir[HF_PATH] ;
    size_t len = strcspn(dirs, ":") ;
    if (len < sizeof(dir))
    {
      memcpy(dir, dirs, len) ;
      dir[len] = 0 ;
      if (hf_path_join(path, n, len ? dir : ".", word) && !access(path, X_OK)) return 1 ;
    }
    dirs += len ;
  }
  return (errno = ENOENT, 0) ;
}

/* A relative argv[0] was meant for the directory we came from. */
static void enter_start (void)
{
  if (fchdir(R.scan_fd) < 0) hf_warnsys("unable to go back to the scan directory") ;
}

static int enter_service (void)
{
  return fchdir(R.scan_fd) == 0 && chdir(R.name) == 0 ;
}

void upgrade_begin (void)
{
  hf_spawn sp = HF_SPAWN_ZERO ;
  hf_proc proc = HF_PROC_ZERO ;
  char path[HF_PATH] ;
  char format[UINT_FMT] ;
  char const *argv[4] = { path, "--check", format, 0 } ;
  int step ;
  if (R.checker) return ;
  if (!find_program(path, sizeof(path))) { hf_warnsys("not upgrading: unable to find ", R.argv[0]) ; return ; }
  format[uint_fmt(format, HF_STATE_FORMAT)] = 0 ;
  sp.file = path ;
  sp.argv = argv ;
  sp.envp = (char const *const *)environ ;
  if (path[0] != '/') enter_start() ;
  if (hf_spawn_run(&sp, &proc, &step)) R.checker = (pid_t)proc.pid ;
  else hf_warnsys("not upgrading: unable to execute ", path) ;
  if (path[0] != '/') enter_service() ;
}

static void name_fd (char *s, char const *what, int fd)
{
  char fmt[INT_FMT] ;
  if (fd < 0) return ;
  uncoe(fd) ;
  fmt[int_fmt(fmt, fd)] = 0 ;
  strcat(strcat(strcat(strcat(s, what), "="), fmt), ":") ;
}

/* Publishes, hands over, execs. Comes back only if the exec failed. */
static void become (char const *path)
{
  char fds[128] = "" ;
  name_fd(fds, "lock", R.main.lock_fd) ;
  if (R.log.present) name_fd(fds, "loglock", R.log.lock_fd) ;
  name_fd(fds, "pipe", R.pipe_w) ;
  name_fd(fds, "pipe", R.pipe_r) ;
  if (setenv(VARIABLE, fds, 1) < 0) return ;
  if (R.pace.next) hf_pace_pass(&R.pace) ;
  publish(&R.main) ;
  if (R.log.present) publish(&R.log) ;
  enter_start() ;
  execve(path, (char *const *)R.argv, environ) ;
  {
    int e = errno ;
    unsetenv(VARIABLE) ;
    if (R.pace.next) hf_pace_keep(&R.pace) ;
    coe(R.main.lock_fd) ;
    if (R.log.present) { coe(R.log.lock_fd) ; coe(R.pipe_w) ; coe(R.pipe_r) ; }
    enter_service() ;
    errno = e ;
  }
}

void upgrade_checked (int wstat)
{
  char path[HF_PATH] ;
  R.checker = 0 ;
  if (!WIFEXITED(wstat) || WEXITSTATUS(wstat))
  {
    hf_warn("not upgrading: the new ", R.argv[0], " failed its check") ;
    return ;
  }
  if (find_program(path, sizeof(path))) become(path) ;
  hf_warnsys("not upgraded: unable to execute ", R.argv[0]) ;
}

/* A descriptor handed over by the image before us; -1 if there is none. "pipe" takes over no
   number: the ends have been opened anew, and the old ones are closed. */
int upgrade_inherited (char const *what)
{
  char const *s = getenv(VARIABLE) ;
  size_t len = strlen(what) ;
  int found = -1 ;
  for (; s && *s ; s += strcspn(s, ":"), s += *s == ':')
  {
    unsigned int fd ;
    if (strncmp(s, what, len) || s[len] != '=' || !uint_scan(s + len + 1, &fd)) continue ;
    if (strcmp(what, "pipe")) { found = (int)fd ; coe(found) ; }
    else fd_close((int)fd) ;
  }
  return found ;
}
