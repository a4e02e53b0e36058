/* ISC license. */

/* hydra HEADS FILE: HEADS processes that ignore TERM and hold FILE's lock, each of which makes
   another in a session of its own every few milliseconds, and ends: no list of them is true for
   long. All are gone after a minute, or when FILE is. Not faster, since what nobody has the
   time to reap fills the table of processes. */

#include <skalibs/nonposix.h>

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <sys/file.h>

#define NAP 5000000           /* ns */

static time_t now (void)
{
  struct timespec ts ;
  clock_gettime(CLOCK_MONOTONIC, &ts) ;
  return ts.tv_sec ;
}

static void live (char const *file, time_t end)
{
  struct timespec nap = { .tv_nsec = NAP } ;
  while (now() < end && !access(file, F_OK))
  {
    setsid() ;
    nanosleep(&nap, 0) ;
    if (fork() > 0) _exit(0) ;
  }
}

int main (int argc, char **argv)
{
  time_t end = now() + 60 ;
  int fd ;
  if (argc != 3) return 100 ;
  fd = open(argv[2], O_RDWR | O_CREAT, 0600) ;
  if (fd < 0 || flock(fd, LOCK_EX) < 0) return 111 ;
  signal(SIGTERM, SIG_IGN) ;
  for (int i = atoi(argv[1]) ; i > 0 ; i--)
    if (!fork()) { live(argv[2], end) ; _exit(0) ; }
  signal(SIGTERM, SIG_DFL) ;
  pause() ;
  return 0 ;
}
