/* ISC license. */

#include <errno.h>
#include <unistd.h>
#include <fcntl.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/sig.h>

#include <holdfast/control.h>
#include <holdfast/service.h>

/* Opens the FIFO for writing: fd; -2 nobody reads it; -1 and errno. */
static int open_fifo (char const *supervise, char const *name)
{
  char path[HF_PATH] ;
  int fd ;
  if (!hf_path_join(path, sizeof(path), supervise, name)) return -1 ;
  fd = openat(AT_FDCWD, path, O_WRONLY | O_NONBLOCK | O_CLOEXEC) ;
  return fd < 0 && errno == ENXIO ? -2 : fd ;
}

int hf_control_alive (char const *supervise)
{
  int fd = open_fifo(supervise, "ok") ;
  if (fd < 0) return fd == -2 ? 0 : -1 ;
  fd_close(fd) ;
  return 1 ;
}

int hf_control_send (char const *supervise, char const *bytes, size_t n)
{
  int fd = open_fifo(supervise, "control") ;
  ssize_t r ;
  if (fd < 0) return fd == -2 ? 0 : -1 ;
  sig_altignore(SIGPIPE) ;
  r = fd_write(fd, bytes, n) ;
  fd_close(fd) ;
  if (r < 0) return errno == EPIPE ? 0 : -1 ;
  return (size_t)r == n ? 1 : (errno = EAGAIN, -1) ;
}
