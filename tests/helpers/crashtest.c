/* ISC license. */

/* crashtest SCENARIO [FILE=CONTENT ...]: kills runsv before its n-th system call, for every n
   of a scenario, starts another, and looks whether all promises hold. The files given are put
   into the service directory. Exit 0: all held; 1: not, with lines "# ..." that say what.

   Counted are the system calls of runsv and those of its children between vfork and exec,
   when they run in its memory and on its descriptors: at each of these the *parent* is
   killed, the child is kept waiting while a new runsv comes up, and then goes on.

   Scenarios: what happens from the first counted call on.
     start    runsv starts, service and logger come up
     stop     d is written to control
     death    the run dies by KILL, finish runs, the next run starts
     once     the run is told o, then dies
     restart  t is written
     exit     x: the run, then the logger stop, runsv leaves
     logdeath the logger dies by TERM and is started again
     adopt    another runsv was killed before: this one adopts
     gone     another runsv was killed, then the run: this one finds it dead
     upgrade  R: runsv executes itself in place
     pause    p, then c
     random   for CRASHTEST_MS (8000) milliseconds kills of runsv, commands, deaths and upgrades
              in an order that CRASHTEST_SEED determines; the end is reached if all is up again
     giveup   as death, but the first death is one too many (give-up is 1 60)
   After each kill:
     - a new runsv takes control (the lock, the state file);
     - if run and logger lived at the kill and nothing was to end them, they keep their pids
       (a logger without a run may end: nobody has its input open, so it has read all of it);
     - the scenario's end is reached, with the command given again if there was one;
     - then a death is noticed, d is obeyed, TERM makes runsv leave with 0;
     - in "events": never an overlap, runs and finishes alternate;
     - in "lines": of each run, each line that it wrote, once, in order. */

#include <skalibs/nonposix.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <elf.h>
#include <time.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include <holdfast/clock.h>
#include <holdfast/control.h>
#include <holdfast/state.h>

#define SVC "s"
#define PATIENCE 10000        /* ms for anything to happen: the machine may be busy */
#define QUIET 40              /* ms without a system call: the scenario is over */
#define SPIN 4000              /* more calls than this after one fault is no bounded rate */
#define INIT 400
#define OPTIONS (PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC)

static char root[256] ;
static char build[1024] ;
static char const *scenario ;
static char **files ;
static int step_no ;
static int bad ;
static int bad_here ;
static int faults ;
static long last_call ;
static int in_child ;
static int nothing_yet ;      /* killed before anything was started: the rest is an ordinary start */

static void complain (char const *fmt, ...)
{
  va_list ap ;
  if (bad_here++ > 5) return ;
  bad = 1 ;
  printf("# %s, %d%s call %ld: ", scenario, step_no, in_child ? ". moment, in the child," : ". moment,", last_call) ;
  va_start(ap, fmt) ;
  vprintf(fmt, ap) ;
  va_end(ap) ;
  printf("\n") ;
}

static void __attribute__((noreturn)) broken (char const *what)
{
  printf("# crashtest: unable to %s: %s\n", what, strerror(errno)) ;
  exit(111) ;
}

/* The directory */

static void put_file (char const *name, char const *text)
{
  char path[512] ;
  char *slash ;
  int fd ;
  snprintf(path, sizeof(path), SVC "/%s", name) ;
  slash = strrchr(path + 2, '/') ;
  if (slash) { *slash = 0 ; mkdir(path, 0755) ; *slash = '/' ; }
  if (text[0] == '@')
  {
    char target[1100] ;
    snprintf(target, sizeof(target), "%s/helpers/crashsvc", build) ;
    if (symlink(target, path) < 0) broken("make a link") ;
    return ;
  }
  fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644) ;
  if (fd < 0 || write(fd, text, strlen(text)) < 0) broken("write a file") ;
  close(fd) ;
}

static void make_service (void)
{
  rm_rf(SVC) ;
  if (mkdir(SVC, 0755) < 0 || mkdir(SVC "/log", 0755) < 0) broken("make a directory") ;
  put_file("run", "@") ;
  put_file("finish", "@") ;
  put_file("log/run", "@") ;
  put_file("restart-delay", "1 1\n") ;
  put_file("log/restart-delay", "1 1\n") ;
  if (!strcmp(scenario, "giveup")) put_file("give-up", "1 60\n") ;
  for (char **f = files ; *f ; f++)
  {
    char name[256] ;
    char *eq = strchr(*f, '=') ;
    if (!eq) broken("understand an argument") ;
    snprintf(name, sizeof(name), "%.*s", (int)(eq - *f), *f) ;
    put_file(name, eq + 1) ;
  }
}

/* Looking */

static hf_state main_st ;
static hf_state log_st ;

static void look (void)
{
  if (!hf_state_read(&main_st, SVC "/supervise")) memset(&main_st, 0, sizeof(main_st)) ;
  if (!hf_state_read(&log_st, SVC "/log/supervise")) memset(&log_st, 0, sizeof(log_st)) ;
}

static int alive (pid_t pid)
{
  char path[64], b[512] ;
  ssize_t n ;
  char *p ;
  snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid) ;
  n = openreadnclose_nb(path, b, sizeof(b) - 1) ;
  if (n <= 0) return 0 ;
  b[n] = 0 ;
  p = strrchr(b, ')') ;
  return p && p[2] != 'Z' && p[2] != 'X' ;
}

/* The last process that announced itself in events as what; 0 if none. */
static pid_t last_event (char const *what, int *count)
{
  static char b[1 << 20] ;
  ssize_t n = openreadnclose_nb(SVC "/events", b, sizeof(b) - 1) ;
  size_t len = strlen(what) ;
  pid_t pid = 0 ;
  if (count) *count = 0 ;
  if (n <= 0) return 0 ;
  b[n] = 0 ;
  for (char *s = b ; *s ; )
  {
    char *end = strchr(s, '\n') ;
    if (!end) break ;
    if (!strncmp(s, what, len) && s[len] == ' ') { pid = (pid_t)atoi(s + len + 1) ; if (count) ++*count ; }
    s = end + 1 ;
  }
  return pid ;
}

static pid_t sup ;            /* the live runsv */
static int sup_status ;
static int sup_dead ;

/* This is the subreaper, as runsvdir is; the traced one is waited for elsewhere. */
static void reap_all (void)
{
  int w ;
  pid_t p ;
  while ((p = waitpid(-1, &w, WNOHANG)) > 0)
    if (p == sup && (WIFEXITED(w) || WIFSIGNALED(w))) { sup_status = w ; sup_dead = 1 ; }
}

static void nap (int ms)
{
  struct timespec ts = { 0, ms * 1000000L } ;
  nanosleep(&ts, 0) ;
}

static int wait_until (int (*f) (void))
{
  int64_t end = hf_clock_ms() + PATIENCE ;
  for (;;)
  {
    reap_all() ;
    look() ;
    if ((*f)()) return 1 ;
    if (hf_clock_ms() > end) return 0 ;
    nap(1) ;
  }
}

static int tries ;
static pid_t start_runsv (int) ;

/* One that finds the lock taken, by a child that was slow to execute, is started again, as
   runsvdir would. */
static int in_control (void)
{
  if (sup_dead && WIFEXITED(sup_status) && WEXITSTATUS(sup_status) == 111 && tries < 5) { tries++ ; start_runsv(0) ; }
  return main_st.supervisor.pid == (uint32_t)sup && log_st.supervisor.pid == (uint32_t)sup && hf_control_alive(SVC "/supervise") == 1 ;
}
static int is_running (hf_state const *st) { return st->m.phase == HF_PHASE_RUN && st->child.pid && alive((pid_t)st->child.pid) ; }
static int announced (char const *what, hf_state const *st) { return last_event(what, 0) == (pid_t)st->child.pid ; }
static int all_up (void) { return is_running(&main_st) && is_running(&log_st) && announced("run", &main_st) && announced("log", &log_st) ; }
static int is_down (void) { return main_st.m.phase == HF_PHASE_DOWN && !main_st.m.script ; }
static int has_given_up (void) { return is_down() && main_st.m.why == HF_WHY_GAVEUP ; }
static int is_gone (void) { return sup_dead ; }
static int in_control_or_gone (void) { return in_control() || (sup_dead && WIFEXITED(sup_status) && !WEXITSTATUS(sup_status)) ; }
static uint32_t old_pid ;
static int newly_up (void) { return all_up() && main_st.child.pid != old_pid ; }
static int log_newly_up (void) { return all_up() && log_st.child.pid != old_pid ; }
static int is_continued (void) { return all_up() && !(main_st.m.flags & HF_FLAG_PAUSED) ; }

static void kill_one (uint32_t pid, int sig)
{
  if (pid > 1) kill((pid_t)pid, sig) ;
}

static int taken_over (void) { return all_up() && in_control() ; }

/* A run that is killed before it could announce itself would look like a finish too many. */
static int has_settled (void) { return sup_dead || (is_down() && main_st.m.want != HF_WANT_UP) || all_up() ; }

/* Starting and tracing */

static int err_fd = -1 ;

static pid_t start_runsv (int stopped)
{
  pid_t pid = fork() ;
  if (pid < 0) broken("fork") ;
  if (!pid)
  {
    char path[1100] ;
    snprintf(path, sizeof(path), "%s/bin/runsv", build) ;
    if (getenv("CRASHTEST_RUNSV")) snprintf(path, sizeof(path), "%s", getenv("CRASHTEST_RUNSV")) ;
    dup2(err_fd, 2) ;
    if (stopped) raise(SIGSTOP) ;
    execl(path, path, SVC, (char *)0) ;
    _exit(127) ;
  }
  sup_dead = 0 ;
  sup = pid ;
  return pid ;
}

static uint64_t call_args[6] ;

static long call_number (pid_t pid)
{
  struct { uint8_t op, pad[3] ; uint32_t arch ; uint64_t ip, sp, nr ; uint64_t rest[8] ; } info ;
  memset(&info, 0, sizeof(info)) ;
  if (ptrace(0x420e, pid, (void *)sizeof(info), &info) < 0) return -2 ;
  memcpy(call_args, info.rest, sizeof(call_args)) ;
  return info.op == 1 ? (long)info.nr : -1 ;
}

static void seize (pid_t pid)
{
  if (ptrace(PTRACE_SEIZE, pid, 0, (void *)OPTIONS) < 0) broken("trace") ;
}

static int (*goal (void)) (void) ;

/* Who is in the way: the processes that have the lock file open. */
static void show_holders (void)
{
  fflush(stdout) ;
  if (system("for p in /proc/[0-9]*; do ls -l $p/fd 2>/dev/null | grep -q /" SVC "/supervise/lock"
    " && echo \"# lock: $p $(tr '\\0' ' ' <$p/cmdline) $(grep -h -e State -e PPid -e TracerPid $p/status | tr '\\n' ' ')"
    " $(cat $p/syscall) $(cat $p/wchan)\"; done") < 0) bad = 1 ;
}

/* Children between vfork and exec. The parent goes on a moment before the tracer hears of the
   exec, so that there can be two. */
#define KIDS 8
static pid_t kids[KIDS] ;

static int kid_place (pid_t pid)
{
  for (int i = 0 ; i < KIDS ; i++) if (kids[i] == pid) return i ;
  return -1 ;
}

static void kid_gone (pid_t pid)
{
  int i = kid_place(pid) ;
  if (i >= 0) kids[i] = 0 ;
}

static void kid_new (pid_t pid)
{
  int i = kid_place(0) ;
  if (i >= 0 && kid_place(pid) < 0) kids[i] = pid ;
}

/* Every child comes to a stop; those that have executed meanwhile are let go. */
static void hold_kids (pid_t stopped)
{
  for (int i = 0 ; i < KIDS ; i++) while (kids[i] && kids[i] != stopped)
  {
    int w ;
    if (waitpid(kids[i], &w, __WALL) != kids[i] || !WIFSTOPPED(w)) { kids[i] = 0 ; break ; }
    if (w >> 16 != PTRACE_EVENT_EXEC) break ;
    ptrace(PTRACE_DETACH, kids[i], 0, 0) ;
    kids[i] = 0 ;
  }
}

static void release_kids (void)
{
  for (int i = 0 ; i < KIDS ; i++)
  {
    if (kids[i]) ptrace(PTRACE_DETACH, kids[i], 0, 0) ;
    kids[i] = 0 ;
  }
}

static int no_kids (void)
{
  for (int i = 0 ; i < KIDS ; i++) if (kids[i]) return 0 ;
  return 1 ;
}

/* Faults instead of kills: CRASHTEST_FAIL=ERRNO makes the n-th call fail with that error. */

static int fault ;            /* the error, or 0: kill */
static pid_t faulted ;        /* inside the call that is to fail */
static long fault_call ;

/* A full disk and a read-only one say so only to those who write. */
static int is_writing (long nr)
{
  static long const calls[] =
  {
    SYS_write, SYS_pwrite64, SYS_ftruncate, SYS_mkdirat, SYS_mknodat, SYS_unlinkat, SYS_fchmodat,
#ifdef SYS_open
    SYS_mkdir, SYS_mknod, SYS_unlink,
#endif
  } ;
#ifdef SYS_open
  if (nr == SYS_open) return (call_args[1] & (O_WRONLY | O_RDWR | O_CREAT)) != 0 ;
#endif
  if (nr == SYS_openat) return (call_args[2] & (O_WRONLY | O_RDWR | O_CREAT)) != 0 ;
  for (size_t i = 0 ; i < sizeof(calls) / sizeof(calls[0]) ; i++) if (calls[i] == nr) return 1 ;
  return 0 ;
}

static int can_fail (long nr)
{
  static long const calls[] =
  {
    SYS_openat, SYS_read, SYS_write, SYS_pwrite64, SYS_ftruncate, SYS_fstat, SYS_fcntl, SYS_mkdirat, SYS_mknodat,
    SYS_unlinkat, SYS_fchmodat, SYS_readlinkat, SYS_faccessat, SYS_ioctl, SYS_chdir, SYS_fchdir, SYS_execve, SYS_ppoll,
    SYS_flock, SYS_dup3, SYS_pidfd_open,
#ifdef SYS_open
    SYS_open, SYS_stat, SYS_mkdir, SYS_mknod, SYS_unlink, SYS_readlink, SYS_access, SYS_poll, SYS_dup2, SYS_vfork, SYS_fork,
#endif
#ifdef SYS_newfstatat
    SYS_newfstatat,
#endif
    SYS_clone
  } ;
  if (fault == ENOSPC || fault == EROFS) return is_writing(nr) ;
  for (size_t i = 0 ; i < sizeof(calls) / sizeof(calls[0]) ; i++) if (calls[i] == nr) return 1 ;
  return 0 ;
}

#if defined(__x86_64__)
static void skip_call (pid_t pid) { ptrace(PTRACE_POKEUSER, pid, (void *)(15 * 8), (void *)-1L) ; }
static void set_result (pid_t pid, long r) { ptrace(PTRACE_POKEUSER, pid, (void *)(10 * 8), (void *)r) ; }
#elif defined(__aarch64__)
static void skip_call (pid_t pid)
{
  int nr = -1 ;
  struct iovec v = { &nr, sizeof(nr) } ;
  ptrace(PTRACE_SETREGSET, pid, (void *)0x404, &v) ;
}
static void set_result (pid_t pid, long r)
{
  uint64_t regs[34] ;
  struct iovec v = { regs, sizeof(regs) } ;
  ptrace(PTRACE_GETREGSET, pid, (void *)1, &v) ;
  regs[0] = (uint64_t)r ;
  ptrace(PTRACE_SETREGSET, pid, (void *)1, &v) ;
}
#else
#define NO_FAULTS
static void skip_call (pid_t pid) { (void)pid ; }
static void set_result (pid_t pid, long r) { (void)pid ; (void)r ; }
#endif

static void go_on (pid_t pid, int w)
{
  int event = w >> 16, sig = WSTOPSIG(w) ;
  if (event || sig == (SIGTRAP | 0x80) || sig == SIGTRAP) sig = 0 ;
  ptrace(PTRACE_SYSCALL, pid, 0, (void *)(long)sig) ;
}

/* Lets pid run to its n-th call, counting those of a vfork child before its exec, and kills it
   there: returns n, and children are held before their exec. Or returns the number of calls
   seen when the scenario is over: its end is reached and it is quiet, or runsv is gone. */
static int trace (pid_t pid, int n)
{
  int count = 0, w ;
  int64_t heard = hf_clock_ms() ;
  memset(kids, 0, sizeof(kids)) ;
  faulted = 0 ;
  fault_call = -1 ;
  for (;;)
  {
    pid_t p = waitpid(-1, &w, __WALL | WNOHANG) ;
    long nr ;
    if (p <= 0)
    {
      struct timespec ts = { 0, 50000 } ;
      if (no_kids() && hf_clock_ms() - heard > QUIET)
      {
        look() ;
        if ((*goal())() || hf_clock_ms() - heard > PATIENCE) break ;
      }
      nanosleep(&ts, 0) ;
      continue ;
    }
    if (!WIFSTOPPED(w))
    {
      kid_gone(p) ;
      if (p != pid) continue ;
      sup_status = w ;
      sup_dead = 1 ;
      return count ;
    }
    heard = hf_clock_ms() ;
    if (p != pid)
    {
      kid_new(p) ;
      if (w >> 16 == PTRACE_EVENT_EXEC) { ptrace(PTRACE_DETACH, p, 0, 0) ; kid_gone(p) ; continue ; }
    }
    if (p == faulted && WSTOPSIG(w) == (SIGTRAP | 0x80)) { set_result(p, -fault) ; faulted = 0 ; go_on(p, w) ; continue ; }
    if (WSTOPSIG(w) == (SIGTRAP | 0x80) && (nr = call_number(p)) >= 0 && ++count == n)
    {
      last_call = nr ;
      in_child = p != pid ;
      if (fault)
      {
        if (can_fail(nr)) { skip_call(p) ; faulted = p ; fault_call = nr ; }
        go_on(p, w) ;
        continue ;
      }
      kill(pid, SIGKILL) ;
      while (waitpid(pid, &sup_status, __WALL) != pid || WIFSTOPPED(sup_status)) ;
      sup_dead = 1 ;
      hold_kids(in_child ? p : 0) ;
      return count ;
    }
    go_on(p, w) ;
  }
  return count ;
}

/* Leaves the traced one in peace: it is asked to stop, then let go; so is a child of its that
   has not executed yet, since it does not stop before that one goes on. */
static void let_go (pid_t pid)
{
  int64_t end = hf_clock_ms() + PATIENCE ;
  if (sup_dead) return ;
  ptrace(PTRACE_INTERRUPT, pid, 0, 0) ;
  for (;;)
  {
    int w ;
    pid_t p = waitpid(-1, &w, __WALL | WNOHANG) ;
    if (p < 0 || (!p && hf_clock_ms() > end)) { complain("unable to let it go") ; return ; }
    if (!p) { nap(1) ; continue ; }
    if (WIFSTOPPED(w)) ptrace(PTRACE_DETACH, p, 0, 0) ;
    else if (p == pid) { sup_status = w ; sup_dead = 1 ; }
    if (p == pid) return ;
    kid_gone(p) ;
  }
}

static void begin_tracing (pid_t pid, int from_stop)
{
  int w ;
  if (from_stop)
  {
    if (waitpid(pid, &w, WUNTRACED) != pid) broken("wait") ;
    seize(pid) ;
    kill(pid, SIGCONT) ;
    ptrace(PTRACE_INTERRUPT, pid, 0, 0) ;
  }
  else { seize(pid) ; ptrace(PTRACE_INTERRUPT, pid, 0, 0) ; }
  while (waitpid(pid, &w, __WALL) == pid && WIFSTOPPED(w))
  {
    if (w >> 16 == PTRACE_EVENT_STOP) { ptrace(PTRACE_SYSCALL, pid, 0, 0) ; return ; }
    ptrace(PTRACE_SYSCALL, pid, 0, 0) ;
  }
}

/* Scenarios */

static void say (char const *bytes) { hf_control_send(SVC "/supervise", bytes, strlen(bytes)) ; }

static int has (char const *word) { return !strcmp(scenario, word) ; }

/* Before the counting. */
static int prepare (void)
{
  int fresh = has("start") ;
  make_service() ;
  err_fd = open(SVC "/err", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644) ;
  if (fresh) { begin_tracing(start_runsv(1), 1) ; return 1 ; }
  start_runsv(0) ;
  if (!wait_until(&all_up)) { complain("never came up") ; return 0 ; }
  if (has("adopt") || has("gone"))
  {
    kill(sup, SIGKILL) ;
    wait_until(&is_gone) ;
    if (has("gone")) kill_one(main_st.child.pid, SIGKILL) ;
    begin_tracing(start_runsv(1), 1) ;
  }
  else begin_tracing(sup, 0) ;
  return 1 ;
}

static void act (int again)
{
  if (has("stop")) say("d") ;
  else if (has("once")) { say("o") ; if (!again) say("t") ; else { nap(10) ; wait_until(&has_settled) ; if (main_st.m.phase == HF_PHASE_RUN) say("t") ; } }
  else if (has("restart")) { if (!again) say("t") ; else if (main_st.child.pid == old_pid) say("t") ; }
  else if (has("exit")) say("x") ;
  else if (has("upgrade")) { if (!again) say("R") ; }
  else if (has("pause")) say(again ? "c" : "pc") ;
  else if (again) return ;
  else if (has("death") || has("giveup")) kill_one(old_pid, SIGKILL) ;
  else if (has("logdeath")) kill_one(old_pid, SIGTERM) ;
}

static int (*goal (void)) (void)
{
  if (has("stop") || has("once")) return &is_down ;
  if (has("giveup")) return &has_given_up ;
  if (has("death") || has("restart")) return &newly_up ;
  if (has("gone")) return &newly_up ;
  if (has("logdeath")) return &log_newly_up ;
  if (has("exit")) return &is_gone ;
  if (has("pause")) return &is_continued ;
  if (has("adopt")) return &taken_over ;
  return &all_up ;
}

static int keeps_pids (void) { return has("start") || has("adopt") || has("upgrade") || has("pause") ; }

/* Afterwards: commands, a death, the end. */

static void epilogue (void)
{
  int finishes, after ;
  if (has("exit"))
  {
    if (!WIFEXITED(sup_status) || WEXITSTATUS(sup_status)) complain("runsv ended with %x", sup_status) ;
    return ;
  }
  if (nothing_yet || has("giveup")) { kill(sup, SIGTERM) ; if (!wait_until(&is_gone)) complain("TERM is not obeyed") ; return ; }
  if (is_down()) { say("u") ; if (!wait_until(&all_up)) complain("u is not obeyed") ; }
  old_pid = main_st.child.pid ;
  last_event("finish", &finishes) ;
  kill_one(old_pid, SIGKILL) ;
  if (!wait_until(&newly_up)) complain("a death is not noticed") ;
  last_event("finish", &after) ;
  if (after != finishes + 1) complain("%d finishes after a death", after - finishes) ;
  say("d") ;
  if (!wait_until(&is_down)) complain("d is not obeyed") ;
  kill(sup, SIGTERM) ;
  if (!wait_until(&is_gone)) complain("TERM is not obeyed") ;
  else if (!WIFEXITED(sup_status) || WEXITSTATUS(sup_status)) complain("runsv ended with %x", sup_status) ;
}

static void check_events (void)
{
  static char b[1 << 20] ;
  ssize_t n = openreadnclose_nb(SVC "/events", b, sizeof(b) - 1) ;
  int running = 0 ;
  b[n < 0 ? 0 : n] = 0 ;
  for (char *s = strtok(b, "\n") ; s ; s = strtok(0, "\n"))
  {
    if (!strncmp(s, "overlap", 7) || !strncmp(s, "trouble", 7)) complain("%s", s) ;
    if (!strncmp(s, "run ", 4)) { if (running) complain("no finish between two runs") ; running = 1 ; }
    if (!strncmp(s, "finish ", 7)) { if (!running && !fault && !has("random")) complain("a finish too many") ; running = 0 ; }
  }
  if (running) complain("no finish after the last run") ;
}

static void check_lines (void)
{
  size_t size = 1 << 22 ;
  char *b = malloc(size) ;
  static struct { int pid, last ; } runs[8192] ;
  int nruns = 0 ;
  ssize_t n = openreadnclose_nb(SVC "/lines", b, size - 1) ;
  DIR *d ;
  struct dirent *e ;
  b[n < 0 ? 0 : n] = 0 ;
  for (char *s = strtok(b, "\n") ; s ; s = strtok(0, "\n"))
  {
    int pid, i, k ;
    if (sscanf(s, "%d %d", &pid, &i) != 2) { complain("a broken line: %.40s", s) ; continue ; }
    for (k = 0 ; k < nruns && runs[k].pid != pid ; k++) ;
    if (k == nruns && nruns < 8192) { runs[nruns].pid = pid ; runs[nruns++].last = 0 ; }
    if (i != runs[k].last + 1) complain("line %d of run %d follows %d", i, pid, runs[k].last) ;
    runs[k].last = i ;
  }
  free(b) ;
  d = opendir(SVC) ;
  while (d && (e = readdir(d)))
  {
    struct stat st ;
    char path[300] ;
    int k, got = 0 ;
    if (strncmp(e->d_name, "sent.", 5)) continue ;
    snprintf(path, sizeof(path), SVC "/%s", e->d_name) ;
    stat(path, &st) ;
    for (k = 0 ; k < nruns ; k++) if (runs[k].pid == atoi(e->d_name + 5)) got = runs[k].last ;
    if (got < st.st_size) complain("run %s wrote %ld lines, %d are there", e->d_name + 5, (long)st.st_size, got) ;
  }
  if (d) closedir(d) ;
}

/* One kill. Returns the calls seen, which is less than n if the scenario has fewer. */
static int one (int n)
{
  pid_t run, log ;
  int count ;
  bad_here = 0 ;
  last_call = -1 ;
  in_child = nothing_yet = tries = 0 ;
  step_no = n ;
  if (!prepare()) return 0 ;
  old_pid = has("logdeath") ? log_st.child.pid : main_st.child.pid ;
  act(0) ;
  count = trace(sup, n) ;
  if (count < n || fault)
  {
    int dead = sup_dead ;
    let_go(sup) ;
    if (fault_call >= 0) faults++ ;
    if (count > n + SPIN) complain("%d system calls after the fault", count - n) ;
    if (dead && !has("exit"))
    {
      /* It may end of a fault before it has its loop, and is started again. */
      if (!WIFEXITED(sup_status) || WEXITSTATUS(sup_status) != 111) complain("it died: %x", sup_status) ;
      else if (n > INIT) complain("it died of a fault in its loop") ;
      start_runsv(0) ;
      wait_until(&in_control) ;
      act(1) ;
    }
    if (!wait_until(goal())) complain("the end is not reached without a kill: phase %d want %d", main_st.m.phase, main_st.m.want) ;
  }
  else
  {
    run = last_event("run", 0) ;
    log = last_event("log", 0) ;
    if (run && !alive(run)) run = 0 ;
    if (!run || (log && !alive(log))) log = 0 ;
    nothing_yet = !last_event("run", 0) && !last_event("log", 0) ;
    start_runsv(0) ;
    if (!no_kids()) nap(4) ;
    release_kids() ;
    if (!wait_until(has("exit") ? &in_control_or_gone : &in_control)) { complain("no new runsv in control%s", sup_dead ? ": it died" : "") ; show_holders() ; }
    else
    {
      wait_until(&has_settled) ;
      act(1) ;
      if (!wait_until(goal())) complain("the end is not reached: phase %d want %d, log phase %d want %d", main_st.m.phase, main_st.m.want, log_st.m.phase, log_st.m.want) ;
      if (keeps_pids() && run && main_st.child.pid != (uint32_t)run) complain("the run was %d and is %u", run, main_st.child.pid) ;
      if (keeps_pids() && log && log_st.child.pid != (uint32_t)log) complain("the logger was %d and is %u", log, log_st.child.pid) ;
    }
  }
  epilogue() ;
  if (!sup_dead) { kill(sup, SIGKILL) ; wait_until(&is_gone) ; }
  check_events() ;
  check_lines() ;
  if (bad_here)
  {
    printf("# the test is process %d, runsv %d\n", (int)getpid(), (int)sup) ;
    char cmd[256] ;
    fflush(stdout) ;
    snprintf(cmd, sizeof(cmd), "sed 's/^/#   err: /' " SVC "/err | tail -n 5; sed 's/^/#   event: /' " SVC "/events | tail -n 12") ;
    if (system(cmd)) bad = 1 ;
    for (char const *w = "run\0log\0" ; *w ; w += 4) { pid_t p = last_event(w, 0) ; if (p && alive(p)) kill(p, SIGKILL) ; }
    reap_all() ;
  }
  close(err_fd) ;
  return count ;
}

/* Scenario "random" */

static uint64_t seed ;

static unsigned int chance (unsigned int n)
{
  seed = seed * 6364136223846793005u + 1442695040888963407u ;
  return (unsigned int)(seed >> 33) % n ;
}

static uint32_t old_log ;
static int logger_renewed (void) { return is_running(&log_st) && announced("log", &log_st) && log_st.child.pid != old_log ; }

/* With runsv, the run and the logger all dead the pipe is gone with what was in it: nobody can
   promise more. So nothing else happens until there is another logger; a run is not killed
   before somebody else has the pipe, and runsv not while there is no logger and the run may be
   about to end. */
static int disturbed ;        /* by a signal or a command since runsv was last killed */

static void end_logger (void)
{
  old_log = log_st.child.pid ;
  if (!is_running(&log_st) || !announced("log", &log_st)) return ;
  kill_one(old_log, SIGTERM) ;
  if (!wait_until(&logger_renewed)) complain("no other logger") ;
}

static int logger_there (void) { return is_running(&log_st) && announced("log", &log_st) ; }

static int no_logger (void) { return !log_st.child.pid || !alive((pid_t)log_st.child.pid) ; }

/* Without a run and a runsv the logger comes to the end of its input. It must have ended before
   another runsv starts, or that would adopt one that reads no more. */
static int run_there (void)
{
  pid_t run = last_event("run", 0) ;
  nap(1) ;
  look() ;
  return (main_st.child.pid && alive((pid_t)main_st.child.pid)) || (run && alive(run)) ;
}

static void random_step (void)
{
  /* No k: it may end a finish before that could announce itself. */
  static char const *const commands[] = { "d", "u", "t", "o", "p", "c", "h", "R", "z", "du", "tR", "Rd", "pc" } ;
  unsigned int what = chance(10) ;
  look() ;
  if (what < 3)
  {
    if (disturbed && !logger_there()) wait_until(&logger_there) ;
    disturbed = 0 ;
    kill_one((uint32_t)sup, SIGKILL) ;
    wait_until(&is_gone) ;
    if (chance(2)) nap((int)chance(10)) ;
    if (!chance(3) && logger_there()) kill_one(last_event("run", 0) == (pid_t)main_st.child.pid ? main_st.child.pid : 0, SIGKILL) ;
    if (!run_there()) wait_until(&no_logger) ;
    start_runsv(0) ;
  }
  else if (what < 5)
  {
    disturbed = 1 ;
    if (!logger_there()) wait_until(&in_control) ;
    kill_one(main_st.m.phase == HF_PHASE_RUN && alive((pid_t)main_st.child.pid) ? main_st.child.pid : 0, SIGKILL) ;
  }
  else if (what < 6) end_logger() ;
  else { disturbed = 1 ; say(commands[chance(sizeof(commands) / sizeof(commands[0]))]) ; }
  if (chance(2)) nap((int)chance(30)) ;
  reap_all() ;
  if (sup_dead)
  {
    if (!WIFSIGNALED(sup_status) && WEXITSTATUS(sup_status) != 111) complain("runsv ended by itself: %x", sup_status) ;
    start_runsv(0) ;
  }
}

static int random_walk (void)
{
  char const *s = getenv("CRASHTEST_SEED") ;
  uint64_t begun = s ? strtoull(s, 0, 10) : (uint64_t)time(0) * 100 + (uint64_t)getpid() ;
  int64_t end ;
  s = getenv("CRASHTEST_MS") ;
  end = hf_clock_ms() + (s ? atoi(s) : 8000) ;
  seed = begun ;
  make_service() ;
  err_fd = open(SVC "/err", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644) ;
  start_runsv(0) ;
  wait_until(&all_up) ;
  for (; hf_clock_ms() < end && !bad_here ; step_no++) random_step() ;
  if (!wait_until(&in_control)) complain("no runsv in control") ;
  say("cu") ;
  if (!wait_until(&all_up)) complain("not up in the end: phase %d want %d", main_st.m.phase, main_st.m.want) ;
  epilogue() ;
  check_events() ;
  check_lines() ;
  printf("# random: %d steps from CRASHTEST_SEED=%llu\n", step_no, (unsigned long long)begun) ;
  fflush(stdout) ;
  if (bad_here && system("tail -n 20 " SVC "/err " SVC "/events | sed 's/^/#   /'")) bad = 1 ;
  return bad ;
}

/* Scenario "recovery", for tests/bench: how long from the start of a runsv, just after the death
   of another, to the moment when it listens; the median of many, in microseconds.
   CRASHTEST_RUNSV: that of another suite. */

static int listens (void) { return hf_control_alive(SVC "/supervise") == 1 ; }

static long micros (void)
{
  struct timespec ts ;
  clock_gettime(CLOCK_MONOTONIC, &ts) ;
  return (long)ts.tv_sec * 1000000 + ts.tv_nsec / 1000 ;
}

static int by_size (void const *a, void const *b)
{
  return *(long const *)a > *(long const *)b ? 1 : -1 ;
}

#define RECOVERIES 51

static int recovery (void)
{
  long t[RECOVERIES] ;
  make_service() ;
  err_fd = open(SVC "/err", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644) ;
  start_runsv(0) ;
  wait_until(&listens) ;
  nap(300) ;
  for (int i = 0 ; i < RECOVERIES ; i++)
  {
    long begun = micros() ;
    kill_one((uint32_t)sup, SIGKILL) ;
    while (waitpid(sup, &sup_status, 0) != sup) ;
    start_runsv(0) ;
    while (!listens()) ;
    t[i] = micros() - begun ;
    nap(20) ;
    reap_all() ;
  }
  qsort(t, RECOVERIES, sizeof(long), &by_size) ;
  printf("%ld\n", t[RECOVERIES / 2]) ;
  kill_one((uint32_t)sup, SIGTERM) ;
  wait_until(&is_gone) ;
  return 0 ;
}

/* Scenario "probe": may this process trace? */
static int probe (void)
{
  int w ;
  pid_t pid = fork() ;
  if (!pid) { raise(SIGSTOP) ; _exit(0) ; }
  if (waitpid(pid, &w, WUNTRACED) != pid) broken("wait") ;
  seize(pid) ;
  kill(pid, SIGKILL) ;
  waitpid(pid, &w, 0) ;
  return 0 ;
}

int main (int argc, char **argv)
{
  int n, first = 1, step = 1, count = 0 ;
  char const *s = getenv("CRASHTEST_PART") ; /* "I/K": moments I, I+K, I+2K... */
  if (argc < 2) return 100 ;
  setvbuf(stdout, 0, _IOLBF, 0) ;
  scenario = argv[1] ;
  if (!strcmp(scenario, "probe")) return probe() ;
  files = argv + 2 ;
  if (s && sscanf(s, "%d/%d", &first, &step) != 2) return 100 ;
  s = getenv("CRASHTEST_FAIL") ;
  if (s) fault = atoi(s) ;
#ifdef NO_FAULTS
  if (fault) { printf("# no faults on this machine\n") ; return 0 ; }
#endif
  s = getenv("CRASHTEST_ONLY") ;
  if (s) first = atoi(s) ;   /* that moment alone */
  s = getenv("BUILD") ;
  snprintf(build, sizeof(build), "%s", s ? s : "build") ;
  snprintf(root, sizeof(root), "%s.%d", scenario, (int)getpid()) ;
  if (mkdir(root, 0755) < 0 || chdir(root) < 0) broken("make a directory") ;
  if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0) broken("become a subreaper") ;
  if (has("recovery")) { recovery() ; return chdir("..") ; }
  if (has("random")) { bad = random_walk() ; if (chdir("..") < 0) bad = 1 ; rm_rf(root) ; return bad ; }
  for (n = first ; n < 2000 ; n += step)
  {
    int c = one(n) ;
    if (c < n || getenv("CRASHTEST_ONLY")) break ;
    count++ ;
  }
  if (fault) printf("# %s: %d calls failed with error %d\n", scenario, faults, fault) ;
  else printf("# %s: killed at %d moments, the last before number %d\n", scenario, count, n) ;
  if (!count) bad = 1 ;
  chdir("..") ;
  rm_rf(root) ;
  return bad ;
}
