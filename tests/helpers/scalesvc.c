/* ISC license. */

/* The service of tests/bench/scale: says on the FIFO $SCALE when it runs, and waits. */

#include <skalibs/nonposix.h>

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

int main (void)
{
  struct timespec ts ;
  int64_t record[2] ;
  char const *fifo = getenv("SCALE") ;
  int fd ;
  clock_gettime(CLOCK_MONOTONIC, &ts) ;
  record[0] = (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec ;
  record[1] = getpid() ;
  fd = fifo ? open(fifo, O_WRONLY) : -1 ;
  if (fd < 0 || write(fd, record, sizeof(record)) < 0) return 1 ;
  close(fd) ;
  pause() ;
  return 0 ;
}
