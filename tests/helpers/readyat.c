/* ISC license. */

/* readyat FILE [fd]: the service. Sleeps 50 ms, notes the time in FILE, writes the newline to fd (3), stays.
   readyat FILE ROUNDS WAITER... -- UP... -- DOWN...: starts WAITER, 50 ms later runs UP, and tells by the
   note how long after the newline WAITER had returned; then runs DOWN. Prints the median in microseconds. */

#include <skalibs/nonposix.h>

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 1000

extern char **environ ;

static double now (void)
{
  struct timespec ts ;
  clock_gettime(CLOCK_MONOTONIC, &ts) ;
  return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3 ;
}

static void nap (void)
{
  struct timespec ts = { .tv_sec = 0, .tv_nsec = 50000000 } ;
  nanosleep(&ts, 0) ;
}

static int serve (char const *file, int notify)
{
  int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600) ;
  double t ;
  nap() ;
  t = now() ;
  if (write(fd, &t, sizeof(t)) != sizeof(t) || write(notify, "\n", 1) != 1) return 111 ;
  for (;;) pause() ;
}

static pid_t launch (char **argv)
{
  pid_t pid ;
  if (posix_spawnp(&pid, argv[0], 0, 0, argv, environ)) exit(111) ;
  return pid ;
}

static void finish (pid_t pid)
{
  int w ;
  if (waitpid(pid, &w, 0) < 0 || w) { fprintf(stderr, "readyat: a command failed\n") ; exit(111) ; }
}

static int compare (void const *a, void const *b)
{
  double x = *(double const *)a, y = *(double const *)b ;
  return (x > y) - (x < y) ;
}

static double round_of (char const *file, char **waiter, char **up, char **down)
{
  pid_t w = launch(waiter) ;
  double t, noted ;
  int fd ;
  nap() ;
  finish(launch(up)) ;
  finish(w) ;
  t = now() ;
  fd = open(file, O_RDONLY) ;
  if (read(fd, &noted, sizeof(noted)) != sizeof(noted)) exit(111) ;
  close(fd) ;
  finish(launch(down)) ;
  return t - noted ;
}

int main (int argc, char **argv)
{
  static double d[ROUNDS] ;
  char **part[3] ;
  int n = 0, rounds ;
  if (argc < 4) return argc < 2 ? 100 : serve(argv[1], argc > 2 ? atoi(argv[2]) : 3) ;
  rounds = atoi(argv[2]) ;
  part[n++] = argv + 3 ;
  for (int i = 3 ; i < argc && n < 3 ; i++) if (!strcmp(argv[i], "--")) { argv[i] = 0 ; part[n++] = argv + i + 1 ; }
  if (n < 3 || rounds < 1 || rounds > ROUNDS) return 100 ;
  for (int i = 0 ; i < rounds ; i++) d[i] = round_of(argv[1], part[0], part[1], part[2]) ;
  qsort(d, (size_t)rounds, sizeof(double), &compare) ;
  printf("%.1f us\n", d[rounds / 2]) ;
  return 0 ;
}
