/* ISC license. */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include <sys/wait.h>

#include <skalibs/djbunix.h>

#include <holdfast/clock.h>
#include <holdfast/spawn.h>
#include "config.h"

#if HF_LINUX
#include <sys/prctl.h>
#endif

static char const *const step_names[HF_STEP_N] =
{
  [HF_STEP_NONE] = "nothing",
  [HF_STEP_FORK] = "fork",
  [HF_STEP_RECORD] = "record itself in supervise/state",
  [HF_STEP_CHDIR] = "change directory",
  [HF_STEP_FDS] = "set up descriptors",
  [HF_STEP_SESSION] = "make a session",
  [HF_STEP_EXEC] = "execute",
  [HF_STEP_INTERPRETER] = "find the interpreter",
  [HF_STEP_LOCK] = "lock supervise/service-lock",
} ;

char const *hf_step_name (int step)
{
  return step >= 0 && step < HF_STEP_N ? step_names[step] : "?" ;
}

/* What the child tells the parent: they share memory until the exec. */
struct report { int volatile step ; int volatile err ; } ;

/* Dispositions that an exec would keep: the ignored ones. Handlers go by themselves. Who starts
   processes here ignores nothing but what it was born with, so to look once is enough. */
static unsigned char const resettable[] =
  { SIGPIPE, SIGCHLD, SIGHUP, SIGTERM, SIGINT, SIGQUIT, SIGALRM, SIGUSR1, SIGUSR2, SIGTSTP, SIGTTIN, SIGTTOU } ;
static unsigned int ignored ; /* a bit for each of these, */
static int ignored_known ;    /* once looked */

static void find_ignored (void)
{
  struct sigaction old ;
  for (unsigned int i = 0 ; i < sizeof(resettable) ; i++)
    if (!sigaction(resettable[i], 0, &old) && old.sa_handler == SIG_IGN) ignored |= 1u << i ;
  ignored_known = 1 ;
}

static void reset_signals (void)
{
  struct sigaction sa = { .sa_handler = SIG_DFL } ;
  for (unsigned int i = 0 ; ignored >> i ; i++) if (ignored >> i & 1) sigaction(resettable[i], &sa, 0) ;
}

/* Puts fd on to, open across exec. */
static int place (int fd, int to)
{
  if (fd < 0) return 1 ;
  if (fd == to) return fcntl(fd, F_SETFD, 0) >= 0 ;
  return dup2(fd, to) >= 0 ;
}

/* Until the child is recorded it must not outlive its parent. From then on it must go on, since
   the record says that it ran: it is told by the locks, which it holds with its parent until it
   execs, that no other supervisor reads the record before that. */
static void tie_to_parent (int yes)
{
#if HF_LINUX
  prctl(PR_SET_PDEATHSIG, yes ? SIGKILL : 0, 0, 0, 0) ;
#else
  (void)yes ;
#endif
}

/* After the record is made: notify_to may be the number of any descriptor of ours. */
static int child_fds (hf_spawn const *sp)
{
  return place(sp->fd0, 0) && place(sp->fd1, 1) && place(sp->fd2, 2)
    && place(sp->notify_to >= 0 ? sp->notify_fd : -1, sp->notify_to) && place(sp->lock_fd, sp->lock_to) ;
}

/* Where no clock tells the time that /proc shows, /proc does if there is one. */
static void bound_start (hf_proc *proc)
{
  uint64_t ticks ;
  proc->start_hi = hf_clock_ticks() ;
  if (!proc->start_hi && hf_proc_start((pid_t)proc->pid, &ticks)) proc->start_lo = proc->start_hi = ticks ;
}

static int child_steps (hf_spawn const *sp, hf_proc *proc, pid_t parent)
{
  if (sp->die_with_parent)
  {
    tie_to_parent(1) ;
    if (getppid() != parent) return HF_STEP_FORK ;
  }
  if (sp->session == 1 && setsid() < 0) return HF_STEP_SESSION ;
  if (sp->session == 2 && setpgid(0, 0) < 0) return HF_STEP_SESSION ;
  if (sp->record)
  {
    proc->pid = (uint32_t)getpid() ;
    bound_start(proc) ;
    if (sp->die_with_parent) tie_to_parent(0) ;
    if (!(*sp->record)(sp->data, proc)) return HF_STEP_RECORD ;
  }
  else if (sp->die_with_parent) tie_to_parent(0) ;
  if (!child_fds(sp)) return HF_STEP_FDS ;
  if (sp->chdir && chdir(sp->chdir) < 0) return HF_STEP_CHDIR ;
  execve(sp->file, (char *const *)sp->argv, (char *const *)sp->envp) ;
  return HF_STEP_EXEC ;
}

/* A function of its own, so that the child touches no variable of the caller's frame. All
   signals are blocked over the vfork: a handler must not run in the shared memory. */
static pid_t __attribute__((noinline)) launch (hf_spawn const *sp, hf_proc *proc, struct report *rep)
{
  sigset_t set, old ;
  pid_t parent = getpid() ;
  pid_t pid ;
  if (!ignored_known) find_ignored() ;
  sigfillset(&set) ;
  sigprocmask(SIG_BLOCK, &set, &old) ;
  proc->start_lo = hf_clock_ticks() ;
  pid = vfork() ;
  if (!pid)
  {
    reset_signals() ;
    sigemptyset(&set) ;
    sigprocmask(SIG_SETMASK, &set, 0) ;
    rep->step = child_steps(sp, proc, parent) ;
    rep->err = errno ;
    _exit(HF_STEP_EXEC + 100) ;
  }
  sigprocmask(SIG_SETMASK, &old, 0) ;
  return pid ;
}

int hf_spawn_run (hf_spawn const *sp, hf_proc *proc, int *step)
{
  struct report rep = { .step = HF_STEP_NONE, .err = 0 } ;
  pid_t pid = launch(sp, proc, &rep) ;
  int wstat ;
  *step = HF_STEP_FORK ;
  if (pid < 0) return 0 ;
  proc->pid = (uint32_t)pid ;
  if (!sp->record) proc->start_hi = hf_clock_ticks() ;
  if (rep.step == HF_STEP_NONE) return 1 ;
  while (waitpid(pid, &wstat, 0) < 0 && errno == EINTR) ;
  *step = rep.step ;
  errno = rep.err ;
  return 0 ;
}

int hf_spawn_named (char const *file, char *buf, size_t n)
{
  char s[512] ;
  size_t i = 2, len ;
  ssize_t r = openreadnclose_nb(file, s, sizeof(s) - 1) ;
  if (r < 3 || s[0] != '#' || s[1] != '!') return 0 ;
  s[r] = 0 ;
  while (s[i] == ' ' || s[i] == '\t') i++ ;
  len = strcspn(s + i, " \t\n") ;
  if (!len || len >= n) return 0 ;
  memcpy(buf, s + i, len) ;
  buf[len] = 0 ;
  return 1 ;
}

int hf_spawn_interpreter (char const *file, char *buf, size_t n)
{
  return hf_spawn_named(file, buf, n) && access(buf, F_OK) < 0 && errno == ENOENT ;
}
