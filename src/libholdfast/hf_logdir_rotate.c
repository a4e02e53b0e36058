/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <stdio.h>
#include <unistd.h>
#include <sys/stat.h>

#include <skalibs/types.h>

#include <holdfast/clock.h>
#include <holdfast/message.h>
#include <holdfast/log.h>

static void next_label (struct timespec *t)
{
  if (++t->tv_nsec < 1000000000L) return ;
  t->tv_nsec = 0 ;
  t->tv_sec++ ;
}

static int taken (hf_logdir const *d, char *name)
{
  static char const suffixes[] = "stu" ;
  unsigned int i ;
  struct stat st ;
  for (i = 0 ; i < 4 ; i++)
  {
    name[HF_LOG_LABEL + 1] = i < 3 ? suffixes[i] : d->suffix ;
    if (!fstatat(d->fd, name, &st, AT_SYMLINK_NOFOLLOW)) return 1 ;
  }
  return 0 ;
}

/* A label later than every other one, even if the clock was set back: the names say in
   which order the files were written, and the oldest is what is deleted. */
void hf_logdir_newlabel (hf_logdir *d, char *label)
{
  char name[HF_LOG_LABEL + 3] ;
  struct timespec t ;
  clock_gettime(CLOCK_REALTIME, &t) ;
  if (t.tv_sec < d->last.tv_sec || (t.tv_sec == d->last.tv_sec && t.tv_nsec <= d->last.tv_nsec))
  {
    t = d->last ;
    next_label(&t) ;
  }
  name[HF_LOG_LABEL] = '.' ;
  name[HF_LOG_LABEL + 2] = 0 ;
  for (;; next_label(&t))
  {
    hf_log_label_fmt(name, &t) ;
    if (!taken(d, name)) break ;
  }
  d->last = t ;
  memcpy(label, name, HF_LOG_LABEL) ;
}

static int trouble (hf_log *l, hf_logdir *d, char const *what)
{
  hf_log_stall(l, &d->sink, what, d->name) ;
  return 0 ;
}

static void say_renamed (hf_logdir const *d, char const *to)
{
  char fmt[UINT64_FMT] ;
  fmt[uint64_fmt(fmt, d->size)] = 0 ;
  hf_log_info("rename: ", d->name, "/current ", to, " ", fmt) ;
}

static int archive (hf_log *l, hf_logdir *d)
{
  char to[HF_LOG_LABEL + 3] ;
  if (d->multilog && d->processor) memcpy(to, "previous", 9) ;
  else
  {
    hf_logdir_newlabel(d, to) ;
    to[HF_LOG_LABEL] = '.' ;
    to[HF_LOG_LABEL + 1] = d->processor ? 'u' : d->suffix ;
    to[HF_LOG_LABEL + 2] = 0 ;
  }
  if (!hf_logdir_again(l, d)) return trouble(l, d, "write to current") ;
  d->again_len = (size_t)-1 ;
  if (fchmod(d->current_fd, d->mode | S_IXUSR) < 0) return trouble(l, d, "set mode of current") ;
  if (renameat(d->fd, "current", d->fd, to) < 0 && errno != ENOENT) return trouble(l, d, "rename current") ;
  if (l->verbose) say_renamed(d, to) ;
  hf_log_sync(l, d->current_fd) ;
  d->current_fd = -1 ;
  d->waiting = !!d->processor ;
  d->rotation = HF_LOG_ROTATE_OPEN ;
  return 1 ;
}

/* Rotation is a list of steps; the one that fails is tried again later. */
int hf_logdir_rotate (hf_log *l, hf_logdir *d)
{
  int archived = d->rotation == HF_LOG_ROTATE_RENAME ;
  d->want_rotate = 0 ;
  d->rotate_by = HF_NEVER ;
  if (d->rotation == HF_LOG_ROTATE_NO) return 1 ;
  if (d->rotation == HF_LOG_ROTATE_RENAME)
  {
    /* multilog has room for one file that is being processed */
    if (d->multilog && d->processor && (d->pid || d->waiting))
    {
      hf_logdir_process(l, d) ;
      if (!l->told) return 0 ;
      d->rotation = HF_LOG_ROTATE_NO ; /* at the end rather a file too large than a line lost */
      d->max = 0 ;
      return 1 ;
    }
    if (!archive(l, d)) return 0 ;
  }
  if (!hf_logdir_open_current(l, d)) return 0 ;
  if (archived) hf_logdir_prune(l, d) ;
  hf_logdir_process(l, d) ;
  return 1 ;
}
