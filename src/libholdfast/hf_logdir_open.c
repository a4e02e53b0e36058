/* ISC license. */

#include <skalibs/nonposix.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <stdio.h>
#include <unistd.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <holdfast/clock.h>
#include <holdfast/message.h>
#include <holdfast/log.h>

#include "hf_logdir-internal.h"

void hf_logdir_init (hf_logdir *d, char const *name)
{
  memset(d, 0, sizeof(*d)) ;
  d->name = name ;
  d->fd = d->lock_fd = d->current_fd = -1 ;
  hf_logdir_defaults(d) ;
}

/* What config may change, as it is without one. */
void hf_logdir_defaults (hf_logdir *d)
{
  d->suffix = 's' ;
  d->mode = 0644 ;
  d->gid = (gid_t)-1 ;
  d->max = 1000000 ;
  d->n = d->nmin = 10 ;
  d->keep_bytes = 0 ;
  d->keep_ms = 0 ;
  d->period = 0 ;
  d->processor = 0 ;
  d->nofile = d->collapse = d->trim = 0 ;
  d->sink.policy = HF_LOG_BLOCK_INPUT ;
  memset(&d->sink.form, 0, sizeof(d->sink.form)) ;
  d->sink.form.start = 1 ;
  d->sink.form.prefix = "" ;
  d->sink.form.yes = '+' ;
  d->sink.form.no = '-' ;
  d->nouts = 0 ;
}

/* Both kinds of locks, on one descriptor that lives as long as the program: flock is what
   runit and daemontools take, and s6 takes fcntl locks. */
static int lock (int fd)
{
  struct flock fl = { .l_type = F_WRLCK, .l_whence = SEEK_SET } ;
  if (flock(fd, LOCK_EX | LOCK_NB) < 0) return 0 ;
#ifdef F_OFD_SETLK
  if (!fcntl(fd, F_OFD_SETLK, &fl)) return 1 ;
  if (errno != EINVAL) return 0 ;
#endif
  return !fcntl(fd, F_SETLK, &fl) ;
}

int hf_logdir_lock (hf_logdir *d, char const **what)
{
  int e ;
  *what = "open log directory" ;
  d->fd = open(d->name, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (d->fd < 0) goto err ;
  *what = "open lock" ;
  d->lock_fd = openat(d->fd, "lock", O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK | O_CLOEXEC, 0600) ;
  if (d->lock_fd < 0) goto err ;
  *what = "lock directory" ;
  if (lock(d->lock_fd)) return 1 ;
 err:
  e = errno ;
  hf_logdir_release(d) ;
  errno = e ;
  return 0 ;
}

void hf_logdir_release (hf_logdir *d)
{
  unsigned int i ;
  for (i = 0 ; i < d->nouts ; i++) hf_logout_close(d->outs + i) ;
  d->nouts = 0 ;
  if (d->current_fd >= 0) close(d->current_fd) ;
  if (d->lock_fd >= 0) close(d->lock_fd) ;
  if (d->fd >= 0) close(d->fd) ;
  d->fd = d->lock_fd = d->current_fd = -1 ;
}

static int trouble (hf_log *l, hf_logdir *d, char const *what)
{
  hf_log_stall(l, &d->sink, what, d->name) ;
  return 0 ;
}

/* Opens current, which is clean, empty or absent. */
static int open_clean (hf_log *l, hf_logdir *d, int fresh)
{
  struct stat st ;
  char c = '\n' ;
  int fd = openat(d->fd, "current", O_RDWR | O_CREAT | O_APPEND | O_NONBLOCK | O_CLOEXEC, d->mode) ;
  if (fd < 0) return trouble(l, d, fresh ? "create new current" : "open current") ;
  if (fstat(fd, &st) < 0 || (!S_ISREG(st.st_mode) && (errno = EINVAL, 1))
   || (d->gid != (gid_t)-1 && st.st_gid != d->gid && fchown(fd, -1, d->gid) < 0)
   || fchmod(fd, d->mode) < 0)
  {
    int e = errno ;
    close(fd) ;
    errno = e ;
    return trouble(l, d, "set mode of current") ;
  }
  d->current_fd = fd ;
  d->size = st.st_size ;
  d->torn = d->size && pread(fd, &c, 1, d->size - 1) == 1 && c != '\n' ;
  d->rotation = HF_LOG_ROTATE_NO ;
  d->want_rotate = 0 ;
  d->age_at = d->period ? l->now + d->period : HF_NEVER ;
  if (l->verbose) hf_log_info(d->size ? "append: " : "new: ", d->name, "/current") ;
  return 1 ;
}

/* A current that was not closed in an orderly way: it is set aside as it is, and no
   processor ever sees it. */
static int set_aside (hf_log *l, hf_logdir *d)
{
  char label[HF_LOG_LABEL + 3] ;
  hf_logdir_newlabel(d, label) ;
  memcpy(label + HF_LOG_LABEL, ".u", 3) ;
  if (renameat(d->fd, "current", d->fd, label) < 0) return trouble(l, d, "rename current") ;
  if (l->verbose) hf_log_info("rename: ", d->name, "/current ", label) ;
  hf_logdir_prune(l, d) ;
  return 1 ;
}

int hf_logdir_open_current (hf_log *l, hf_logdir *d)
{
  struct stat st ;
  if (fstatat(d->fd, "current", &st, 0) < 0)
  {
    if (errno != ENOENT) return trouble(l, d, "stat current") ;
    st.st_size = 0 ;
  }
  else if (st.st_size && !(st.st_mode & S_IXUSR) && !set_aside(l, d)) return 0 ;
  return open_clean(l, d, !st.st_size) ;
}

int hf_logdir_start (hf_log *l, hf_logdir *d)
{
  hf_logdir_lost_load(d) ;
  if (d->multilog) hf_logdir_recover(l, d) ;
  d->waiting = !!d->processor ;
  d->process_at = 0 ;
  d->failures = 0 ;
  d->sink.stalled = 0 ;
  d->rotation = HF_LOG_ROTATE_OPEN ;
  return hf_logdir_rotate(l, d) ;
}

void hf_logdir_stop (hf_log *l, hf_logdir *d)
{
  if (d->current_fd < 0) return ;
  hf_logdir_again(l, d) ;
  if (d->torn && d->sink.pos.chosen != HF_LOG_CHOSEN && write(d->current_fd, "\n", 1) == 1) d->torn = 0 ;
  fsync(d->current_fd) ;
  fchmod(d->current_fd, d->mode | S_IXUSR) ;
  close(d->current_fd) ;
  d->current_fd = -1 ;
  if (l->verbose) hf_log_info("close: ", d->name) ;
}
