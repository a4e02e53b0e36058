/* ISC license. */

#include <skalibs/nonposix.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include <holdfast/names.h>
#include "config.h"

static int is_real (char const *name)
{
  return name[0] != '.' || (name[1] && (name[1] != '.' || name[2])) ;
}

#if HF_LINUX

#include <sys/syscall.h>

/* What getdents64(2) gives; readdir(3) allocates. */
struct entry
{
  uint64_t ino ;
  int64_t off ;
  unsigned short len ;
  unsigned char type ;
  char name[] ;
} ;

int hf_names_each (char const *path, int (*f) (char const *, void *), void *data)
{
  union { struct entry first ; char room[1024] ; } b ;
  int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  int r = fd < 0 ? -1 : 0 ;
  while (!r)
  {
    long n = syscall(SYS_getdents64, fd, b.room, sizeof(b)) ;
    if (n < 0) r = -1 ;
    if (n <= 0) break ;
    for (long pos = 0 ; pos < n && !r ;)
    {
      struct entry const *e = (void const *)(b.room + pos) ;
      if (is_real(e->name)) r = (*f)(e->name, data) ;
      pos += e->len ;
    }
  }
  if (fd >= 0) fd_close(fd) ;
  return r ;
}

#else

int hf_names_each (char const *path, int (*f) (char const *, void *), void *data)
{
  DIR *dir = opendir(path) ;
  struct dirent const *d ;
  int r = 0 ;
  if (!dir) return -1 ;
  while (!r && (errno = 0, d = readdir(dir))) if (is_real(d->d_name)) r = (*f)(d->d_name, data) ;
  if (!r && errno) r = -1 ;
  closedir(dir) ;
  return r ;
}

#endif
