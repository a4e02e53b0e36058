/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>
#include <dirent.h>

#include <holdfast/message.h>
#include <holdfast/log.h>

#include "hf_logdir-internal.h"

int hf_logdir_isarchive (char const *name)
{
  return name[0] == '@' && strlen(name) == HF_LOG_LABEL + 2 ;
}

DIR *hf_logdir_entries (hf_logdir const *d)
{
  DIR *dir = 0 ;
  int fd = openat(d->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (fd < 0) return 0 ;
  dir = fdopendir(fd) ;
  if (!dir) close(fd) ;
  return dir ;
}

int hf_logdir_count (hf_logdir const *d, char *oldest, char *newest, uint64_t *bytes)
{
  struct dirent *e ;
  int n = 0 ;
  DIR *dir = hf_logdir_entries(d) ;
  if (!dir) return -1 ;
  *oldest = *newest = 0 ;
  if (bytes) *bytes = 0 ;
  while ((e = readdir(dir)))
  {
    struct stat st ;
    if (!hf_logdir_isarchive(e->d_name)) continue ;
    if (e->d_name[HF_LOG_LABEL + 1] == 't') continue ;
    n++ ;
    if (!*oldest || strcmp(e->d_name, oldest) < 0) memcpy(oldest, e->d_name, HF_LOG_LABEL + 3) ;
    if (!*newest || strcmp(e->d_name, newest) > 0) memcpy(newest, e->d_name, HF_LOG_LABEL + 3) ;
    if (bytes && !fstatat(d->fd, e->d_name, &st, AT_SYMLINK_NOFOLLOW)) *bytes += st.st_size ;
  }
  closedir(dir) ;
  return n ;
}

/* Output of a processor that is not running any more. */
static void remove_leftovers (hf_logdir const *d)
{
  struct dirent *e ;
  DIR *dir = hf_logdir_entries(d) ;
  if (!dir) return ;
  while ((e = readdir(dir)))
    if (hf_logdir_isarchive(e->d_name) && e->d_name[HF_LOG_LABEL + 1] == 't'
     && (!d->pid || memcmp(e->d_name, d->label, HF_LOG_LABEL)))
      unlinkat(d->fd, e->d_name, 0) ;
  closedir(dir) ;
}

static int delete_archive (hf_log const *l, hf_logdir *d, char const *name)
{
  if (unlinkat(d->fd, name, 0) < 0)
  {
    hf_log_warnsys("unable to delete: ", d->name, "/", name) ;
    return 0 ;
  }
  if (l && l->verbose) hf_log_info("delete: ", d->name, "/", name) ;
  return 1 ;
}

static int too_old (hf_logdir const *d, char const *name)
{
  struct stat st ;
  struct timespec now ;
  if (!d->keep_ms || fstatat(d->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0) return 0 ;
  clock_gettime(CLOCK_REALTIME, &now) ;
  return (int64_t)now.tv_sec - (int64_t)st.st_mtime > d->keep_ms / 1000 ;
}

/* svlogd: one file too many is deleted, as in runit (n lowered later deletes nothing in one
   go); multilog: all that n says. The limits of age and size are always kept to. */
void hf_logdir_prune (hf_log *l, hf_logdir *d)
{
  char oldest[HF_LOG_LABEL + 3], newest[HF_LOG_LABEL + 3] ;
  uint64_t bytes = 0 ;
  int by_number = 1 ;
  remove_leftovers(d) ;
  while (d->n || d->keep_bytes || d->keep_ms)
  {
    int n = hf_logdir_count(d, oldest, newest, d->keep_bytes ? &bytes : 0) ;
    if (n <= 0) break ;
    if (d->n && (d->multilog ? (unsigned int)n >= d->n : by_number && (unsigned int)n > d->n)) by_number = 0 ;
    else if (!(d->keep_bytes && bytes > d->keep_bytes) && !too_old(d, oldest)) break ;
    if (!delete_archive(l, d, oldest)) break ;
  }
}

int hf_logdir_trim (hf_logdir *d)
{
  char oldest[HF_LOG_LABEL + 3], newest[HF_LOG_LABEL + 3] ;
  int n = hf_logdir_count(d, oldest, newest, 0) ;
  if (n <= 0 || (unsigned int)n <= d->nmin) return 0 ;
  if (!d->trim && d->n && d->nmin >= d->n) return 0 ;
  if (!d->trim && !d->n) return 0 ;
  if (!delete_archive(0, d, oldest)) return 0 ;
  hf_log_warn("out of disk space, delete: ", d->name, "/", oldest) ;
  return 1 ;
}
