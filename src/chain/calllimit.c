/* ISC license. */

/* calllimit: forbids the rest of the chain the system calls that are named, or all but those,
   by a seccomp filter. What comes after cannot undo it.
   fds: none. files: none. signals: none touched; with -K the kernel sends SIGSYS.
   Never: leaves a way around by another calling convention (such calls kill the process), runs
   the program without the filter unless -k said so (then it warns). */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/posixplz.h>
#include <skalibs/types.h>

#include <holdfast/chain.h>
#include <holdfast/message.h>
#include "config.h"

#define USAGE "calllimit [-k] [-K] [-e errno] -d call[,call...] | -a call[,call...] prog..."
#define dieusage() hf_die_usage(HF_EXIT_USAGE, USAGE, 0)

#if HF_LINUX

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

#include "callnames.h"

#if defined(__x86_64__)
# define ARCH AUDIT_ARCH_X86_64
# define OTHER_ABI 0x40000000U /* x32: the same machine, other numbers */
#elif defined(__i386__)
# define ARCH AUDIT_ARCH_I386
#elif defined(__aarch64__)
# define ARCH AUDIT_ARCH_AARCH64
#elif defined(__arm__)
# define ARCH AUDIT_ARCH_ARM
#elif defined(__riscv) && __riscv_xlen == 64
# define ARCH AUDIT_ARCH_RISCV64
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
# define ARCH AUDIT_ARCH_PPC64LE
#elif defined(__s390x__)
# define ARCH AUDIT_ARCH_S390X
#else
# define ARCH 0U
#endif

#ifndef SECCOMP_RET_KILL_PROCESS
#define SECCOMP_RET_KILL_PROCESS 0x80000000U
#endif

#define MAX 2048
static unsigned int numbers[MAX] ;
static unsigned int count ;
static struct sock_filter code[2 * MAX + 16] ;
static unsigned short length ;

static void add (unsigned int number)
{
  for (unsigned int i = 0 ; i < count ; i++) if (numbers[i] == number) return ;
  if (count >= MAX) hf_die(HF_EXIT_USAGE, "too many system calls") ;
  numbers[count++] = number ;
}

/* "2", or a sum, as headers write it: "(0 + 2)". */
static unsigned int sum (char const *s)
{
  unsigned int total = 0 ;
  while (*s)
  {
    unsigned int u ;
    size_t n = uint_scan(s, &u) ;
    if (n) total += u ;
    s += n ? n : 1 ;
  }
  return total ;
}

/* Calls of other machines are known by name, so that one list does for all. */
static void add_name (char const *s, size_t n, char const *word)
{
  unsigned int number ;
  for (unsigned int i = 0 ; i < sizeof(calls) / sizeof(calls[0]) ; i++)
  {
    if (strlen(calls[i].name) != n || memcmp(calls[i].name, s, n)) continue ;
    if (calls[i].number[0] != '_') add(sum(calls[i].number)) ;
    return ;
  }
  if (!n || uint_scan(s, &number) != n) hf_die(HF_EXIT_USAGE, "unknown system call in ", word) ;
  add(number) ;
}

static void add_names (char const *word)
{
  char const *s = word ;
  for (;;)
  {
    size_t n = strcspn(s, ",") ;
    add_name(s, n, word) ;
    if (!s[n]) return ;
    s += n + 1 ;
  }
}

static void emit (unsigned short op, unsigned int k, unsigned char yes, unsigned char no)
{
  struct sock_filter f = { .code = op, .jt = yes, .jf = no, .k = k } ;
  code[length++] = f ;
}

/* One comparison and one verdict for each call: no jump is longer than one. */
static void compile (unsigned int listed, unsigned int others)
{
  emit(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch), 0, 0) ;
  emit(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0) ;
  emit(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS, 0, 0) ;
  emit(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr), 0, 0) ;
#ifdef OTHER_ABI
  emit(BPF_JMP | BPF_JGE | BPF_K, OTHER_ABI, 0, 1) ;
  emit(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS, 0, 0) ;
#endif
  for (unsigned int i = 0 ; i < count ; i++)
  {
    emit(BPF_JMP | BPF_JEQ | BPF_K, numbers[i], 0, 1) ;
    emit(BPF_RET | BPF_K, listed, 0, 0) ;
  }
  emit(BPF_RET | BPF_K, others, 0, 0) ;
}

static void enforce (int allow, int kill_it, unsigned int error, int keep_going)
{
  struct sock_fprog prog = { .filter = code } ;
  unsigned int no = kill_it ? SECCOMP_RET_KILL_PROCESS : SECCOMP_RET_ERRNO | error ;
  if (allow) add_names("execve,exit,exit_group") ; /* or nothing could begin, or end */
  compile(allow ? SECCOMP_RET_ALLOW : no, allow ? no : SECCOMP_RET_ALLOW) ;
  prog.len = length ;
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to set no_new_privs") ;
  if (!ARCH) errno = ENOSYS ;
  else if (!prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog, 0, 0)) return ;
  if (!keep_going) hf_diesys(HF_EXIT_SYSTEM, "unable to limit system calls") ;
  hf_warnsys("unable to limit system calls, carrying on without") ;
}

#else

static void add_names (char const *word) { (void)word ; }
static void enforce (int allow, int kill_it, unsigned int error, int keep_going)
{
  (void)allow ;
  (void)kill_it ;
  (void)error ;
  errno = ENOSYS ;
  if (!keep_going) hf_diesys(HF_EXIT_SYSTEM, "unable to limit system calls") ;
  hf_warnsys("unable to limit system calls, carrying on without") ;
}

#endif

int main (int argc, char const *const *argv)
{
  int keep_going = 0, kill_it = 0, mode = 0 ;
  unsigned int error = EPERM ;
  subgetopt l = SUBGETOPT_ZERO ;
  PROG = "calllimit" ;
  hf_version(PROG, argc, argv) ;
  for (;;)
  {
    int opt = hf_option(argc, argv, "kKe:d:a:", &l) ;
    if (opt == -1) break ;
    switch (opt)
    {
      case 'k' : keep_going = 1 ; break ;
      case 'K' : kill_it = 1 ; break ;
      case 'e' : if (!uint0_scan(l.arg, &error) || !error || error > 4095) hf_die(HF_EXIT_USAGE, "invalid error number: ", l.arg) ; break ;
      case 'd' : case 'a' :
        if (mode && mode != opt) dieusage() ;
        mode = opt ;
        add_names(l.arg) ;
        break ;
      default : dieusage() ;
    }
  }
  argc -= l.ind ; argv += l.ind ;
  if (!argc || !mode) dieusage() ;
  enforce(mode == 'a', kill_it, error, keep_going) ;
  hf_exec(argv, (char const *const *)environ, 0) ;
}
