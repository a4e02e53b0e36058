/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

#include <skalibs/types.h>

#include <holdfast/message.h>
#include <holdfast/log.h>

#define LOST_SIZE 256         /* the file never grows: it can be rewritten when the disk is full */

static size_t words (char *s, char const *name, char const *value, size_t n)
{
  size_t k = strlen(name) ;
  memcpy(s, name, k) ;
  s[k++] = ' ' ;
  memcpy(s + k, value, n) ;
  k += n ;
  s[k++] = '\n' ;
  return k ;
}

static uint64_t value (char const *text, char const *name)
{
  char const *p = strstr(text, name) ;
  uint64_t u = 0 ;
  if (p) uint64_scan(p + strlen(name), &u) ;
  return u ;
}

void hf_logdir_lost_load (hf_logdir *d)
{
  char s[LOST_SIZE + 1] ;
  ssize_t n ;
  int fd = openat(d->fd, "lost", O_RDONLY | O_NONBLOCK | O_CLOEXEC) ;
  d->lossfile = fd >= 0 ;
  d->total_lines = d->total_bytes = 0 ;
  if (fd < 0)
  {
    hf_loglost none = { .lines = 0 } ;
    if (d->sink.policy == HF_LOG_DROP) hf_logdir_lost_save(d, &none) ;
    return ;
  }
  n = read(fd, s, LOST_SIZE) ;
  close(fd) ;
  if (n <= 0) return ;
  s[n] = 0 ;
  d->total_lines = value(s, "lines ") ;
  d->total_bytes = value(s, "bytes ") ;
}

/* Text, one value a line, padded with spaces: lines, bytes, the stamps of the first and the last
   loss of the latest outage, and what the trouble was. */
void hf_logdir_lost_save (hf_logdir *d, hf_loglost const *lost)
{
  char s[LOST_SIZE + 64] ;
  char fmt[HF_LOG_STAMP] ;
  char const *why = hf_error_text(lost->err) ;
  size_t n = 0, k ;
  int fd = openat(d->fd, "lost", O_WRONLY | O_CREAT | O_NONBLOCK | O_CLOEXEC, d->mode) ;
  if (fd < 0) return ;
  n += words(s + n, "lines", fmt, uint64_fmt(fmt, d->total_lines + lost->lines)) ;
  n += words(s + n, "bytes", fmt, uint64_fmt(fmt, d->total_bytes + lost->bytes)) ;
  if (lost->lines || lost->bytes)
  {
    hf_log_label_fmt(fmt, &lost->from) ;
    n += words(s + n, "from", fmt, HF_LOG_LABEL) ;
    hf_log_label_fmt(fmt, &lost->to) ;
    n += words(s + n, "to", fmt, HF_LOG_LABEL) ;
    k = strlen(why) ;
    n += words(s + n, "reason", why, k > 60 ? 60 : k) ;
  }
  memset(s + n, ' ', LOST_SIZE - 1 - n) ;
  s[LOST_SIZE - 1] = '\n' ;
  if (pwrite(fd, s, LOST_SIZE, 0) == LOST_SIZE) d->lossfile = 1 ;
  close(fd) ;
}
