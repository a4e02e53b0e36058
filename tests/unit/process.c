/* ISC license. */

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

int main (void)
{
  hf_proc me = HF_PROC_ZERO ;
  uint64_t t ;
  char id[HF_BOOTID], again[HF_BOOTID] ;
  ok(hf_boot_id(id) && hf_boot_id(again) && id[0] == again[0], "the boot has an id") ;
  ok(hf_proc_start(getpid(), &t), "the start time of this process") ;
  me.pid = (uint32_t)getpid() ;
  me.start_lo = me.start_hi = t ;
  ok(hf_proc_same(&me), "this process is itself") ;
  me.start_lo = me.start_hi = t + 5 ;
  ok(!hf_proc_same(&me), "with another start time it is another") ;
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
