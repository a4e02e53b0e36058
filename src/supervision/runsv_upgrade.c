/* ISC license. */

/* Upgrade in place: the installed binary is first run as a child, with --check and the format
   of the state file, so that one that is missing, broken or does not understand the record is
   found while the old one can still go on. If it says yes, runsv execs it at the end of the
   turn: same pid, same children. The locks, the pipes and the FIFOs with what is in them are
   handed over as open descriptors, named in the environment; everything else is in the state
   file. Signals stay blocked over the exec, and those that wait are taken up again. */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <skalibs/djbunix.h>
#include <skalibs/exec.h>
#include <skalibs/posixplz.h>
#include <skalibs/selfpipe.h>
#include <skalibs/types.h>

#include <holdfast/env.h>
#include <holdfast/message.h>
#include <holdfast/spawn.h>
#include "config.h"
#include "runsv.h"

#define VARIABLE "HF_RUNSV_FDS"
#define CHECK_TIME 5000

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

/* The new image will look for the service by its name. */
static int is_replaced (void)
{
  struct stat here, there ;
  return stat(".", &here) < 0 || fstatat(R.scan_fd, R.name, &there, 0) < 0
    || here.st_ino != there.st_ino || here.st_dev != there.st_dev ;
}

void upgrade_begin (void)
{
  hf_spawn sp = HF_SPAWN_ZERO ;
  hf_proc proc = HF_PROC_ZERO ;
  char path[HF_PATH] ;
  char format[UINT_FMT] ;
  char const *argv[4] = { path, "--check", format, 0 } ;
  int step ;
  if (R.checker || R.upgrade) return ;
  if (!find_program(path, sizeof(path))) { hf_warnsys("not upgrading: unable to find ", R.argv[0]) ; return ; }
  format[uint_fmt(format, HF_STATE_FORMAT)] = 0 ;
  sp.file = path ;
  sp.argv = argv ;
  sp.envp = (char const *const *)environ ;
  if (path[0] != '/') enter_start() ;
  if (hf_spawn_run(&sp, &proc, &step)) { R.checker = (pid_t)proc.pid ; R.checker_until = R.now + CHECK_TIME ; }
  else hf_warnsys("not upgrading: unable to execute ", path) ;
  if (path[0] != '/') enter_service() ;
}

/* What is handed over: "PID:NAME=FD:NAME=FD:..." */

static struct { char const *name ; int *fd ; } const handed[] =
{
  { "lock", &R.main.lock_fd },
  { "control", &R.main.control_r },
  { "ok", &R.main.ok_r },
  { "notify", &R.main.notify_r },
  { "loglock", &L.lock_fd },
  { "logcontrol", &L.control_r },
  { "logok", &L.ok_r },
  { "lognotify", &L.notify_r },
  { "piper", &R.pipe_r },
  { "pipew", &R.pipe_w }
} ;
#define HANDED (sizeof(handed) / sizeof(handed[0]))
static int received[HANDED] ; /* one more than the descriptor that the image before us handed over; 0 none */
#define LOG_FIRST 4           /* from here on only with a logger */

static unsigned int handed_n (void)
{
  return L.present ? HANDED : LOG_FIRST ;
}

static void mark_handed (int (*f) (int))
{
  for (unsigned int i = 0 ; i < handed_n() ; i++) if (*handed[i].fd >= 0) (*f)(*handed[i].fd) ;
}

static void name_handed (char *s)
{
  s += pid_fmt(s, getpid()) ;
  for (unsigned int i = 0 ; i < handed_n() ; i++) if (*handed[i].fd >= 0)
  {
    *s++ = ':' ;
    strcpy(s, handed[i].name) ;
    s += strlen(s) ;
    *s++ = '=' ;
    s += int_fmt(s, *handed[i].fd) ;
  }
  *s = 0 ;
}

static int is_published (slot *s)
{
  return !s->present || !s->state_dirty || publish_state(s) ;
}

/* The environment of the new image: ours, with the descriptors named in it. */
static int make_env (hf_env *e)
{
  char words[32 * HANDED] ;
  char pace[HF_PACE_VALUE] ;
  name_handed(words) ;
  if (!hf_env_init(e, (char const *const *)environ) || !hf_env_put(e, VARIABLE, words)) return 0 ;
  if (!R.pace.next) return 1 ;
  hf_pace_value(&R.pace, pace) ;
  return hf_env_put(e, HF_PACE_VARIABLE, pace) ;
}

/* Comes back only if it did not work, with everything as it was. */
static void become (char const *path)
{
  int e ;
  if (!is_published(&R.main) || !is_published(&L) || !make_env(&hf_env_here)) return ;
  mark_handed(&uncoe) ;
  if (R.pace.next) uncoe(R.pace.fd) ;
  enter_start() ;
  execve(path, (char *const *)R.argv, (char *const *)hf_env_here.v) ;
  e = errno ;
  if (R.pace.next) coe(R.pace.fd) ;
  mark_handed(&coe) ;
  enter_service() ;
  errno = e ;
}

void upgrade_checked (int wstat)
{
  R.checker = 0 ;
  if (WIFEXITED(wstat) && !WEXITSTATUS(wstat)) R.upgrade = 1 ;
  else hf_warn("not upgrading: the new ", R.argv[0], " failed its check") ;
}

/* At the end of a turn: nothing is known then that is not in the record. */
void upgrade_go (void)
{
  char path[HF_PATH] ;
  R.upgrade = 0 ;
  if (is_replaced()) { hf_warn("not upgraded: the service directory is not there any more") ; return ; }
  if (find_program(path, sizeof(path))) become(path) ;
  hf_warnsys("not upgraded: unable to execute ", R.argv[0]) ;
}

/* In the new image */

void upgrade_receive (void)
{
  char const *s = getenv(VARIABLE) ;
  pid_t pid ;
  size_t n = s ? pid_scan(s, &pid) : 0 ;
  if (!n || pid != getpid()) { unsetenv(VARIABLE) ; return ; }
  R.upgraded = 1 ;
  for (s += n ; *s == ':' ; s += strcspn(s, ":"))
  {
    size_t len = strcspn(++s, "=:") ;
    unsigned int fd ;
    if (s[len] != '=' || !uint_scan(s + len + 1, &fd) || coe((int)fd) < 0) continue ;
    for (unsigned int i = 0 ; i < HANDED ; i++)
      if (strlen(handed[i].name) == len && !strncmp(s, handed[i].name, len)) received[i] = (int)fd + 1 ;
  }
  unsetenv(VARIABLE) ;
}

/* The descriptor that the image before us had in *fd; -1 if there is none. */
int upgrade_inherited (int const *fd)
{
  for (unsigned int i = 0 ; i < HANDED ; i++) if (handed[i].fd == fd)
  {
    int got = received[i] - 1 ;
    received[i] = 0 ;
    return got ;
  }
  return -1 ;
}

/* What nobody asked for. */
void upgrade_received (void)
{
  for (unsigned int i = 0 ; i < HANDED ; i++)
  {
    if (received[i]) fd_close(received[i] - 1) ;
    received[i] = 0 ;
  }
}
