/* ISC license. */

#include <pthread.h>
#include <signal.h>
#include <unistd.h>
#include <sys/wait.h>

#include <holdfast/clock.h>
#include <holdfast/process.h>
#include "tap.h"

/* A grandchild that ends with the code, handed to us when its parent goes. */
static pid_t orphan (int code, int const *hold)
{
  int p[2] ;
  pid_t pid, middle ;
  if (pipe(p) < 0) return -1 ;
  middle = fork() ;
  if (!middle)
  {
    pid = fork() ;
    if (!pid)
    {
      char c ;
      close(p[0]) ; close(p[1]) ;
      close(hold[1]) ;
      if (read(hold[0], &c, 1) < 0) _exit(1) ;
      if (code < 0) kill(getpid(), -code) ;
      _exit(code) ;
    }
    _exit(write(p[1], &pid, sizeof(pid)) != sizeof(pid)) ;
  }
  if (read(p[0], &pid, sizeof(pid)) != sizeof(pid)) pid = -1 ;
  waitpid(middle, 0, 0) ;
  close(p[0]) ; close(p[1]) ;
  return pid ;
}

static void exits (int code, int reaped, char const *words)
{
  int hold[2], fd, w = -1 ;
  siginfo_t si ;
  pid_t pid ;
  if (pipe(hold) < 0) return ;
  pid = orphan(code, hold) ;
  fd = hf_pidfd_open(pid) ;
  ok(!hf_proc_exit(fd, pid, &w), "nothing is known of the end of what lives") ;
  close(hold[1]) ;
  close(hold[0]) ;
  waitid(P_PID, (id_t)pid, &si, WEXITED | (reaped ? 0 : WNOWAIT)) ;
  if (reaped && !hf_proc_exit(fd, pid, &w)) printf("ok %d - %s # SKIP this kernel forgets it\n", ++tap_n, words) ;
  else ok(hf_proc_exit(fd, pid, &w) && w == (code < 0 ? -code : code << 8), words) ;
  if (!reaped) waitpid(pid, 0, 0) ;
  if (fd >= 0) close(fd) ;
}

/* Two children, one of them made by another thread, which must live as long as it is looked for. */
static pid_t kids[2] ;
static int ready[2], over[2] ;

static void *thread (void *data)
{
  char c = 0 ;
  kids[1] = fork() ;
  if (!kids[1]) { pause() ; _exit(0) ; }
  if (write(ready[1], &c, 1) < 0 || read(over[0], &c, 1) < 0) return data ;
  return 0 ;
}

static int has (pid_t const *pids, int n, pid_t pid)
{
  while (n-- > 0) if (pids[n] == pid) return 1 ;
  return 0 ;
}

static void children (void)
{
  pthread_t t ;
  pid_t pids[16] ;
  char c = 0 ;
  int n ;
  if (pipe(ready) < 0 || pipe(over) < 0) return ;
  kids[0] = fork() ;
  if (!kids[0]) { pause() ; _exit(0) ; }
  if (pthread_create(&t, 0, &thread, 0) || read(ready[0], &c, 1) < 0) return ;
  n = hf_proc_children(getpid(), pids, 16) ;
  ok(has(pids, n, kids[0]), "a child is found") ;
  ok(has(pids, n, kids[1]), "and one that another thread made") ;
  ok(hf_proc_children(getpid(), pids, 1) == 1, "no more than there is room for") ;
  ok(!hf_proc_children(kids[0], pids, 16), "a child without children has none") ;
  if (write(over[1], &c, 1) < 0) return ;
  pthread_join(t, 0) ;
  for (int i = 0 ; i < 2 ; i++) { kill(kids[i], SIGKILL) ; waitpid(kids[i], 0, 0) ; }
}

int main (void)
{
  hf_proc me = HF_PROC_ZERO ;
  uint64_t t ;
  char id[HF_BOOTID], again[HF_BOOTID] ;
  ok(hf_boot_id(id) && hf_boot_id(again) && id[0] == again[0], "the boot has an id") ;
  ok(hf_proc_start(getpid(), &t), "the start time of this process") ;
  me.pid = (uint32_t)getpid() ;
  { hf_proc self ; hf_proc_self(&self) ; ok(hf_proc_same(&self) && hf_proc_alive(&self), "so is this one, as it knows itself") ; }
  me.start_lo = me.start_hi = t ;
  ok(hf_proc_same(&me), "this process is itself") ;
  me.start_lo = me.start_hi = t + 5 ;
  ok(!hf_proc_same(&me), "with another start time it is another") ;
  children() ;
  if (hf_proc_subreaper() < 0)
  {
    printf("ok %d - ends of adopted processes # SKIP no subreaper in this build\n", ++tap_n) ;
    return done() ;
  }
  exits(7, 0, "the exit code of a zombie") ;
  exits(-SIGKILL, 0, "the signal of a zombie") ;
  exits(7, 1, "the exit code of one that was reaped") ;
  exits(-SIGTERM, 1, "the signal of one that was reaped") ;
  return done() ;
}
