/* ISC license. */

/* pretend CALL prog...: runs a program for which the kernel pretends that a system call
   succeeded and does nothing: setgroups, setresgid or setresuid. Exits 99 where that cannot
   be had. */

#include <skalibs/nonposix.h>

#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "config.h"

#if HF_LINUX
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

static struct { char const *name ; unsigned int number ; } const calls[] =
{
  { "setgroups", SYS_setgroups },
  { "setresgid", SYS_setresgid },
  { "setresuid", SYS_setresuid },
} ;

static int filter (unsigned int number)
{
  struct sock_filter f[] =
  {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  } ;
  struct sock_fprog p = { .len = sizeof(f) / sizeof(f[0]), .filter = f } ;
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &p) ;
}

int main (int argc, char **argv)
{
  if (argc < 3) return 100 ;
  for (unsigned int i = 0 ; i < sizeof(calls) / sizeof(calls[0]) ; i++)
    if (!strcmp(argv[1], calls[i].name))
    {
      if (filter(calls[i].number) < 0) return 99 ;
      execvp(argv[2], argv + 2) ;
      return 111 ;
    }
  return 100 ;
}

#else

int main (void) { return 99 ; }

#endif
