/* ISC license. */

#include <skalibs/nonposix.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include <holdfast/dir.h>
#include "config.h"

#if HF_LINUX
#include <sys/syscall.h>

/* As getdents64(2) has it. */
struct entry
{
  uint64_t ino ;
  int64_t off ;
  unsigned short len ;
  unsigned char type ;
  char name[] ;
} ;

static int each_of_fd (int fd, int (*f) (char const *, void *), void *data)
{
  union { struct entry first ; char room[1024] ; } b ;
  long n ;
  while ((n = syscall(SYS_getdents64, fd, b.room, sizeof(b))) > 0)
    for (long pos = 0 ; pos < n ; )
    {
      struct entry const *e = (void const *)(b.room + pos) ;
      int r = (*f)(e->name, data) ;
      if (r) return r ;
      pos += e->len ;
    }
  return n < 0 ? -1 : 0 ;
}

int hf_dir_each (char const *dir, int (*f) (char const *, void *), void *data)
{
  int fd = openat(AT_FDCWD, dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  int r, e ;
  if (fd < 0) return -1 ;
  r = each_of_fd(fd, f, data) ;
  e = errno ;
  fd_close(fd) ;
  errno = e ;
  return r ;
}

#else

int hf_dir_each (char const *dir, int (*f) (char const *, void *), void *data)
{
  DIR *d = opendir(dir) ;
  struct dirent *e ;
  int r = 0 ;
  if (!d) return -1 ;
  while (!r && (errno = 0, e = readdir(d))) r = (*f)(e->d_name, data) ;
  if (!r && errno) r = -1 ;
  closedir(d) ;
  return r ;
}

#endif
