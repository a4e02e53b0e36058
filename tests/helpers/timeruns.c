/* ISC license. */

/* timeruns ROUNDS LINKS: reads lines "LABEL WORD...", and runs each command once a round, in
   turn, so that whatever disturbs the machine disturbs all alike; lines of one label count as
   one. Prints for each label the median time of a run divided by LINKS, in microseconds, and its
   ratio to the first label's; then the same of the processor time, user and system. What the
   commands print is thrown away. */

#include <skalibs/nonposix.h>

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#define COMMANDS 256
#define WORDS 1024

extern char **environ ;

static struct { char *words[WORDS] ; int label ; } commands[COMMANDS] ;
static struct { char *name ; double *wall, *cpu ; int n, max ; } labels[COMMANDS] ;
static int nlabels ;

static double now (void)
{
  struct timespec ts ;
  clock_gettime(CLOCK_MONOTONIC, &ts) ;
  return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3 ;
}

static double micro (struct timeval const *t)
{
  return (double)t->tv_sec * 1e6 + (double)t->tv_usec ;
}

static int label_of (char *name, int rounds)
{
  int i = 0 ;
  while (i < nlabels && strcmp(labels[i].name, name)) i++ ;
  if (i == nlabels) labels[nlabels++].name = name ;
  labels[i].max += rounds ;
  return i ;
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
    commands[n].label = label_of(commands[n].words[0], rounds) ;
    n++ ;
  }
  for (int i = 0 ; i < nlabels ; i++)
  {
    labels[i].wall = calloc((size_t)labels[i].max, sizeof(double)) ;
    labels[i].cpu = calloc((size_t)labels[i].max, sizeof(double)) ;
  }
  return n ;
}

/* 1, or 0: it does not run. */
static int run (char **argv, double *wall, double *cpu)
{
  static posix_spawn_file_actions_t actions ;
  static int ready ;
  struct rusage ru ;
  pid_t pid ;
  int w ;
  double t ;
  if (!ready++)
  {
    posix_spawn_file_actions_init(&actions) ;
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0) ;
  }
  t = now() ;
  if (posix_spawn(&pid, argv[0], &actions, 0, argv, environ)) return 0 ;
  if (wait4(pid, &w, 0, &ru) < 0 || w) return 0 ;
  *wall = now() - t ;
  *cpu = micro(&ru.ru_utime) + micro(&ru.ru_stime) ;
  return 1 ;
}

static int compare (void const *a, void const *b)
{
  double x = *(double const *)a, y = *(double const *)b ;
  return (x > y) - (x < y) ;
}

static double median (double *x, int n, int links)
{
  qsort(x, (size_t)n, sizeof(double), &compare) ;
  return x[n / 2] / links ;
}

int main (int argc, char **argv)
{
  int rounds = argc > 1 ? atoi(argv[1]) : 0 ;
  int links = argc > 2 ? atoi(argv[2]) : 0 ;
  int n ;
  double wall, cpu, wall0 = 0, cpu0 = 0 ;
  if (rounds < 1 || links < 1) return 100 ;
  n = read_commands(rounds) ;
  for (int r = -1 ; r < rounds ; r++) /* the first round warms up */
    for (int i = 0 ; i < n ; i++)
    {
      int l = commands[i].label, k = labels[l].n ;
      if (!run(commands[i].words + 1, &wall, &cpu)) { fprintf(stderr, "timeruns: %s does not run\n", labels[l].name) ; return 111 ; }
      if (r < 0) continue ;
      labels[l].wall[k] = wall ;
      labels[l].cpu[k] = cpu ;
      labels[l].n++ ;
    }
  for (int i = 0 ; i < nlabels ; i++)
  {
    wall = median(labels[i].wall, labels[i].n, links) ;
    cpu = median(labels[i].cpu, labels[i].n, links) ;
    if (!i) { wall0 = wall ; cpu0 = cpu ; }
    printf("%-28s %8.1f us %6.2f  cpu %8.1f us %6.2f\n", labels[i].name, wall, wall / wall0, cpu, cpu0 > 0 ? cpu / cpu0 : 0) ;
  }
  return 0 ;
}
