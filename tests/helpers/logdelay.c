/* ISC license. */

/* logdelay N FILE LOGGER...: starts the logger on a pipe, writes N lines one at a time, each
   when the one before has arrived in FILE; prints the median of the delays in microseconds. */

#include <skalibs/nonposix.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <sys/stat.h>
#include <sys/wait.h>

static int by_size (void const *a, void const *b)
{
  double x = *(double const *)a, y = *(double const *)b ;
  return x < y ? -1 : x > y ;
}

static double us (void)
{
  struct timespec t ;
  clock_gettime(CLOCK_MONOTONIC, &t) ;
  return t.tv_sec * 1e6 + t.tv_nsec / 1e3 ;
}

int main (int argc, char *const *argv)
{
  static char const line[] = "a line that an ordinary program may write to its log, of some length\n" ;
  struct stat st ;
  double *d ;
  int p[2], n, i ;
  off_t size = 0 ;
  if (argc < 4 || pipe(p) < 0) return 100 ;
  n = atoi(argv[1]) ;
  d = malloc(n * sizeof(double)) ;
  if (!fork())
  {
    dup2(p[0], 0) ;
    close(p[0]) ;
    close(p[1]) ;
    execvp(argv[3], argv + 3) ;
    _exit(127) ;
  }
  close(p[0]) ;
  while (stat(argv[2], &st) < 0) usleep(1000) ;
  usleep(50000) ;
  for (i = 0 ; i < n ; i++)
  {
    double t ;
    usleep(100) ;
    t = us() ;
    if (write(p[1], line, sizeof(line) - 1) < 0) return 111 ;
    while (stat(argv[2], &st) < 0 || st.st_size == size) if (us() - t > 1e6) return 111 ;
    d[i] = us() - t ;
    size = st.st_size ;
  }
  close(p[1]) ;
  wait(0) ;
  qsort(d, n, sizeof(double), &by_size) ;
  printf("%.1f (worst of ten: %.1f)\n", d[n / 2], d[n * 9 / 10]) ;
  return 0 ;
}
