/* ISC license. */

/* cleanslate: gives the rest of the chain what a process is born with: every signal at its
   default and none blocked, no pending alarm, and no descriptor but 0, 1, 2 and those named.
   fds: 0-2 that are closed are opened on /dev/null; a named one that is closed is an error.
   signals: all reset. files: /proc/self/fd where the kernel lacks close_range.
   Never: closes a descriptor that was named, goes on where one of its promises failed. */

#include <skalibs/nonposix.h>

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/syscall.h>

#include <skalibs/djbunix.h>
#include <skalibs/posixplz.h>
#include <skalibs/types.h>

#include <holdfast/chain.h>
#include <holdfast/message.h>
#include "config.h"

#define USAGE "cleanslate [-S] [-F] [-l] [-k fd[,fd...]] prog..."
#define dieusage() hf_die_usage(HF_EXIT_USAGE, USAGE, 0)
#define KEEPMAX 256

struct keep { unsigned int n ; unsigned int fd[KEEPMAX] ; } ;

static void keep_add (struct keep *k, unsigned int fd)
{
  unsigned int i = k->n ;
  char fmt[UINT_FMT] ;
  fmt[uint_fmt(fmt, fd)] = 0 ;
  if (fd > 0x7ffffffeU) hf_die(HF_EXIT_USAGE, "invalid descriptor: ", fmt) ;
  if (uncoe((int)fd) < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to keep descriptor ", fmt) ;
  if (k->n >= KEEPMAX) hf_die(HF_EXIT_USAGE, "too many descriptors to keep") ;
  while (i && k->fd[i-1] >= fd) i-- ;
  if (i < k->n && k->fd[i] == fd) return ;
  memmove(k->fd + i + 1, k->fd + i, (k->n++ - i) * sizeof(unsigned int)) ;
  k->fd[i] = fd ;
}

static void keep_list (struct keep *k, char const *s)
{
  for (;;)
  {
    unsigned int fd ;
    size_t n = uint_scan(s, &fd) ;
    if (!n || (s[n] && s[n] != ',')) hf_die(HF_EXIT_USAGE, "invalid descriptor: ", s) ;
    keep_add(k, fd) ;
    if (!s[n]) return ;
    s += n + 1 ;
  }
}

/* The sockets that LISTEN_FDS passes to this very process. */
static void keep_listen (struct keep *k)
{
  char const *s = getenv("LISTEN_FDS") ;
  char const *p = getenv("LISTEN_PID") ;
  unsigned int n, pid ;
  if (!s || !p || !uint0_scan(p, &pid) || pid != (unsigned int)getpid()) return ;
  if (!uint0_scan(s, &n) || n > KEEPMAX) hf_die(HF_EXIT_USAGE, "invalid LISTEN_FDS: ", s) ;
  for (unsigned int i = 0 ; i < n ; i++) keep_add(k, 3 + i) ;
}

static int is_kept (struct keep const *k, unsigned int fd)
{
  for (unsigned int i = 0 ; i < k->n ; i++) if (k->fd[i] == fd) return 1 ;
  return 0 ;
}

/* Without close_range: those that /proc names, else every number there can be. */
static void close_each (struct keep const *k)
{
  DIR *dir = opendir("/proc/self/fd") ;
  unsigned int self = dir ? (unsigned int)dirfd(dir) : 0 ;
  if (dir)
  {
    struct dirent *d ;
    while ((d = readdir(dir)))
    {
      unsigned int fd ;
      if (uint0_scan(d->d_name, &fd) && fd > 2 && fd != self && !is_kept(k, fd)) close((int)fd) ;
    }
    closedir(dir) ;
  }
  else
  {
    long max = sysconf(_SC_OPEN_MAX) ;
    if (max < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to find the highest descriptor") ;
    for (unsigned int fd = 3 ; fd < (unsigned long)max ; fd++) if (!is_kept(k, fd)) close((int)fd) ;
  }
}

static int close_range_between (unsigned int from, unsigned int to)
{
#if HF_LINUX
#ifndef SYS_close_range
#define SYS_close_range 436
#endif
  return from > to || !syscall(SYS_close_range, from, to, 0) ;
#else
  (void)from ;
  (void)to ;
  return 0 ;
#endif
}

static void close_others (struct keep const *k)
{
  unsigned int from = 3 ;
  for (unsigned int i = 0 ; i < k->n ; i++)
  {
    if (k->fd[i] < 3) continue ;
    if (!close_range_between(from, k->fd[i] - 1)) { close_each(k) ; return ; }
    from = k->fd[i] + 1 ;
  }
  if (!close_range_between(from, ~0U)) close_each(k) ;
}

/* The kernel's own calls where they are known: the C library hides the signals it uses
   itself, and those may have been ignored or blocked by a parent with another library. */
static void reset_signals (void)
{
#if HF_LINUX
  static char const zero[256] ; /* SIG_DFL, no flags, nothing masked, in every layout */
#ifdef __mips__
  long size = 16, max = 127 ;
#else
  long size = 8, max = 64 ;
#endif
  for (long i = 1 ; i <= max ; i++) syscall(SYS_rt_sigaction, i, zero, 0, size) ;
  if (syscall(SYS_rt_sigprocmask, SIG_SETMASK, zero, 0, size) < 0)
    hf_diesys(HF_EXIT_SYSTEM, "unable to empty the signal mask") ;
#else
  struct sigaction sa ;
  memset(&sa, 0, sizeof(sa)) ;
  sa.sa_handler = SIG_DFL ;
  sigemptyset(&sa.sa_mask) ;
  for (int i = 1 ; i < 65 ; i++) sigaction(i, &sa, 0) ;
  sigprocmask(SIG_SETMASK, &sa.sa_mask, 0) ;
#endif
  alarm(0) ;
}

int main (int argc, char const *const *argv)
{
  struct keep keep = { .n = 0 } ;
  int signals = 1, fds = 1 ;
  subgetopt l = SUBGETOPT_ZERO ;
  PROG = "cleanslate" ;
  hf_version(PROG, argc, argv) ;
  if (!fd_sanitize()) hf_diesys(HF_EXIT_SYSTEM, "unable to open /dev/null") ;
  for (;;)
  {
    int opt = hf_option(argc, argv, "SFlk:", &l) ;
    if (opt == -1) break ;
    switch (opt)
    {
      case 'S' : signals = 0 ; break ;
      case 'F' : fds = 0 ; break ;
      case 'l' : keep_listen(&keep) ; break ;
      case 'k' : keep_list(&keep, l.arg) ; break ;
      default : dieusage() ;
    }
  }
  argc -= l.ind ; argv += l.ind ;
  if (!argc) dieusage() ;
  if (signals) reset_signals() ;
  if (fds) close_others(&keep) ;
  hf_exec(argv, (char const *const *)environ, 0) ;
}
