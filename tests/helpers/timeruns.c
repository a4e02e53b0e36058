/* ISC license. */

/* timeruns ROUNDS LINKS: reads lines "LABEL WORD...", and runs each command once a round, in
   turn, so that whatever disturbs the machine disturbs all alike. Prints for each: label, the
   median time of a run divided by LINKS, in microseconds, and its ratio to the first line's. */

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#define COMMANDS 64
#define WORDS 1024

extern char **environ ;

static struct { char *words[WORDS] ; double *times ; } commands[COMMANDS] ;

static double now (void)
{
  struct timespec ts ;
  clock_gettime(CLOCK_MONOTONIC, &ts) ;
  return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3 ;
}

static int read_commands (int rounds)
{
  static char line[262144] ;
  int n = 0 ;
  while (n < COMMANDS && fgets(line, sizeof(line), stdin))
  {
    int k = 0 ;
    for (char *w = strtok(line, " \n") ; w && k < WORDS - 1 ; w = strtok(0, " \n")) commands[n].words[k++] = strdup(w) ;
    if (k < 2) continue ;
    commands[n++].times = calloc((size_t)rounds, sizeof(double)) ;
  }
  return n ;
}

static double run (char **argv)
{
  pid_t pid ;
  int w ;
  double t = now() ;
  if (posix_spawn(&pid, argv[0], 0, 0, argv, environ)) return -1 ;
  if (waitpid(pid, &w, 0) < 0 || w) return -1 ;
  return now() - t ;
}

static int compare (void const *a, void const *b)
{
  double x = *(double const *)a, y = *(double const *)b ;
  return (x > y) - (x < y) ;
}

int main (int argc, char **argv)
{
  int rounds = argc > 1 ? atoi(argv[1]) : 0 ;
  int links = argc > 2 ? atoi(argv[2]) : 0 ;
  int n ;
  double first = 0 ;
  if (rounds < 1 || links < 1) return 100 ;
  n = read_commands(rounds) ;
  for (int r = -1 ; r < rounds ; r++) /* the first round warms up */
    for (int i = 0 ; i < n ; i++)
    {
      double t = run(commands[i].words + 1) ;
      if (t < 0) { fprintf(stderr, "timeruns: %s does not run\n", commands[i].words[0]) ; return 111 ; }
      if (r >= 0) commands[i].times[r] = t ;
    }
  for (int i = 0 ; i < n ; i++)
  {
    double m ;
    qsort(commands[i].times, (size_t)rounds, sizeof(double), &compare) ;
    m = commands[i].times[rounds / 2] / links ;
    if (!i) first = m ;
    printf("%-28s %8.1f us %6.2f\n", commands[i].words[0], m, m / first) ;
  }
  return 0 ;
}
