/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <stdio.h>
#include <unistd.h>
#include <sys/stat.h>

#include <holdfast/message.h>
#include <holdfast/log.h>

static void keep (hf_logdir *d, char const *file, char suffix)
{
  char name[HF_LOG_LABEL + 3] ;
  hf_logdir_newlabel(d, name) ;
  name[HF_LOG_LABEL] = '.' ;
  name[HF_LOG_LABEL + 1] = suffix ;
  name[HF_LOG_LABEL + 2] = 0 ;
  if (renameat(d->fd, file, d->fd, name) < 0) hf_log_warnsys("unable to rename: ", d->name, "/", file) ;
}

/* 0 absent, 1 there, 2 there and finished: its owner may execute it */
static int look (hf_logdir const *d, char const *file)
{
  struct stat st ;
  if (fstatat(d->fd, file, &st, AT_SYMLINK_NOFOLLOW) < 0) return 0 ;
  return st.st_mode & S_IXUSR ? 2 : 1 ;
}

/* What a multilog that died left, under the names multilog gives it: a finished "processed"
   is an archive and what it was made from is not needed; an unprocessed "previous" and a
   current that was not closed become .u. */
void hf_logdir_recover (hf_log *l, hf_logdir *d)
{
  int previous = look(d, "previous") ;
  int processed = look(d, "processed") ;
  if (processed == 2)
  {
    if (previous) unlinkat(d->fd, "previous", 0) ;
    keep(d, "processed", d->suffix) ;
  }
  else
  {
    if (processed) unlinkat(d->fd, "processed", 0) ;
    if (previous) keep(d, "previous", 'u') ;
  }
  if (look(d, "current") == 1) keep(d, "current", 'u') ;
  hf_logdir_prune(l, d) ;
}
