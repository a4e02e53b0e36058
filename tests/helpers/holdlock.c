/* ISC license. */

/* holdlock flock|fcntl|ofd FILE: takes that lock on the whole file at once or exits 1;
   prints "held", and holds it until its input ends. */

#include <skalibs/nonposix.h>

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static int take (char const *kind, int fd)
{
  struct flock fl = { .l_type = F_WRLCK, .l_whence = SEEK_SET } ;
  if (!strcmp(kind, "flock")) return flock(fd, LOCK_EX | LOCK_NB) ;
  if (!strcmp(kind, "fcntl")) return fcntl(fd, F_SETLK, &fl) ;
#ifdef F_OFD_SETLK
  if (!strcmp(kind, "ofd")) return fcntl(fd, F_OFD_SETLK, &fl) ;
#endif
  _exit(100) ;
}

int main (int argc, char **argv)
{
  char c ;
  int fd ;
  if (argc < 3) return 100 ;
  fd = open(argv[2], O_RDWR | O_CREAT, 0600) ;
  if (fd < 0) return 111 ;
  if (take(argv[1], fd) < 0) return 1 ;
  if (write(1, "held\n", 5) < 5) return 111 ;
  while (read(0, &c, 1) > 0) ;
  return 0 ;
}
