/* ISC license. */

/* setlock: takes a lock on a file, then runs a program, which keeps the lock as long as it or
   a descendant has the inherited descriptor open. The lock excludes flock, fcntl and OFD users.
   -n: fail at once when it is taken; -N (default): wait; -t SECONDS: wait so long;
   -x: exit 0 without a word when the lock cannot be had; -X (default): say so and exit 111.
   SIGALRM is its own while it waits with -t, and as before when the program runs. */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include <skalibs/posixplz.h>
#include <skalibs/types.h>

#include <holdfast/chain.h>
#include <holdfast/lock.h>
#include <holdfast/message.h>

#define USAGE "setlock [-nNxX] [-t seconds] file prog..."
#define TICK 20000

static volatile sig_atomic_t over ;

static void alarmed (int sig)
{
  (void)sig ;
  over = 1 ;
}

static int arm (unsigned int seconds, suseconds_t again)
{
  struct itimerval it = { .it_value = { .tv_sec = (time_t)seconds }, .it_interval = { .tv_usec = again } } ;
  return setitimer(ITIMER_REAL, &it, 0) ;
}

/* The timer goes on ticking after the time is up, so that a signal that comes just before the
   system call blocks is not the last one. */
static int lock_within (int fd, unsigned int seconds)
{
  struct sigaction sa, old ;
  sigset_t set, oldset ;
  int r, e ;
  memset(&sa, 0, sizeof(sa)) ;
  sa.sa_handler = &alarmed ;
  sigemptyset(&sa.sa_mask) ;
  sigemptyset(&set) ;
  sigaddset(&set, SIGALRM) ;
  if (sigaction(SIGALRM, &sa, &old) < 0 || sigprocmask(SIG_UNBLOCK, &set, &oldset) < 0 || arm(seconds, TICK) < 0) return -1 ;
  do r = hf_lock(fd, 1) ; while (r < 0 && errno == EINTR && !over) ;
  e = errno == EINTR ? ETIMEDOUT : errno ;
  arm(0, 0) ;
  sigprocmask(SIG_SETMASK, &oldset, 0) ;
  sigaction(SIGALRM, &old, 0) ;
  errno = e ;
  return r ;
}

static int lock (int fd, int wait, unsigned int seconds)
{
  int r ;
  if (wait && seconds) return lock_within(fd, seconds) ;
  do r = hf_lock(fd, wait) ; while (r < 0 && errno == EINTR) ;
  return r ;
}

static void take (char const *file, int wait, unsigned int seconds, int quiet)
{
  char const *what = "unable to open " ;
  int fd = hf_lock_open(file) ;
  if (fd >= 0)
  {
    if (lock(fd, wait, seconds) >= 0) return ;
    what = "unable to lock " ;
  }
  if (quiet) _exit(0) ;
  hf_diesys(errno == ETIMEDOUT ? HF_EXIT_TIMEOUT : HF_EXIT_SYSTEM, what, file) ;
}

int main (int argc, char const *const *argv)
{
  subgetopt l = SUBGETOPT_ZERO ;
  int wait = 1, quiet = 0 ;
  unsigned int seconds = 0 ;
  int c ;
  PROG = "setlock" ;
  hf_version(PROG, argc, argv) ;
  while ((c = hf_option(argc, argv, "nNxXt:", &l)) != -1)
    switch (c)
    {
      case 'n' : wait = 0 ; break ;
      case 'N' : wait = 1 ; break ;
      case 'x' : quiet = 1 ; break ;
      case 'X' : quiet = 0 ; break ;
      case 't' :
        if (!uint0_scan(l.arg, &seconds) || seconds > 1000000000) hf_die_usage(HF_EXIT_USAGE, USAGE, 0) ;
        wait = !!seconds ;
        break ;
      default : hf_die_usage(HF_EXIT_USAGE, USAGE, 0) ;
    }
  argv += l.ind ;
  if (argc - l.ind < 2) hf_die_usage(HF_EXIT_USAGE, USAGE, 0) ;
  take(argv[0], wait, seconds, quiet) ;
  hf_run(argv + 1, (char const *const *)environ) ;
}
