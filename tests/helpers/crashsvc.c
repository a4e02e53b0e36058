/* ISC license. */

/* crashsvc: what the services of the fault tests run, by symbolic links to it: ./run, ./finish,
   control/X of the service, ./run of its log/. Everything is told to files of the service
   directory:

     events   one line each: "run PID", "finish PID CODE SIGNAL", "control X", "log PID",
              and "overlap WHAT" if there is a second one at the same time
     sent.PID one byte for each line "PID N" that run PID has written to its log
     lines    what the logger got (in the service directory, not in log/)

   Files that change what run does: "pace" (microseconds between lines, default 500; 0: never
   waits), "ready" (tells readiness on that descriptor and closes it), "last" (exits with that
   code after that many lines, "CODE LINES"), "nap" (finish and control scripts take so many
   ms), "control-exit" (their exit code). */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

static void event (char const *text)
{
  char b[128] ;
  int fd = open("events", O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644) ;
  int n = snprintf(b, sizeof(b), "%s\n", text) ;
  if (fd < 0 || write(fd, b, (size_t)n) != n) _exit(112) ;
  close(fd) ;
}

/* One at a time: held until the process ends. */
static void alone (char const *what)
{
  char b[64] ;
  int fd ;
  snprintf(b, sizeof(b), "only.%s", what) ;
  fd = open(b, O_RDWR | O_CREAT | O_CLOEXEC, 0644) ;
  if (fd < 0) _exit(112) ;
  if (!flock(fd, LOCK_EX | LOCK_NB)) return ;
  snprintf(b, sizeof(b), "overlap %s", what) ;
  event(b) ;
}

static int number (char const *file, int other, int *second)
{
  char b[64] ;
  ssize_t n = openreadnclose_nb(file, b, sizeof(b) - 1) ;
  char *end ;
  int x ;
  if (n <= 0) return other ;
  b[n] = 0 ;
  x = (int)strtol(b, &end, 10) ;
  if (second) *second = (int)strtol(end, 0, 10) ;
  return x ;
}

static void nap_us (int us)
{
  struct timespec ts = { us / 1000000, us % 1000000 * 1000 } ;
  nanosleep(&ts, 0) ;
}

static void tell_ready (void)
{
  int fd = number("ready", -1, 0) ;
  if (fd < 0) return ;
  if (write(fd, "\n", 1) < 1) event("trouble ready") ;
  close(fd) ;
}

static int run (void)
{
  char b[64] ;
  int pace = number("pace", 500, 0) ;
  int lines = 0 ;
  int code = number("last", 0, &lines) ;
  int sent ;
  alone("run") ;
  snprintf(b, sizeof(b), "run %d", (int)getpid()) ;
  event(b) ;
  snprintf(b, sizeof(b), "sent.%d", (int)getpid()) ;
  sent = open(b, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644) ;
  if (sent < 0) return 112 ;
  tell_ready() ;
  for (int i = 1 ; !lines || i <= lines ; i++)
  {
    int n = snprintf(b, sizeof(b), "%d %d\n", (int)getpid(), i) ;
    if (write(1, b, (size_t)n) != n) { event("trouble write") ; return 113 ; }
    if (write(sent, "", 1) != 1) return 112 ;
    if (pace) nap_us(pace) ;
  }
  return code ;
}

static int finish (int argc, char **argv)
{
  char b[64] ;
  alone("run") ;
  alone("finish") ;
  snprintf(b, sizeof(b), "finish %d %s %s", (int)getpid(), argc > 1 ? argv[1] : "?", argc > 2 ? argv[2] : "?") ;
  event(b) ;
  nap_us(number("nap", 0, 0) * 1000) ;
  return 0 ;
}

static int control (char const *letter)
{
  char b[64] ;
  alone("control") ;
  snprintf(b, sizeof(b), "control %s", letter) ;
  event(b) ;
  nap_us(number("nap", 0, 0) * 1000) ;
  return number("control-exit", 0, 0) ;
}

/* Ends at the end of its input, or of TERM with everything it has read written. */
static int logger (void)
{
  char b[65536] ;
  sigset_t term ;
  int out ;
  sigemptyset(&term) ;
  sigaddset(&term, SIGTERM) ;
  sigprocmask(SIG_BLOCK, &term, 0) ;
  if (chdir("..") < 0) return 112 ;
  alone("log") ;
  snprintf(b, sizeof(b), "log %d", (int)getpid()) ;
  event(b) ;
  out = open("lines", O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644) ;
  if (out < 0) return 112 ;
  for (;;)
  {
    struct pollfd x = { .fd = 0, .events = POLLIN } ;
    sigset_t none ;
    ssize_t n ;
    sigemptyset(&none) ;
    if (ppoll(&x, 1, 0, &none) < 0) continue ;
    n = read(0, b, sizeof(b)) ;
    if (n <= 0) return 0 ;
    if (write(out, b, (size_t)n) != n) return 112 ;
  }
}

int main (int argc, char **argv)
{
  char cwd[4096] ;
  char const *slash = strrchr(argv[0], '/') ;
  char const *what = slash ? slash + 1 : argv[0] ;
  if (!strncmp(argv[0], "control/", 8)) return control(what) ;
  if (!strcmp(what, "finish")) return finish(argc, argv) ;
  if (!getcwd(cwd, sizeof(cwd))) return 112 ;
  slash = strrchr(cwd, '/') ;
  return slash && !strcmp(slash, "/log") ? logger() : run() ;
}
