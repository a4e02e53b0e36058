/* ISC license. */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>

#include <skalibs/djbunix.h>

#include <holdfast/clock.h>
#include <holdfast/service.h>
#include <holdfast/watch.h>

int hf_watch_open (char const *supervise)
{
  char path[HF_PATH] ;
  if (!hf_path_join(path, sizeof(path), supervise, "event")) return -1 ;
  return openat(AT_FDCWD, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC) ;
}

/* ENXIO, the usual answer, costs one system call. */
void hf_watch_announce (char const *eventfifo)
{
  int fd = openc_write(eventfifo) ;
  if (fd >= 0) fd_close(fd) ;
}

int hf_watch_wait (int fd, long long deadline)
{
  struct pollfd x = { .fd = fd, .events = 0 } ;
  int64_t now = hf_clock_ms(), until = deadline ;
  int r ;
  if (fd < 0 && until > now + HF_WATCH_POLL_MS) until = now + HF_WATCH_POLL_MS ;
  r = poll(&x, fd >= 0, hf_clock_poll(until, now)) ;
  if (r < 0 && errno != EINTR) return -1 ;
  return r || until < deadline || hf_clock_ms() < deadline ;
}
