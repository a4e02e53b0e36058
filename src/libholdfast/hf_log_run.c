/* ISC license. */

#include <skalibs/nonposix.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include <skalibs/selfpipe.h>
#include <skalibs/sig.h>
#include <skalibs/types.h>

#include "config.h"
#include <holdfast/clock.h>
#include <holdfast/message.h>
#include <holdfast/log.h>
#include <holdfast/stack.h>

#define LINE_WAIT 1000        /* ms after TERM for the last line to be finished */
#define STALL_WAIT 2000       /* ms after TERM for a sink that cannot write */
#define PROCESS_WAIT 5000     /* ms after TERM for a processor */
#define DRAIN_MAX 1048576     /* what a pipe can hold, at most, by default */
#define POLLS 32

#define USUAL (1000 + HF_LOG_BLOCK + 64)

HF_LOG_COLD char hf_log_usual[USUAL] ;

int hf_log_init (hf_log *l)
{
  static int const trapped[] = { SIGTERM, SIGHUP, SIGALRM, SIGCHLD } ;
  unsigned int i ;
  struct stat st ;
  if (l->block < HF_LOG_BLOCK) l->block = HF_LOG_BLOCK ;
  l->max = l->line_max + l->block ;
  l->s = l->max + 64 <= USUAL ? hf_log_usual : malloc(l->max + 64) ;
  if (!l->s) return 0 ;
  l->fifo = !fstat(0, &st) && S_ISFIFO(st.st_mode) ;
  l->spfd = selfpipe_init() ;
  if (l->spfd < 0) return 0 ;
  for (i = 0 ; i < sizeof(trapped) / sizeof(int) ; i++)
    if ((trapped[i] != SIGHUP || l->reload) && selfpipe_trap(trapped[i]) < 0) return 0 ;
  l->now = hf_clock_ms() ;
  return sig_altignore(SIGPIPE) >= 0 ;
}

/* Every sink has taken what it can: what is left is the beginning of a line. */
static void compact (hf_log *l)
{
  unsigned int i, j ;
  size_t low = l->len ;
  for (i = 0 ; i < l->ndirs ; i++)
  {
    if (l->dirs[i].sink.pos.at < low) low = l->dirs[i].sink.pos.at ;
    for (j = 0 ; j < l->dirs[i].nouts ; j++)
      if (l->dirs[i].outs[j].sink.pos.at < low) low = l->dirs[i].outs[j].sink.pos.at ;
  }
  for (i = 0 ; i < l->ndirs ; i++)
  {
    l->dirs[i].sink.pos.at -= low ;
    for (j = 0 ; j < l->dirs[i].nouts ; j++) l->dirs[i].outs[j].sink.pos.at -= low ;
  }
  if (low < l->len) memmove(l->s, l->s + low, l->len - low) ;
  if (low >= l->old)
  {
    l->when[0] = l->when[1] ;
    memset(l->have[0], 0, sizeof(l->have[0])) ;
  }
  l->len -= low ;
  l->old = l->len ;
}

static void replace (hf_log *l, char *s, size_t n)
{
  unsigned char *p = (unsigned char *)s ;
  while (n--) { *p = l->map[*p] ; p++ ; }
}

static void came (hf_log *l, size_t n)
{
  if (l->map) replace(l, l->s + l->len, n) ;
  l->open_line = l->s[l->len + n - 1] != '\n' ;
  l->len += n ;
  clock_gettime(CLOCK_REALTIME, &l->when[1]) ;
  memset(l->have[1], 0, sizeof(l->have[1])) ;
}

/* Never blocks on a pipe that another process reads, too; and the pipe's flags, which that
   process would share, are left alone. */
static ssize_t read_some (hf_log *l, char *s, size_t n)
{
  ssize_t r = -1 ;
#if HF_LINUX && defined(SYS_preadv2)
  if (l->fifo)
  {
    struct iovec v = { .iov_base = s, .iov_len = n } ;
    do r = syscall(SYS_preadv2, 0, &v, 1L, -1L, -1L, 8 /* RWF_NOWAIT */) ; while (r < 0 && errno == EINTR) ;
    if (r >= 0 || errno == EAGAIN) return r ;
    l->fifo = 0 ;
  }
#else
  (void)l ;
#endif
  do r = read(0, s, n) ; while (r < 0 && errno == EINTR) ;
  return r ;
}

/* The last line gets its newline. */
static void end_input (hf_log *l)
{
  l->ending = HF_LOG_LAST ;
  if (!l->open_line) return ;
  l->s[l->len] = '\n' ;
  came(l, 1) ;
}

static void input (hf_log *l, size_t max)
{
  ssize_t r = read_some(l, l->s + l->len, max) ;
  if (r > 0)
  {
    came(l, r) ;
    if (l->ending == HF_LOG_DRAINING) l->drain_left -= l->drain_left > (size_t)r ? (size_t)r : l->drain_left ;
  }
  else if (!r) end_input(l) ;
  else if (errno != EAGAIN)
  {
    hf_log_warnsys("unable to read standard input") ;
    end_input(l) ;
  }
}

/* 1: some sink needs the block for longer. */
static int deliver (hf_log *l)
{
  unsigned int i, j ;
  int behind = 0 ;
  for (i = 0 ; i < l->ndirs ; i++)
  {
    hf_logdir *d = l->dirs + i ;
    hf_logdir_tick(l, d) ;
    if (!hf_logdir_deliver(l, d)) behind = 1 ;
    for (j = 0 ; j < d->nouts ; j++) if (!hf_logout_deliver(l, d, d->outs + j)) behind = 1 ;
  }
  hf_log_sync_run(l) ;
  return behind ;
}

static void child_news (hf_log *l)
{
  for (;;)
  {
    unsigned int i ;
    int wstat ;
    pid_t pid = waitpid(-1, &wstat, WNOHANG) ;
    if (pid < 0 && errno == EINTR) continue ;
    if (pid <= 0) return ;
    if (hf_log_sync_ended(l, pid)) continue ;
    for (i = 0 ; i < l->ndirs ; i++) if (hf_logdir_processed(l, l->dirs + i, pid, wstat)) break ;
  }
}

static void told_to_end (hf_log *l)
{
  int n = 0 ;
  if (l->verbose) hf_log_info("sigterm received.") ;
  if (l->told) return ;
  l->told = 1 ;
  l->end_by = l->now + (l->ending == HF_LOG_PROCESSING ? PROCESS_WAIT : LINE_WAIT) ;
  if (l->ending) return ;
  l->ending = HF_LOG_DRAINING ;
  if (l->drain && !ioctl(0, FIONREAD, &n) && n > 0) l->drain_left = n < DRAIN_MAX ? n : DRAIN_MAX ;
}

/* 0: nothing left to log to. */
static int signals (hf_log *l)
{
  unsigned int i ;
  for (;;) switch (selfpipe_read())
  {
    case -1 :
    case 0 : return 1 ;
    case SIGTERM : told_to_end(l) ; break ;
    case SIGHUP :
      if (l->verbose) hf_log_info("sighangup received.") ;
      if (l->reload && !l->reload(l)) return 0 ;
      break ;
    case SIGALRM :
      if (l->verbose) hf_log_info("sigalarm received.") ;
      for (i = 0 ; i < l->ndirs ; i++) hf_logdir_want_rotate(l, l->dirs + i) ;
      break ;
    case SIGCHLD :
      if (l->verbose) hf_log_info("sigchild received.") ;
      child_news(l) ;
      break ;
  }
}

static int64_t deadline (hf_log const *l)
{
  int64_t t = !l->told ? HF_NEVER : l->now < l->end_by ? l->end_by : l->end_by + STALL_WAIT - LINE_WAIT ;
  unsigned int i, j ;
  if (l->told && t <= l->now) t = HF_NEVER ;
  for (i = 0 ; i < l->ndirs ; i++)
  {
    hf_logdir const *d = l->dirs + i ;
    int64_t u = hf_logdir_deadline(l, d) ;
    if (u < t) t = u ;
    for (j = 0 ; j < d->nouts ; j++) if (d->outs[j].sink.stalled && d->outs[j].sink.retry_at < t) t = d->outs[j].sink.retry_at ;
  }
  return t ;
}

static int poll_outs (hf_log const *l, struct pollfd *p, int n)
{
  unsigned int i, j ;
  for (i = 0 ; i < l->ndirs ; i++)
    for (j = 0 ; j < l->dirs[i].nouts && n < POLLS ; j++)
    {
      p[n].events = 0 ;
      p[n].fd = hf_logout_poll(l->dirs[i].outs + j, &p[n].events) ;
      if (p[n].fd >= 0) n++ ;
    }
  return n ;
}

/* The one place where it waits. want: bytes to read, 0: none now. */
static int wait_for_news (hf_log *l, size_t want)
{
  struct pollfd p[POLLS] = { { .fd = l->spfd, .events = POLLIN }, { .fd = want ? 0 : -1, .events = POLLIN } } ;
  int n = poll_outs(l, p, 2) ;
  int r = poll(p, n, hf_clock_poll(deadline(l), l->now)) ;
  l->now = hf_clock_ms() ;
  if (r <= 0) return 1 ;
  if (p[0].revents && !signals(l)) return 0 ;
  if (want && p[1].revents) input(l, want) ;
  return 1 ;
}

static int processing (hf_log const *l)
{
  unsigned int i ;
  if (l->syncer || l->nsyncs) return 1 ;
  for (i = 0 ; i < l->ndirs ; i++)
    if (l->dirs[i].pid || (l->dirs[i].waiting && !l->dirs[i].failures && !l->told)) return 1 ;
  return 0 ;
}

static int give_up (hf_log *l)
{
  unsigned int i ;
  int code = 0 ;
  for (i = 0 ; i < l->ndirs ; i++)
  {
    hf_logdir *d = l->dirs + i ;
    char fmt[UINT64_FMT] ;
    uint64_t before = d->sink.lost.bytes ;
    hf_log_drop(l, &d->sink) ;
    if (d->fd < 0 || d->sink.lost.bytes == before) continue ;
    fmt[uint64_fmt(fmt, d->sink.lost.bytes)] = 0 ;
    hf_log_warn("ended with ", fmt, " bytes unwritten: ", d->name) ;
    hf_logdir_lost_save(d, &d->sink.lost) ;
    code = 111 ;
  }
  return code ;
}

/* After TERM or the end of input. -1: not yet, else the exit code. */
static int may_end (hf_log *l, int behind, size_t *want)
{
  *want = 0 ;
  if (behind)
  {
    if (!l->told || l->now < l->end_by + STALL_WAIT - LINE_WAIT) return -1 ;
    return give_up(l) ;
  }
  if (l->ending == HF_LOG_DRAINING)
  {
    if (l->drain_left && l->now < l->end_by) *want = l->drain_left < l->block ? l->drain_left : l->block ;
    else if (l->open_line && l->now < l->end_by) *want = 1 ;
    else end_input(l) ;
    return -1 ;
  }
  if (l->ending == HF_LOG_LAST)
  {
    l->ending = HF_LOG_PROCESSING ;
    if (l->told) l->end_by = l->now + PROCESS_WAIT ;
    return -1 ;
  }
  return processing(l) && (!l->told || l->now < l->end_by) ? -1 : 0 ;
}

static void stop (hf_log *l)
{
  unsigned int i ;
  for (i = 0 ; i < l->ndirs ; i++)
  {
    hf_logdir *d = l->dirs + i ;
    if (d->fd < 0) continue ;
    if (d->pid) kill(d->pid, SIGTERM) ;
    hf_logdir_stop(l, d) ;
    hf_logdir_release(d) ;
  }
}

int hf_log_run (hf_log *l)
{
  int code = -1 ;
  hf_stack_release() ;
  for (;;)
  {
    int behind = deliver(l) ;
    size_t want = behind ? 0 : l->block ;
    if (!behind) compact(l) ;
    if (l->ending)
    {
      code = may_end(l, behind, &want) ;
      if (code >= 0) break ;
      if (!behind && (l->ending == HF_LOG_LAST || (l->ending == HF_LOG_PROCESSING && !processing(l)))) continue ;
    }
    if (!wait_for_news(l, want)) { code = 111 ; break ; }
  }
  stop(l) ;
  return code ;
}
