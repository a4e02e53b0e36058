/* ISC license. */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <holdfast/lock.h>

#ifdef F_OFD_SETLK

static int ofd (int fd, int wait)
{
  struct flock fl = { .l_type = F_WRLCK, .l_whence = SEEK_SET } ;
  int r = fcntl(fd, wait ? F_OFD_SETLKW : F_OFD_SETLK, &fl) ;
  if (r < 0 && errno == EINVAL) return 0 ; /* a kernel without them */
  if (r < 0 && errno == EACCES) errno = EAGAIN ;
  return r ;
}

#else

static int ofd (int fd, int wait)
{
  (void)fd ;
  (void)wait ;
  return 0 ;
}

#endif

int hf_lock (int fd, int wait)
{
  int e ;
  if (flock(fd, wait ? LOCK_EX : LOCK_EX | LOCK_NB) < 0) return -1 ;
  if (ofd(fd, wait) >= 0) return 0 ;
  e = errno ;
  flock(fd, LOCK_UN) ;
  errno = e ;
  return -1 ;
}

int hf_lock_open (char const *file)
{
  return openat(AT_FDCWD, file, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_NOCTTY, 0600) ;
}
