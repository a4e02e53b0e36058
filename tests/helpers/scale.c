/* ISC license. */

/* scale [-s SIGNAL] [-r RESCAN] [-x STOP] [-i IDLE] [-l LOGGER] [-q] LABEL N DIR PROGRAM...: makes
   N services in DIR (each with a logger that runs the command LOGGER), runs the scan supervisor
   PROGRAM on them and measures: all up, memory, idle wake-ups, a service killed and back (not with
   -q), a directory moved in (RESCAN is the command that makes it seen), all gone (by SIGNAL, default
   TERM, or the command STOP, which finds the pid in SCALE_PID). One line of figures; back and moved
   are medians. */

#include <skalibs/nonposix.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define KILLS 11
#define MOVES 11
#define SLOW 100000000        /* ns: who takes longer to see a directory is asked once */

static int fifo ;
static pid_t last ;

static int64_t now (void)
{
  struct timespec ts ;
  clock_gettime(CLOCK_MONOTONIC, &ts) ;
  return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec ;
}

/* The time at which the next service says it runs; 0 if none does in time. */
static int64_t next_start (int ms)
{
  int64_t record[2] ;
  struct pollfd x = { .fd = fifo, .events = POLLIN } ;
  if (poll(&x, 1, ms) <= 0 || read(fifo, record, sizeof(record)) != sizeof(record)) return 0 ;
  last = (pid_t)record[1] ;
  return record[0] ;
}

static int64_t field (char const *file, char const *name)
{
  char line[256] ;
  int64_t n = -1 ;
  FILE *f = fopen(file, "r") ;
  if (!f) return -1 ;
  while (n < 0 && fgets(line, sizeof(line), f))
    if (!strncmp(line, name, strlen(name))) n = atoll(line + strlen(name)) ;
  fclose(f) ;
  return n ;
}

/* All that runs below us, but the services: their number, wake-ups, and the dirty memory of at
   most 100 of them. */
struct sum { int n ; int64_t switches ; int sampled ; int64_t dirty ; } ;

static void look (pid_t pid, struct sum *s, int self)
{
  char path[64], comm[32] = "" ;
  char list[400000] ;
  ssize_t r ;
  int fd ;
  snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid) ;
  fd = open(path, O_RDONLY | O_CLOEXEC) ;
  r = fd < 0 ? 0 : read(fd, comm, sizeof(comm) - 1) ;
  if (fd >= 0) close(fd) ;
  if (!self && r > 0 && strncmp(comm, "run\n", 4) && strncmp(comm, "scalesvc", 8))
  {
    s->n++ ;
    snprintf(path, sizeof(path), "/proc/%d/status", (int)pid) ;
    s->switches += field(path, "voluntary_ctxt_switches:") ;
    snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", (int)pid) ;
    if (s->n > 1 && s->sampled < 100) { s->dirty += field(path, "Private_Dirty:") ; s->sampled++ ; }
  }
  snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)pid, (int)pid) ;
  fd = open(path, O_RDONLY | O_CLOEXEC) ;
  if (fd < 0) return ;
  for (size_t n = 0 ; ; n += (size_t)r)
  {
    r = n + 1 < sizeof(list) ? read(fd, list + n, sizeof(list) - 1 - n) : 0 ;
    if (r <= 0) { list[n] = 0 ; break ; }
  }
  close(fd) ;
  for (char *p = list ; *p ; ) { pid_t c = (pid_t)strtol(p, &p, 10) ; if (c > 0) look(c, s, 0) ; while (*p == ' ') p++ ; }
}

static int by_size (void const *a, void const *b)
{
  int64_t x = *(int64_t const *)a, y = *(int64_t const *)b ;
  return x < y ? -1 : x > y ;
}

static char const *logger ;

static void make_logger (char const *dir)
{
  char path[4200], text[600] ;
  int fd, n = snprintf(text, sizeof(text), "#!/bin/sh\nmkdir -p main\nexec %s\n", logger) ;
  snprintf(path, sizeof(path), "%s/log", dir) ;
  mkdir(path, 0755) ;
  snprintf(path, sizeof(path), "%s/log/run", dir) ;
  fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755) ;
  if (fd < 0 || write(fd, text, (size_t)n) != n) { perror(path) ; exit(111) ; }
  close(fd) ;
}

static void make_service (char const *dir, char const *program)
{
  char run[4200] ;
  mkdir(dir, 0755) ;
  if (logger) make_logger(dir) ;
  snprintf(run, sizeof(run), "%s/run", dir) ;
  if (symlink(program, run) < 0 && errno != EEXIST) { perror(run) ; exit(111) ; }
}

static double median (int64_t *t, int n)
{
  qsort(t, (size_t)n, sizeof(t[0]), &by_size) ;
  return (double)t[n / 2] / 1000 ;
}

/* From the rename to the first instruction of the service. */
static double moves (char const *dir, char const *svc, char const *rescan)
{
  char from[4200], to[4200] ;
  int64_t t[MOVES], begin ;
  int n = 0 ;
  do
  {
    struct timespec ts = { .tv_nsec = 50000000 } ;
    snprintf(from, sizeof(from), "%s/.new", dir) ;
    snprintf(to, sizeof(to), "%s/new-%d", dir, n) ;
    make_service(from, svc) ;
    nanosleep(&ts, 0) ;
    begin = now() ;
    if (rename(from, to) < 0 || (rescan && system(rescan))) return -1 ;
    t[n] = next_start(8000) ;
    if (!t[n]) return -1 ;
    t[n] -= begin ;
  }
  while (t[n] < SLOW && ++n < MOVES) ;
  return median(t, n < MOVES ? n + 1 : MOVES) ;
}

static double kills (pid_t pid)
{
  int64_t t[KILLS] ;
  for (int i = 0 ; i < KILLS ; i++)
  {
    struct timespec ts = { .tv_sec = 1, .tv_nsec = 100000000 } ;
    int64_t begin ;
    nanosleep(&ts, 0) ;
    begin = now() ;
    kill(pid, SIGKILL) ;
    t[i] = next_start(5000) ;
    if (!t[i]) return -1 ;
    t[i] -= begin ;
    pid = last ;
  }
  return median(t, KILLS) ;
}

int main (int argc, char **argv)
{
  char path[4200], other[4200], svc[4200] ;
  char const *rescan = 0, *stop = 0 ;
  int sig = SIGTERM, idle = 5, n, got = 0, c, quick = 0 ;
  int64_t begin, end = 0, gone ;
  struct sum before = { 0 }, after = { 0 } ;
  double up, killed = 0, moved ;
  struct timespec settle = { .tv_sec = 2 } ;
  pid_t pid ;
  while ((c = getopt(argc, argv, "+s:r:x:i:ql:")) != -1)
    if (c == 'l') logger = optarg ; else if (c == 's') sig = atoi(optarg) ; else if (c == 'r') rescan = optarg ; else if (c == 'x') stop = optarg ;
    else if (c == 'i') idle = atoi(optarg) ; else if (c == 'q') quick = 1 ; else return 100 ;
  argv += optind ;
  n = atoi(argv[1]) ;
  snprintf(path, sizeof(path), "%s/.fifo", argv[2]) ;
  mkdir(argv[2], 0755) ;
  if (mkfifo(path, 0600) < 0 && errno != EEXIST) return 111 ;
  fifo = open(path, O_RDWR | O_CLOEXEC) ;
  fcntl(fifo, F_SETPIPE_SZ, 1 << 20) ;
  setenv("SCALE", path, 1) ;
  snprintf(svc, sizeof(svc), "%s/helpers/scalesvc", getenv("BUILD")) ;
  for (int i = 0 ; i < n ; i++) { snprintf(other, sizeof(other), "%s/service-%05d", argv[2], i) ; make_service(other, svc) ; }
  prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) ;
  begin = now() ;
  pid = fork() ;
  if (!pid) { execvp(argv[3], argv + 3) ; perror(argv[3]) ; _exit(127) ; }
  snprintf(path, sizeof(path), "%d", (int)pid) ;
  setenv("SCALE_PID", path, 1) ;
  while (got < n) { int64_t t = next_start(30000) ; if (!t) break ; got++ ; if (t > end) end = t ; }
  up = (double)(end - begin) / 1e6 ;
  nanosleep(&settle, 0) ;
  look(getpid(), &before, 1) ;
  settle.tv_sec = idle ;
  nanosleep(&settle, 0) ;
  look(getpid(), &after, 1) ;
  if (!quick) killed = kills(last) ;
  moved = moves(argv[2], svc, rescan) ;
  begin = now() ;
  if (stop) { if (system(stop)) return 111 ; }
  else kill(pid, sig) ;
  while (wait(0) > 0 || errno == EINTR) ;
  gone = now() ;
  printf("%-22s %6d %9.0f %9.1f %9lld %9.0f %10.0f %9.0f\n", argv[0], got, up, before.sampled ? (double)before.dirty / before.sampled * (before.n - 1) / n : 0,
    (long long)(after.switches - before.switches), killed, moved, (double)(gone - begin) / 1e6) ;
  return 0 ;
}
