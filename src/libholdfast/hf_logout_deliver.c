/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <skalibs/djbunix.h>

#include <holdfast/clock.h>
#include <holdfast/message.h>
#include <holdfast/log.h>

#define PIECE 4096            /* a pipe that takes a byte takes so many without blocking */
#define STATUS_SIZE 1001      /* multilog's = */

static int is_plain (int fd)
{
  struct stat st ;
  return !fstat(fd, &st) && S_ISREG(st.st_mode) ;
}

void hf_logout_init (hf_log const *l, hf_logout *o, int kind, char const *name)
{
  memset(o, 0, sizeof(*o)) ;
  o->kind = kind ;
  o->name = name ;
  o->fd = kind == HF_LOGOUT_STDOUT ? 1 : kind == HF_LOGOUT_STDERR ? 2 : -1 ;
  o->any_size = o->fd >= 0 && is_plain(o->fd) ;
  o->limit = l->line_max < HF_LOGOUT_LINE ? l->line_max : HF_LOGOUT_LINE ;
  o->facility = 3 ;
  o->level = 6 ;
  o->threshold = 7 ;
  o->sink.policy = kind == HF_LOGOUT_STDOUT ? HF_LOG_BLOCK_INPUT : HF_LOG_DROP ;
  o->sink.patience = kind == HF_LOGOUT_STDERR ? 3000 : 1000 ;
  o->sink.form.start = 1 ;
  o->sink.form.prefix = "" ;
  o->sink.form.whole = 1 ;
  o->sink.form.yes = '+' ;
  o->sink.form.no = '-' ;
}

void hf_logout_close (hf_logout *o)
{
  if (o->fd > 2) close(o->fd) ;
  o->fd = -1 ;
  free(o->pending) ;
  o->pending = 0 ;
}

int hf_logout_poll (hf_logout const *o, short *events)
{
  if (!o->want_out || o->fd < 0) return -1 ;
  *events = POLLOUT ;
  return o->fd ;
}

int hf_logout_wait (hf_log *l, hf_logout *o)
{
  if (!o->sink.stalled) o->sink.since = l->now ;
  o->sink.stalled = 1 ;
  o->sink.lost.err = EAGAIN ;
  o->sink.retry_at = l->now + l->retry_ms ;
  o->want_out = 1 ;
  return 0 ;
}

/* Nobody reads it any more: that is not a reason to end. */
static int lost_reader (hf_log *l, hf_logout *o)
{
  hf_log_stall(l, &o->sink, "write to", o->name) ;
  return 0 ;
}

static int has_room (hf_logout const *o)
{
  struct pollfd p = { .fd = o->fd, .events = POLLOUT } ;
  return o->any_size || poll(&p, 1, 0) > 0 ;
}

/* The copy that goes through fd 1, which other programs may share: at most PIECE bytes when
   poll says that there is room, so O_NONBLOCK is not needed. */
static int deliver_stream (hf_log *l, hf_logout *o)
{
  hf_logsink *k = &o->sink ;
  while (k->pos.at < l->len)
  {
    hf_logpos next = k->pos ;
    size_t n ;
    ssize_t w ;
    int ended ;
    hf_log_pass(l, k) ;
    next = k->pos ;
    n = hf_log_render(l, &k->form, &next, hf_log_scratch, o->any_size ? HF_LOG_OUT : PIECE, (size_t)-1, &ended) ;
    if (!n) { k->pos = next ; break ; }
    if (!has_room(o)) return hf_logout_wait(l, o) ;
    do w = write(o->fd, hf_log_scratch, n) ; while (w < 0 && errno == EINTR) ;
    if (w < 0) return errno == EAGAIN ? hf_logout_wait(l, o) : lost_reader(l, o) ;
    if ((size_t)w == n) k->pos = next ;
    else hf_log_render(l, &k->form, &k->pos, hf_log_scratch, w, (size_t)-1, &ended) ;
  }
  return 1 ;
}

/* Stamp, prefix, the first bytes of the line, dots if there may be more. */
static size_t short_line (hf_log *l, hf_logout *o, size_t at, char const *s, size_t n, char *to)
{
  hf_logform const *f = &o->sink.form ;
  size_t k ;
  int dots ;
  char const *stamp = hf_log_stamp_at(l, f->stamp, at, &k) ;
  memcpy(to, stamp, k) ;
  memcpy(to + k, f->prefix, f->prefixlen) ;
  k += f->prefixlen ;
  dots = n >= o->limit ;
  n -= dots && o->over ;
  memcpy(to + k, s, n) ;
  k += n ;
  if (dots) { memcpy(to + k, "...", 3) ; k += 3 ; }
  to[k++] = '\n' ;
  return k ;
}

static int send_stderr (hf_log *l, hf_logout *o, size_t at, char const *s, size_t n)
{
  size_t k = short_line(l, o, at, s, n, hf_log_scratch) ;
  ssize_t w ;
  if (!has_room(o)) return hf_logout_wait(l, o) ;
  if (k > PIECE && !o->any_size) { hf_log_scratch[PIECE - 1] = '\n' ; k = PIECE ; }
  do w = write(o->fd, hf_log_scratch, k) ; while (w < 0 && errno == EINTR) ;
  return w >= 0 || errno != EAGAIN ? 1 : hf_logout_wait(l, o) ;
}

/* As in runit: what cannot be sent is written to the log directory instead, saying so. */
static int send_udp (hf_log *l, hf_logdir *d, hf_logout *o, size_t at, char const *s, size_t n)
{
  static char const nosocket[] = "warning: no udp socket available: " ;
  static char const failed[] = "warning: failure sending through udp: " ;
  char text[HF_LOG_NOTE] ;
  char const *what = failed ;
  size_t k, m = short_line(l, o, at, s, n, hf_log_scratch) ;
  if (o->fd < 0)
  {
    o->fd = socket(o->addr.sa.sa_family, SOCK_DGRAM, 0) ;
    if (o->fd >= 0) coe(o->fd) ;
  }
  if (o->fd < 0) what = nosocket ;
  else if (sendto(o->fd, hf_log_scratch, m, MSG_DONTWAIT | MSG_NOSIGNAL, &o->addr.sa, o->addrlen) == (ssize_t)m) return 1 ;
  k = strlen(what) ;
  memcpy(text, what, k) ;
  if (n > sizeof(text) - k) n = sizeof(text) - k ;
  memcpy(text + k, s, n) ;
  hf_logdir_note(l, d, text, k + n) ;
  return 1 ;
}

/* The line at the start of the file, newlines up to STATUS_SIZE bytes. */
static int send_status (hf_log *l, hf_logout *o, size_t at, char const *s, size_t n)
{
  char text[STATUS_SIZE] ;
  size_t k ;
  char const *stamp = hf_log_stamp_at(l, o->sink.form.stamp, at, &k) ;
  if (o->fd < 0) o->fd = open(o->name, O_WRONLY | O_CREAT | O_NONBLOCK | O_CLOEXEC, 0600) ;
  if (o->fd < 0) { hf_log_stall(l, &o->sink, "open status file", o->name) ; return 0 ; }
  memset(text, '\n', sizeof(text)) ;
  memcpy(text, stamp, k) ;
  if (n > sizeof(text) - 1 - k) n = sizeof(text) - 1 - k ;
  memcpy(text + k, s, n) ;
  if (pwrite(o->fd, text, sizeof(text), 0) == sizeof(text)) return 1 ;
  hf_log_stall(l, &o->sink, "write to status file", o->name) ;
  return 0 ;
}

static int send_line (hf_log *l, hf_logdir *d, hf_logout *o, size_t at, char const *s, size_t n)
{
  switch (o->kind)
  {
    case HF_LOGOUT_STDERR : return send_stderr(l, o, at, s, n) ;
    case HF_LOGOUT_UDP : return send_udp(l, d, o, at, s, n) ;
    case HF_LOGOUT_SYSLOG : return hf_logout_syslog(l, o, at, s, n) ;
    case HF_LOGOUT_STATUS : return send_status(l, o, at, s, n) ;
    default : return 1 ;
  }
}

static int mark_loss (hf_log *l, hf_logdir *d, hf_logout *o)
{
  char s[400] ;
  hf_loglost was = o->sink.lost ;
  size_t n = hf_log_loss_text(s, &was) ;
  if (n > o->limit) n = o->limit ;
  if (!send_line(l, d, o, l->old, s, n)) return 0 ;
  memset(&o->sink.lost, 0, sizeof(o->sink.lost)) ;
  return 1 ;
}

static int deliver_lines (hf_log *l, hf_logdir *d, hf_logout *o)
{
  hf_logpos *p = &o->sink.pos ;
  if (o->sink.lost.lines && !mark_loss(l, d, o)) return 0 ;
  for (;;)
  {
    size_t end ;
    hf_log_pass(l, &o->sink) ;
    if (p->at >= l->len || !hf_log_line(l, p->at, o->limit, &end)) return hf_logout_flush(l, o) ;
    if (hf_log_chosen(l, &o->sink.form, p->at, l->s + p->at, end - p->at)
     && !send_line(l, d, o, p->at, l->s + p->at, end - p->at)) return 0 ;
    p->at = end ;
    p->mid = 1 ;              /* the newline, or the rest of a longer line, is passed over */
    p->chosen = 0 ;
  }
}

int hf_logout_deliver (hf_log *l, hf_logdir *d, hf_logout *o)
{
  hf_logsink *k = &o->sink ;
  if (k->stalled && l->now < k->retry_at && !o->want_out) return !hf_log_behind(l, k) ;
  if (!k->stalled && k->pos.at >= l->len && !o->pending_len) return 1 ;
  o->want_out = 0 ;
  if (o->kind == HF_LOGOUT_STDOUT ? deliver_stream(l, o) : deliver_lines(l, d, o))
  {
    k->stalled = 0 ;
    return 1 ;
  }
  return !hf_log_behind(l, k) ;
}
