/* ISC license. */

/* init: a minimal process 1. It runs stage 1, keeps stage 2 (which execs runsvdir) running and
   reaps; told to end, it passes TERM to stage 2, waits for it, runs stage 3, and switches the
   machine off (USR2, PWR), halts (USR1) or restarts it (TERM, INT), as busybox' tools want.
   Build: musl-gcc -static -Os -o init init.c */

#define _GNU_SOURCE
#include <signal.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t run (char const *stage)
{
  pid_t pid = fork() ;
  if (!pid) { sigset_t none ; sigemptyset(&none) ; sigprocmask(SIG_SETMASK, &none, 0) ; setsid() ; execl(stage, stage, (char *)0) ; _exit(127) ; }
  return pid ;
}

static void await (pid_t pid) { pid_t p ; do p = wait(0) ; while (p != pid && p != -1) ; }

int main (void)
{
  sigset_t set ;
  int sig, end[] = { SIGUSR2, SIGPWR, SIGUSR1, SIGTERM, SIGINT } ;
  pid_t tree, p ;
  sigfillset(&set) ;
  sigprocmask(SIG_SETMASK, &set, 0) ;
  reboot(RB_DISABLE_CAD) ;
  await(run("/etc/holdfast/1")) ;
  tree = run("/etc/holdfast/2") ;
  for (;;)
  {
    sigwait(&set, &sig) ;
    for (unsigned int i = 0 ; i < sizeof end / sizeof *end ; i++) if (sig == end[i]) goto stop ;
    while ((p = waitpid(-1, 0, WNOHANG)) > 0) if (p == tree) tree = run("/etc/holdfast/2") ;
  }
 stop:
  kill(tree, SIGTERM) ;
  await(tree) ;
  await(run("/etc/holdfast/3")) ;
  sync() ;
  reboot(sig == SIGUSR1 ? RB_HALT_SYSTEM : sig == SIGTERM || sig == SIGINT ? RB_AUTOBOOT : RB_POWER_OFF) ;
  return 111 ;
}
