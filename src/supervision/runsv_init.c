/* ISC license. */

/* Before the loop: the supervise directory, the lock, the FIFOs. Here, and only here, runsv
   may die of a failing call. */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

#include <skalibs/djbunix.h>
#include <skalibs/types.h>
#include <skalibs/uint32.h>

#include <holdfast/clock.h>
#include <holdfast/ids.h>
#include <holdfast/lock.h>
#include <holdfast/message.h>
#include "config.h"
#include "runsv.h"

#define LOCK_PATIENCE 300     /* ms: a child of a killed runsv may hold its lock until it execs */

static void __attribute__((noreturn)) fail (slot const *s, char const *verb, char const *file)
{
  if (!move_is_quiet()) hf_message(move_is_on() ? "warning" : "fatal", errno, hf_words("unable to ", verb, " ", s->label, file)) ;
  move_failed() ;
  _exit(HF_EXIT_SYSTEM) ;
}

/* mkdir -p, for paths of our own making below a state directory. */
static int make_parents (char const *full)
{
  char path[HF_PATH] ;
  strcpy(path, full) ;
  for (char *p = path + 1 ; *p ; p++)
    if (*p == '/')
    {
      *p = 0 ;
      if (mkdir(path, 0755) < 0 && errno != EEXIST) { *p = '/' ; return 0 ; }
      *p = '/' ;
    }
  return 1 ;
}

/* supervise may be a symbolic link to a directory elsewhere, which is then made. */
static void make_link_target (slot *s, char const *sup)
{
  char target[HF_PATH] ;
  char full[HF_PATH] ;
  ssize_t n = readlink(sup, target, sizeof(target)) ;
  if (n < 0) return ;
  if ((size_t)n >= 256) { errno = ENAMETOOLONG ; fail(s, "use the link", "supervise") ; }
  target[n] = 0 ;
  if (target[0] == '/' || !s->dir[0]) strcpy(full, target) ;
  else if (!hf_path_join(full, sizeof(full), s->dir, target)) return ;
  mkdir(full, 0755) ;
}

static void make_supervise (slot *s, char const *sup)
{
  s->elsewhere = sup[0] == '/' ;
  if (s->elsewhere && !make_parents(sup)) fail(s, "make the parents of", "supervise") ;
  s->fresh = !mkdir(sup, 0755) ;
  if (!s->fresh) make_link_target(s, sup) ;
  s->sup_fd = openat(AT_FDCWD, sup, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (s->sup_fd < 0)
  {
    if (errno == ENOENT || errno == ENOTDIR) fail(s, "open", "supervise/lock") ;
    fail(s, "open", "supervise") ;
  }
}

static void name_holder (slot *s, int fd)
{
  char fmt[UINT32_FMT] ;
  struct flock fl = { .l_type = F_WRLCK, .l_whence = SEEK_SET } ;
  uint32_t pid = 0 ;
  hf_state st ;
  if (hf_state_read_at(&st, s->sup_fd) && hf_proc_same(&st.supervisor)) pid = st.supervisor.pid ;
  else if (!fcntl(fd, F_GETLK, &fl) && fl.l_type != F_UNLCK && fl.l_pid > 0) pid = (uint32_t)fl.l_pid ;
  if (!pid) return ;
  fmt[uint32_fmt(fmt, pid)] = 0 ;
  hf_info(s->label, "supervise/lock is held by process ", fmt) ;
}

/* A zombie holds no lock: who killed a runsv may not have waited for it yet. */
static int has_supervisor (slot const *s)
{
  hf_state st ;
  return hf_state_read_at(&st, s->sup_fd) && hf_proc_alive(&st.supervisor) ;
}

static void take_lock (slot *s)
{
  int64_t until = move_is_on() ? 0 : hf_clock_ms() + LOCK_PATIENCE ;
  int e ;
  s->lock_fd = upgrade_inherited(&s->lock_fd) ;
  if (s->lock_fd >= 0) return ;
  s->lock_fd = openat(s->sup_fd, "lock", O_RDWR | O_APPEND | O_CREAT | O_NONBLOCK | O_CLOEXEC, 0600) ;
  if (s->lock_fd < 0) fail(s, "open", "supervise/lock") ;
  while (hf_lock(s->lock_fd, 0) < 0)
  {
    e = errno ;
    if (e != EAGAIN || hf_clock_ms() > until || has_supervisor(s))
    {
      if (!R.daemontools && !move_is_quiet()) name_holder(s, s->lock_fd) ;
      errno = e ;
      if (R.daemontools && !move_is_on()) hf_diesys(HF_EXIT_SYSTEM, "unable to acquire ", R.name, "/supervise/lock") ;
      fail(s, "lock", "supervise/lock") ;
    }
    usleep(5000) ;
  }
}

/* Modes are set only on what is made here, so that what an administrator changed stays. */
static void make_fifo (slot *s, char const *name, mode_t mode)
{
  struct stat st ;
  char path[32] = "supervise/" ;
  strcat(path, name) ;
  if (!mkfifoat(s->sup_fd, name, 0600)) { if (mode != 0600) fchmodat(s->sup_fd, name, mode, 0) ; return ; }
  if (errno != EEXIST) fail(s, "create", path) ;
  if (fstatat(s->sup_fd, name, &st, 0) < 0) fail(s, "stat", path) ;
  if (S_ISFIFO(st.st_mode)) return ;
  errno = EEXIST ;
  fail(s, "make a FIFO of", path) ;
}

static int open_fifo (slot *s, char const *name, int flags)
{
  int fd = openat(s->sup_fd, name, flags | O_NONBLOCK | O_CLOEXEC) ;
  char path[32] = "supervise/" ;
  if (fd < 0) fail(s, "open", strcat(path, name)) ;
  return fd ;
}

/* control-group: the group whose members may write to control. */
static void open_to_group (slot *s)
{
  char name[64] ;
  char path[64] ;
  struct stat st ;
  gid_t gid ;
  if (!has_entry(s, HF_ENTRY_CONTROL_GROUP)) return ;
  if (!hf_path_join(path, sizeof(path), s->dir, "control-group")) return ;
  if (hf_value_read(path, name, sizeof(name)) < 0)
  {
    if (errno != ENOENT || !lstat(path, &st)) hf_warn("ignoring ", s->label, "control-group: unable to read it") ;
    return ;
  }
  if (hf_group_scan(name, &gid) <= 0) { hf_warn("ignoring ", s->label, "control-group: no such group") ; return ; }
  if (fchownat(s->sup_fd, "control", (uid_t)-1, gid, 0) < 0 || fchmodat(s->sup_fd, "control", 0620, 0) < 0)
    hf_warnsys("unable to give ", s->label, "supervise/control to group ", name) ;
}

static void open_state (slot *s)
{
  s->state_fd = openat(s->sup_fd, "state", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644) ;
  if (s->state_fd < 0) fail(s, "open", "supervise/state") ;
}

void init_slot (slot *s, char const *supervise)
{
  s->child_pidfd = s->script_pidfd = s->notify_r = s->ok_r = -1 ;
  s->publish_at = HF_NEVER ;
  s->present = 1 ;
  make_supervise(s, supervise) ;
  take_lock(s) ;
  make_fifo(s, "control", 0600) ;
  make_fifo(s, "event", 0644) ;
  open_to_group(s) ;
  s->control_r = upgrade_inherited(&s->control_r) ;
  if (s->control_r < 0) s->control_r = open_fifo(s, "control", O_RDWR) ;
  open_state(s) ;
}

/* From here on clients believe that somebody listens. */
void open_ok (slot *s)
{
  s->ok_r = upgrade_inherited(&s->ok_r) ;
  if (s->ok_r >= 0) return ;
  make_fifo(s, "ok", 0622) ;
  s->ok_r = open_fifo(s, "ok", O_RDONLY) ;
}

/* An adopted logger or service may use another pipe than the one in supervise: that of a runsv
   of runit's, which has no name, or that of a directory that is no longer there. Then this is
   the pipe to go on with; it is opened through the process that has it. */
static int open_theirs (uint32_t pid, int fd, int flags, int any)
{
  char path[48 + UINT32_FMT] = "/proc/" ;
  char link[HF_PATH] ;
  struct stat st, ours ;
  ssize_t n ;
  size_t len = 6 + uint32_fmt(path + 6, pid) ;
  strcpy(path + len, fd ? "/fd/1" : "/fd/0") ;
  if (!pid || stat(path, &st) < 0 || !S_ISFIFO(st.st_mode) || fstatat(R.main.sup_fd, "logpipe", &ours, 0) < 0) return -1 ;
  if (st.st_ino == ours.st_ino && st.st_dev == ours.st_dev) return -1 ;
  n = readlink(path, link, sizeof(link) - 1) ;
  if (n < 0) return -1 ;
  link[n] = 0 ;
  if (!any && strncmp(link, "pipe:", 5) && !strstr(link, "/logpipe")) return -1 ;
  return open(path, flags | O_NONBLOCK | O_CLOEXEC) ;
}

static int open_write_end (void)
{
  uint32_t logger = L.st.m.phase == HF_PHASE_RUN ? L.st.child.pid : 0 ;
  uint32_t run = R.main.st.m.phase == HF_PHASE_RUN ? R.main.st.child.pid : 0 ;
  int fd = open_theirs(logger, 0, O_RDWR, 1) ;
  if (fd < 0 && !logger) fd = open_theirs(run, 1, O_RDWR, 0) ;
  return fd >= 0 ? fd : open_fifo(&R.main, "logpipe", O_RDWR) ;
}

static int open_read_end (void)
{
  char path[32] = "/proc/self/fd/" ;
  int fd ;
  path[14 + uint_fmt(path + 14, (unsigned int)R.pipe_w)] = 0 ;
  fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC) ;
  return fd >= 0 ? fd : open_fifo(&R.main, "logpipe", O_RDONLY) ;
}

/* Both ends are opened without blocking, then made blocking. The service's end is open for
   reading too, so that it has a reader, and the pipe keeps what is in it, when the logger and
   the supervisor die together; the logger's is not: it must see the end when all writers are
   gone. */
void init_logpipe (void)
{
  R.pipe_r = upgrade_inherited(&R.pipe_r) ;
  R.pipe_w = upgrade_inherited(&R.pipe_w) ;
  if (R.pipe_r >= 0 && R.pipe_w >= 0) return ;
  make_fifo(&R.main, "logpipe", 0600) ;
  if (R.pipe_w < 0) R.pipe_w = open_write_end() ;
  if (R.pipe_r < 0) R.pipe_r = open_read_end() ;
  if (ndelay_off(R.pipe_r) < 0 || ndelay_off(R.pipe_w) < 0) fail(&R.main, "prepare", "supervise/logpipe") ;
}

void close_slot (slot *s)
{
  int *fds[] = { &s->lock_fd, &s->state_fd, &s->control_r, &s->ok_r, &s->notify_r, &s->sup_fd } ;
  for (unsigned int i = 0 ; i < sizeof(fds) / sizeof(fds[0]) ; i++)
  {
    if (*fds[i] >= 0) fd_close(*fds[i]) ;
    *fds[i] = -1 ;
  }
}
