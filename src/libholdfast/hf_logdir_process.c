/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <stdio.h>
#include <unistd.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <skalibs/selfpipe.h>
#include <skalibs/sig.h>
#include <skalibs/posixplz.h>

#include <holdfast/clock.h>
#include <holdfast/message.h>
#include <holdfast/log.h>

#include "hf_logdir-internal.h"

/* The oldest file that waits: an owner-x .u; one without x was left by a crash and may end
   in the middle of a line, so it is kept as it is. */
static int find_work (hf_logdir *d)
{
  struct dirent *e ;
  DIR *dir = hf_logdir_entries(d) ;
  struct stat st ;
  int found = 0 ;
  if (!dir) return 0 ;
  while ((e = readdir(dir)))
  {
    if (!hf_logdir_isarchive(e->d_name) || strcmp(e->d_name + HF_LOG_LABEL, ".u")) continue ;
    if (fstatat(d->fd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !(st.st_mode & S_IXUSR)) continue ;
    if (found && memcmp(e->d_name, d->label, HF_LOG_LABEL) > 0) continue ;
    memcpy(d->label, e->d_name, HF_LOG_LABEL) ;
    found = 1 ;
  }
  closedir(dir) ;
  return found ;
}

static void name_of (hf_logdir const *d, char *s, char suffix)
{
  if (d->multilog && suffix != d->suffix)
  {
    strcpy(s, suffix == 'u' ? "previous" : "processed") ;
    return ;
  }
  memcpy(s, d->label, HF_LOG_LABEL) ;
  s[HF_LOG_LABEL] = '.' ;
  s[HF_LOG_LABEL + 1] = suffix ;
  s[HF_LOG_LABEL + 2] = 0 ;
}

/* Files the processor writes are always new ones: an earlier processor that outlived its
   logger may still be writing to the old ones. */
static int create (hf_logdir const *d, char const *name)
{
  int fd ;
  unlinkat(d->fd, name, 0) ;
  fd = openat(d->fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, d->mode) ;
  if (fd >= 0 && d->gid != (gid_t)-1 && fchown(fd, -1, d->gid) < 0) { /* as good as it gets */ }
  return fd ;
}

static void child (hf_logdir const *d, int in, int out, int state, int newstate)
{
  char const *argv[4] = { "sh", "-c", d->processor, 0 } ;
  int fd[4] = { in, out, state, newstate } ;
  static int const to[4] = { 0, 1, 4, 5 } ;
  unsigned int i ;
  selfpipe_finish() ;
  sig_blocknone() ;
  if (fchdir(d->fd) < 0) _exit(111) ; /* before that number is taken for something else */
  for (i = 0 ; i < 4 ; i++) /* out of the way first */
  {
    fd[i] = fcntl(fd[i], F_DUPFD_CLOEXEC, 10) ;
    if (fd[i] < 0) _exit(111) ;
  }
  for (i = 0 ; i < 4 ; i++) if (dup2(fd[i], to[i]) < 0) _exit(111) ;
  execve("/bin/sh", (char *const *)argv, environ) ;
  _exit(111) ;
}

static void retry (hf_log *l, hf_logdir *d)
{
  int64_t wait = l->backoff_ms ;
  unsigned int i ;
  for (i = 0 ; i < d->failures && wait < l->backoff_max_ms ; i++) wait *= 2 ;
  d->failures++ ;
  d->process_at = l->now + (wait < l->backoff_max_ms ? wait : l->backoff_max_ms) ;
}

static int start (hf_log *l, hf_logdir *d)
{
  char name[HF_LOG_LABEL + 3] ;
  int in = -1, out = -1, state = -1, newstate = -1 ;
  char const *what = "open" ;
  name_of(d, name, 'u') ;
  in = openat(d->fd, name, O_RDONLY | O_CLOEXEC) ;
  if (in < 0) goto err ;
  if (l->verbose) hf_log_info("processing: ", d->name, "/", name) ;
  what = "open state of processor" ;
  state = openat(d->fd, "state", O_RDONLY | O_CREAT | O_CLOEXEC, d->mode) ;
  if (state < 0) goto err ;
  newstate = create(d, "newstate") ;
  if (newstate < 0) goto err ;
  what = "create output of processor" ;
  name_of(d, name, 't') ;
  out = create(d, name) ;
  if (out < 0) goto err ;
  what = "fork processor" ;
  d->pid = fork() ;
  if (d->pid < 0) { d->pid = 0 ; goto err ; }
  if (!d->pid) child(d, in, out, state, newstate) ;
  d->killed = 0 ;
 end:
  if (in >= 0) close(in) ;
  if (out >= 0) close(out) ;
  if (state >= 0) close(state) ;
  if (newstate >= 0) close(newstate) ;
  return !!d->pid ;
 err:
  hf_log_warnsys("unable to ", what, ": ", d->name, "/", name) ;
  retry(l, d) ;
  goto end ;
}

void hf_logdir_process (hf_log *l, hf_logdir *d)
{
  struct stat st ;
  if (!d->processor || d->pid || !d->waiting || d->fd < 0 || l->told) return ;
  if (d->failures && l->now < d->process_at) return ;
  if (d->multilog ? fstatat(d->fd, "previous", &st, 0) < 0 && errno == ENOENT : !find_work(d))
  {
    d->waiting = 0 ;
    return ;
  }
  start(l, d) ;
}

/* The processor succeeded: its output takes the place of what it read. */
static int finish (hf_log *l, hf_logdir *d)
{
  char from[HF_LOG_LABEL + 3], out[HF_LOG_LABEL + 3], to[HF_LOG_LABEL + 3] ;
  int fd ;
  name_of(d, from, 'u') ;
  name_of(d, out, 't') ;
  if (d->multilog) hf_logdir_newlabel(d, d->label) ;
  name_of(d, to, d->suffix) ;
  fd = openat(d->fd, out, O_RDONLY | O_CLOEXEC) ;
  if (fd < 0 || fsync(fd) < 0 || fchmod(fd, d->mode | S_IXUSR) < 0) goto err ;
  close(fd) ;
  fd = -1 ;
  /* a finished "processed" is known by its mode, so a crash here is made good at the next start */
  if (d->multilog && unlinkat(d->fd, from, 0) < 0 && errno != ENOENT) goto err ;
  if (renameat(d->fd, out, d->fd, to) < 0) goto err ;
  if (renameat(d->fd, "newstate", d->fd, "state") < 0) hf_log_warnsys("unable to rename newstate: ", d->name) ;
  if (!d->multilog && unlinkat(d->fd, from, 0) < 0 && errno != ENOENT) hf_log_warnsys("unable to remove: ", d->name, "/", from) ;
  if (l->verbose) hf_log_info("processed: ", d->name, "/", to) ;
  return 1 ;
 err:
  hf_log_warnsys("unable to finish: ", d->name, "/", out) ;
  if (fd >= 0) close(fd) ;
  return 0 ;
}

int hf_logdir_processed (hf_log *l, hf_logdir *d, pid_t pid, int wstat)
{
  char out[HF_LOG_LABEL + 3] ;
  if (!d->pid || pid != d->pid) return 0 ;
  d->pid = 0 ;
  if (WIFEXITED(wstat) && !WEXITSTATUS(wstat) && !d->killed && finish(l, d)) d->failures = 0 ;
  else
  {
    if (!d->killed) hf_log_warn("processor failed, restart: ", d->name) ;
    name_of(d, out, 't') ;
    unlinkat(d->fd, out, 0) ;
    retry(l, d) ;
  }
  if (!d->failures)
  {
    if (d->multilog) d->waiting = 0 ;
    hf_logdir_prune(l, d) ; /* what it read may have been deleted meanwhile as the oldest: now it is one more again */
  }
  hf_logdir_process(l, d) ;
  return 1 ;
}
