/* ISC license. */

#include <skalibs/nonposix.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>
#include <sys/socket.h>

#include <skalibs/djbunix.h>
#include <skalibs/types.h>

#include <holdfast/clock.h>
#include <holdfast/message.h>
#include <holdfast/log.h>

static size_t put (char *s, char const *text)
{
  size_t n = strlen(text) ;
  memcpy(s, text, n) ;
  return n ;
}

static size_t host (char *s, size_t max)
{
  size_t i ;
  if (gethostname(s, max) < 0) *s = 0 ;
  s[max - 1] = 0 ;
  for (i = 0 ; s[i] ; i++) if (s[i] <= 32 || s[i] > 126) s[i] = '-' ;
  if (!i) s[i++] = '-' ;
  s[i++] = ' ' ;
  return i ;
}

/* RFC 5424: "<30>1 2026-01-31T23:59:59.123456Z host tag - - - text".
   RFC 3164: "<30>Jan 31 23:59:59 host tag: text"; without the host to a local socket, as syslog(3). */
size_t hf_logout_record (hf_log *l, hf_logout const *o, size_t at, int severity, char const *s, size_t n, char *out)
{
  size_t k = 0, stamplen ;
  char const *stamp = hf_log_stamp_at(l, o->rfc3164 ? HF_LOG_STAMP_BSD : HF_LOG_STAMP_ISO, at, &stamplen) ;
  out[k++] = '<' ;
  k += uint_fmt(out + k, o->facility << 3 | severity) ;
  k += put(out + k, o->rfc3164 ? ">" : ">1 ") ;
  memcpy(out + k, stamp, stamplen) ;
  k += stamplen ;
  if (!o->rfc3164 || o->remote) k += host(out + k, 256) ;
  k += put(out + k, o->tag) ;
  k += put(out + k, o->rfc3164 ? ": " : " - - - ") ;
  memcpy(out + k, o->sink.form.prefix, o->sink.form.prefixlen) ;
  k += o->sink.form.prefixlen ;
  memcpy(out + k, s, n) ;
  return k + n ;
}

static void disconnect (hf_logout *o)
{
  if (o->fd >= 0) fd_close(o->fd) ;
  o->fd = -1 ;
  o->connected = 0 ;
  o->want_out = 0 ;
  o->pending_at = 0 ;         /* a record sent in part is sent again, whole */
}

static int trouble (hf_log *l, hf_logout *o)
{
  disconnect(o) ;
  hf_log_stall(l, &o->sink, "send to", o->name) ;
  return 0 ;
}

static int start_connect (hf_log *l, hf_logout *o)
{
  o->fd = socket(o->addr.sa.sa_family, o->stream ? SOCK_STREAM : SOCK_DGRAM, 0) ;
  if (o->fd < 0 || ndelay_on(o->fd) < 0 || coe(o->fd) < 0) return trouble(l, o) ;
  if (!connect(o->fd, &o->addr.sa, o->addrlen))
  {
    o->connected = 2 ;
    return 1 ;
  }
  if (errno != EINPROGRESS) return trouble(l, o) ;
  o->connected = 1 ;
  return hf_logout_wait(l, o) ;
}

static int writable (int fd)
{
  struct pollfd p = { .fd = fd, .events = POLLOUT } ;
  return poll(&p, 1, 0) > 0 ;
}

static int connected (hf_log *l, hf_logout *o)
{
  int e = 0 ;
  socklen_t n = sizeof(e) ;
  if (o->fd < 0) return start_connect(l, o) ;
  if (o->connected == 2) return 1 ;
  if (!writable(o->fd)) return hf_logout_wait(l, o) ;
  if (getsockopt(o->fd, SOL_SOCKET, SO_ERROR, &e, &n) < 0) e = errno ;
  if (e) { errno = e ; return trouble(l, o) ; }
  o->connected = 2 ;
  return 1 ;
}

/* A stream that the other side has closed still takes bytes, once. */
static int is_closed (hf_logout const *o)
{
  char c ;
  ssize_t r ;
  do r = recv(o->fd, &c, 1, MSG_DONTWAIT) ; while (r > 0 || (r < 0 && errno == EINTR)) ;
  if (!r) errno = ECONNRESET ;
  return !r || (errno != EAGAIN && errno != EWOULDBLOCK) ;
}

static int send_pending (hf_log *l, hf_logout *o)
{
  while (o->pending_at < o->pending_len)
  {
    ssize_t r = send(o->fd, o->pending + o->pending_at, o->pending_len - o->pending_at, MSG_NOSIGNAL | MSG_DONTWAIT) ;
    if (r >= 0) o->pending_at += r ;
    else if (errno == EAGAIN || errno == EWOULDBLOCK) return hf_logout_wait(l, o) ;
    else if (errno != EINTR) return trouble(l, o) ;
  }
  o->pending_at = o->pending_len = 0 ;
  return 1 ;
}

int hf_logout_flush (hf_log *l, hf_logout *o)
{
  if (!o->pending_len) return 1 ;
  return connected(l, o) && send_pending(l, o) ;
}

/* The record is this sink's own from here on: the line is taken. */
static int send_stream (hf_log *l, hf_logout *o, char const *s, size_t n)
{
  if (is_closed(o)) return trouble(l, o) ;
  if (!o->rfc3164)            /* RFC 6587: the length before it, else a newline after it */
  {
    o->pending_len = size_fmt(o->pending, n) ;
    o->pending[o->pending_len++] = ' ' ;
  }
  memcpy(o->pending + o->pending_len, s, n) ;
  o->pending_len += n ;
  if (o->rfc3164) o->pending[o->pending_len++] = '\n' ;
  send_pending(l, o) ;
  return 1 ;
}

static int send_datagram (hf_log *l, hf_logout *o, char const *s, size_t n)
{
  unsigned int try ;
  for (try = 0 ; try < 3 ; try++)
  {
    if (send(o->fd, s, n, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0) return 1 ;
    if (errno == EINTR) continue ;
    if (errno == EAGAIN || errno == EWOULDBLOCK) return hf_logout_wait(l, o) ;
    if (errno == ENOBUFS && o->remote) return hf_logout_wait(l, o) ;
    if (errno == EMSGSIZE && n > 1024) { n = 1024 ; continue ; }
    /* the news of an earlier datagram that nobody took */
    if (errno == ECONNREFUSED && o->remote) continue ;
    break ;
  }
  return trouble(l, o) ;
}

static int severity_of (hf_log const *l, hf_logout const *o, char const *s, size_t n, size_t *skip)
{
  hf_logform const *f = &o->sink.form ;
  unsigned int i = f->nrules ;
  int r = hf_log_severity(s, n, skip) ;
  (void)l ;
  while (i--)
    if (f->rules[i].op >= '0' && f->rules[i].op <= '7' && hf_log_match(f->rules[i].kind, f->rules[i].pat, f->rules[i].len, s, n))
      return f->rules[i].op - '0' ;
  return r >= 0 ? r : o->level ;
}

int hf_logout_syslog (hf_log *l, hf_logout *o, size_t at, char const *s, size_t n)
{
  size_t skip, k ;
  int severity = severity_of(l, o, s, n, &skip) ;
  if (severity > o->threshold) return 1 ;
  if (!connected(l, o) || !hf_logout_flush(l, o)) return 0 ;
  k = hf_logout_record(l, o, at, severity, s + skip, n - skip, hf_log_scratch) ;
  return o->stream ? send_stream(l, o, hf_log_scratch, k) : send_datagram(l, o, hf_log_scratch, k) ;
}
