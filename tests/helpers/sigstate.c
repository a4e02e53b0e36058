/* ISC license. */

/* sigstate ignore|block|alarm N... -- prog...: executes prog with the signals N ignored or
   blocked (by the kernel's own calls, so that those the C library keeps to itself count
   too), or with an alarm in N seconds. */

#include <skalibs/nonposix.h>

#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/syscall.h>

int main (int argc, char **argv)
{
  uint64_t mask = 0 ;
  int i = 2 ;
  if (argc < 4) return 100 ;
  for (; i < argc && strcmp(argv[i], "--") ; i++)
  {
    unsigned int n = (unsigned int)atoi(argv[i]) ;
    uintptr_t act[32] = { (uintptr_t)SIG_IGN } ;
    if (argv[1][0] == 'a') alarm(n) ;
    else if (argv[1][0] == 'b') mask |= (uint64_t)1 << (n - 1) ;
    else if (syscall(SYS_rt_sigaction, (long)n, act, 0, 8L) < 0) return 111 ;
  }
  if (i + 1 >= argc) return 100 ;
  if (mask && syscall(SYS_rt_sigprocmask, (long)SIG_BLOCK, &mask, 0, 8L) < 0) return 111 ;
  execvp(argv[i + 1], argv + i + 1) ;
  return 127 ;
}
