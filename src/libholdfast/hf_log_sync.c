/* ISC license. */

#include <errno.h>
#include <unistd.h>
#include <string.h>

#include <holdfast/log.h>

/* A rotated file is brought to the disk by a child, because fsync may take long and the
   input must not wait. If the disk cannot follow, the oldest of the waiting files is left
   to the kernel's own write-back. */
void hf_log_sync (hf_log *l, int fd)
{
  if (l->nsyncs == HF_LOG_SYNCS)
  {
    close(l->syncs[0]) ;
    memmove(l->syncs, l->syncs + 1, (HF_LOG_SYNCS - 1) * sizeof(int)) ;
    l->nsyncs-- ;
  }
  l->syncs[l->nsyncs++] = fd ;
}

void hf_log_sync_run (hf_log *l)
{
  unsigned int i ;
  if (l->syncer || !l->nsyncs) return ;
  l->syncer = fork() ;
  if (l->syncer < 0) l->syncer = 0 ;
  else if (!l->syncer)
  {
    for (i = 0 ; i < l->ndirs ; i++) if (l->dirs[i].lock_fd >= 0) close(l->dirs[i].lock_fd) ;
    for (i = 0 ; i < 3 ; i++) close(i) ;
    for (i = 0 ; i < l->nsyncs ; i++) fsync(l->syncs[i]) ;
    _exit(0) ;
  }
  for (i = 0 ; i < l->nsyncs ; i++) close(l->syncs[i]) ;
  l->nsyncs = 0 ;
}

int hf_log_sync_ended (hf_log *l, pid_t pid)
{
  if (!l->syncer || pid != l->syncer) return 0 ;
  l->syncer = 0 ;
  return 1 ;
}
