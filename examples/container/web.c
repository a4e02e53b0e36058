/* ISC license. */

/* Stands for the program the container is for: works until TERM, finishes for half a second,
   exits 0; on HUP it asks its load balancer to forget it, and goes on; on USR1 it fails, with
   code 3. */

#define _GNU_SOURCE
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void say (char const *s)
{
  (void)!write(1, s, strlen(s)) ;
}

int main (void)
{
  struct timespec half = { .tv_nsec = 500000000 } ;
  sigset_t set ;
  int sig ;
  sigemptyset(&set) ;
  sigaddset(&set, SIGTERM) ;
  sigaddset(&set, SIGUSR1) ;
  sigaddset(&set, SIGHUP) ;
  sigprocmask(SIG_BLOCK, &set, 0) ;
  say("serving\n") ;
  while (!sigwait(&set, &sig) && sig == SIGHUP) say("no new ones, please\n") ;
  if (sig == SIGUSR1) { say("failing\n") ; return 3 ; }
  say("finishing requests\n") ;
  nanosleep(&half, 0) ;
  say("finished\n") ;
  return 0 ;
}
