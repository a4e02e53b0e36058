/* ISC license. */

/* Starting run and finish. The child takes the machine's next step and publishes "state"
   itself, in the memory it shares with the supervisor until its exec: there is no moment in
   which it runs and is not recorded. */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <skalibs/djbunix.h>
#include <skalibs/posixplz.h>
#include <skalibs/types.h>
#include <skalibs/uint32.h>

#include <holdfast/clock.h>
#include <holdfast/lock.h>
#include <holdfast/message.h>
#include <holdfast/spawn.h>
#include "config.h"
#include "runsv.h"

#define LABEL_MAX (HF_NAME + 4)
#define FINISH_TRIES 10       /* a finish that cannot be started must not hold up the service for ever */

/* Readiness: a FIFO that the service holds for reading and writing, so that it never gets
   EPIPE from it while there is no supervisor, and that a new supervisor can open again.
   The end for the service; -1 none wanted; -2 and errno. */
static int make_notify (slot *s)
{
  if (s->notify_r >= 0) { fd_close(s->notify_r) ; s->notify_r = -1 ; }
  if (s->policy.notification_fd < 0) return -1 ;
  unlinkat(s->sup_fd, "notifypipe", 0) ;
  if (mkfifoat(s->sup_fd, "notifypipe", 0600) < 0) return -2 ;
  s->notify_r = openat(s->sup_fd, "notifypipe", O_RDONLY | O_NONBLOCK | O_CLOEXEC) ;
  if (s->notify_r < 0) return -2 ;
  return openat(s->sup_fd, "notifypipe", O_RDWR | O_CLOEXEC) ;
}

/* lock-fd: a lock that the run holds, and all that it starts, and nobody else: the next run does
   not begin before they are gone. The descriptor for the run, whose number is above that of the
   other one; -1 none wanted; -2 and errno. */
static int make_lock (slot *s)
{
  int fd, r ;
  if (s->policy.lock_fd < 0) return -1 ;
  fd = openat(s->sup_fd, "service-lock", O_RDWR | O_CREAT | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC, 0644) ;
  if (fd < 0) return -2 ;
  r = hf_lock(fd, 0) < 0 ? -2 : fcntl(fd, F_DUPFD_CLOEXEC, s->policy.notification_fd + 1) ;
  fd_close(fd) ;
  return r == -1 ? -2 : r ;
}

/* The machine or the disk is in trouble, not the service: it is no end of a run, and a finish
   is not left out for it. */
static int is_trouble (int e)
{
  return e == ENOMEM || e == EAGAIN || e == EMFILE || e == ENFILE || e == EIO || e == ENOSPC || e == EDQUOT || e == ETXTBSY ;
}

static int is_temporary (int step, int e)
{
  return step == HF_STEP_FORK || step == HF_STEP_RECORD || is_trouble(e) ;
}

/* Messages: each kind of failure once, until a start succeeds. */
static void complain_spawn (slot *s, char const *file, int *step, int e)
{
  char interp[256] ;
  char path[64] ;
  int said = s->said_step == *step && s->said_errno == e ;
  s->said_step = *step ;
  s->said_errno = e ;
  if (*step == HF_STEP_EXEC && e == ENOENT && hf_path_join(path, sizeof(path), s->dir, file)
    && hf_spawn_interpreter(path, interp, sizeof(interp)))
  {
    *step = HF_STEP_INTERPRETER ;
    if (!said) hf_message("fatal", e, hf_words("unable to start ", s->label, "./", file, ": interpreter ", interp)) ;
  }
  else if (said) return ;
  else if (is_temporary(*step, e))
    hf_message("warning", e, hf_words("unable to ", hf_step_name(*step), " for ", s->label, "./", file, ", trying again")) ;
  else if (*step == HF_STEP_EXEC)
    hf_message("fatal", e, hf_words("unable to start ", s->label, "./", file)) ;
  else
    hf_message("fatal", e, hf_words("unable to start ", s->label, "./", file, ": unable to ", hf_step_name(*step))) ;
}

/* The records that the children make of themselves. */

static int record_started (slot *s, hf_proc const *p)
{
  hf_actions none ;
  hf_event ev = { .kind = HF_EV_STARTED } ;
  s->st.child = *p ;
  hf_machine_step(&s->st.m, ev, &s->policy, hf_clock_ms(), &none) ;
  return publish_state(s) ;
}

static int record_run (void *data, hf_proc const *p)
{
  slot *s = data ;
  s->st.run_pid = p->pid ;
  s->st.pgid = (uint32_t)getpgrp() ;
  hf_clock_stamp(&s->st.since) ;
  s->st.last_start = s->st.since ;
  s->st.ready_since = (tain)TAIN_ZERO ;
  s->st.spawn_step = 0 ;
  return record_started(s, p) ;
}

static int record_finish (void *data, hf_proc const *p)
{
  return record_started(data, p) ;
}

/* No child came to be: the machine goes back to before the attempt. */
static void not_started (slot *s, hf_state const *saved)
{
  uint64_t seq = s->st.seq ;
  s->st = *saved ;
  s->st.seq = seq ;
  s->state_dirty = 1 ;
  slot_event(s, HF_EV_NOTSTARTED, AGAIN) ;
}

/* It came to be and could not exec: it has lived, and died as runit's child would have. */
static void died_at_once (slot *s, int step, int e)
{
  s->st.spawn_step = (uint8_t)step ;
  s->st.spawn_errno = (uint32_t)e ;
  child_died(s, CANNOT_START) ;
}

static void spawn_child (slot *s, hf_spawn *sp, char const *file)
{
  hf_state saved = s->st ;
  hf_proc proc = HF_PROC_ZERO ;
  int step, e ;
  sp->die_with_parent = 1 ;
  sp->envp = (char const *const *)environ ;
  sp->data = s ;
  sp->chdir = s->st.m.islog ? "log" : 0 ;
  s->child_ours = 1 ;
  s->files_dirty = 1 ;
  if (hf_spawn_run(sp, &proc, &step)) { s->said_step = s->finish_tries = 0 ; return ; }
  e = errno ;
  complain_spawn(s, file, &step, e) ;
  if (is_temporary(step, e) && (s->st.m.phase != HF_PHASE_FINISH || s->finish_tries++ < FINISH_TRIES)) not_started(s, &saved) ;
  else died_at_once(s, step, e) ;
}

/* A group of its own also for kill-mode tree: after the death of a supervisor what a run left
   behind is nobody's child any more, and the group is what is left to find it by. */
static int session_of (slot const *s)
{
  if (s->policy.convention == HF_CONVENTION_S6) return 1 ;
  return s->policy.kill_mode == HF_KILL_PROCESS ? 0 : 2 ;
}

/* Standard input of the logger, standard output of the others: the log pipe. */
void place_pipe (slot const *s, hf_spawn *sp)
{
  if (s->st.m.islog) sp->fd0 = R.pipe_r ;
  else if (R.pipe_w >= 0) sp->fd1 = R.pipe_w ;
}

/* svneed lies beside this very program. */
static void find_svneed (char *path)
{
  ssize_t n = readlink("/proc/self/exe", path, HF_PATH - 16) ;
  char *slash ;
  path[n > 0 ? n : 0] = 0 ;
  slash = strrchr(path, '/') ;
  strcpy(slash ? slash + 1 : path, slash ? "svneed" : HF_BINDIR "/svneed") ;
}

/* The scan directory as a path: asked only here, since to keep it would cost every runsv a
   page. Where the system does not tell, we go there and come back. */
static int find_scan (char *path)
{
  char link[16 + UINT_FMT] = "/proc/self/fd/" ;
  ssize_t n ;
  int here, good ;
  link[14 + uint_fmt(link + 14, (unsigned int)R.scan_fd)] = 0 ;
  n = readlink(link, path, HF_PATH - 1) ;
  if (n > 0) { path[n] = 0 ; return 1 ; }
  here = openat(AT_FDCWD, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (here < 0) return 0 ;
  good = !fchdir(R.scan_fd) && getcwd(path, HF_PATH) ;
  if (fchdir(here) < 0) good = 0 ;
  fd_close(here) ;
  return good ;
}

/* A service with needs is started through svneed, which brings them up and then execs run. */
static int has_needs (slot *s)
{
  struct stat st ;
  return !s->st.m.islog && !R.daemontools && has_entry(s, HF_ENTRY_NEEDS) && !lstat("needs", &st) ;
}

/* A log/ that was not there when runsv came up: the way to it is a fresh image of runsv, which
   goes on with the start a moment later. Tried once. 1 if that is under way. */
static int wants_logger (slot *s)
{
  struct stat st ;
  if (s->st.m.islog || L.present || R.log_tried || R.daemontools) return 0 ;
  if (!has_entry(s, HF_ENTRY_LOG) || stat("log", &st) < 0 || !S_ISDIR(st.st_mode)) return 0 ;
  R.log_tried = 1 ;
  upgrade_begin() ;
  return !!R.checker ;
}

/* Restarts nobody asked for keep the pace of the tree. 0, or the time until our turn. */
static int must_wait (slot *s)
{
  if (!s->turn_at)
  {
    if (s->st.m.why != HF_WHY_RESTART) return 0 ;
    s->turn_at = hf_pace_take(&R.pace, R.now) ;
  }
  if (s->turn_at > R.now) return (int)(s->turn_at - R.now) ;
  s->turn_at = 0 ;
  return 0 ;
}

/* "NAME", or "NAME/log" in buf of LABEL_MAX bytes. */
static char const *name_of (slot const *s, char *buf)
{
  return s->st.m.islog && hf_path_join(buf, LABEL_MAX, R.base, "log") ? buf : R.base ;
}

/* The word that run gets: the instance, or what the s6 convention says; or null. */
static char const *argument (slot const *s, char *buf)
{
  if (R.instance[0]) return R.instance ;
  return s->policy.convention == HF_CONVENTION_S6 ? name_of(s, buf) : 0 ;
}

static void start_run (slot *s, char const *file, char const *const *argv)
{
  hf_spawn sp = HF_SPAWN_ZERO ;
  int step = HF_STEP_FDS ;
  int fd = make_notify(s) ;
  if (fd != -2)
  {
    step = HF_STEP_LOCK ;
    sp.lock_fd = make_lock(s) ;
  }
  if (fd == -2 || sp.lock_fd == -2)
  {
    complain_spawn(s, "run", &step, errno) ;
    slot_event(s, HF_EV_NOTSTARTED, AGAIN) ;
    if (fd >= 0) fd_close(fd) ;
    return ;
  }
  sp.file = file ;
  sp.argv = argv ;
  sp.notify_fd = fd ;
  sp.notify_to = s->policy.notification_fd ;
  sp.lock_to = s->policy.lock_fd ;
  sp.session = session_of(s) ;
  sp.record = &record_run ;
  place_pipe(s, &sp) ;
  spawn_child(s, &sp, "run") ;
  if (fd >= 0) fd_close(fd) ;
  if (sp.lock_fd >= 0) fd_close(sp.lock_fd) ;
}

/* Through svneed, which brings the needed up and then execs run; with no run there (a target)
   it stays. A function of its own for its large frame. */
static void __attribute__((noinline)) run_with_needs (slot *s)
{
  char svneed[HF_PATH], scan[HF_PATH] ;
  char name[LABEL_MAX] ;
  char const *argv[] = { "svneed", "-d", scan, "-n", R.name, "-f", "needs", "--", "./run", argument(s, name), 0 } ;
  find_svneed(svneed) ;
  if (!find_scan(scan))
  {
    hf_warnsys("unable to find the scan directory") ;
    slot_event(s, HF_EV_NOTSTARTED, AGAIN) ;
    return ;
  }
  if (access("run", F_OK) < 0 && errno == ENOENT) { argv[7] = "-k" ; argv[8] = 0 ; }
  start_run(s, svneed, argv) ;
}

void spawn_run (slot *s)
{
  int wait = wants_logger(s) ? AGAIN : must_wait(s) ;
  if (wait) { slot_event(s, HF_EV_NOTSTARTED, wait) ; return ; }
  read_policy(s) ;
  if (!s->st.m.islog) R.used_known = 0 ;
  if (has_needs(s)) run_with_needs(s) ;
  else
  {
    char name[LABEL_MAX] ;
    char const *argv[] = { "./run", argument(s, name), 0 } ;
    start_run(s, "./run", argv) ;
  }
}

/* finish exists if it can be opened for reading, as runit has it. -1: who knows. */
static int has_finish (slot *s)
{
  char path[32] ;
  int fd ;
  if (R.daemontools || !has_entry(s, HF_ENTRY_FINISH) || !hf_path_join(path, sizeof(path), s->dir, "finish")) return 0 ;
  fd = openc_read(path) ;
  if (fd >= 0) fd_close(fd) ;
  else if (is_trouble(errno) && s->finish_tries++ < FINISH_TRIES) return -1 ;
  return fd >= 0 ;
}

/* The end of the last run in words, for finish and for the failed hook. */
void end_words (slot const *s, char *code, char *sig)
{
  hf_machine const *m = &s->st.m ;
  int s6 = s->policy.convention == HF_CONVENTION_S6 ;
  int w = m->last_wstat ;
  int known = m->flags & HF_FLAG_KNOWN ;
  if (known && WIFEXITED(w)) code[uint_fmt(code, (unsigned int)WEXITSTATUS(w))] = 0 ;
  else strcpy(code, s6 ? "256" : "-1") ;
  if (!known) w = 0 ;
  sig[uint_fmt(sig, (unsigned int)(s6 ? w & 127 : w & 255))] = 0 ;
}

void spawn_finish (slot *s)
{
  hf_spawn sp = HF_SPAWN_ZERO ;
  char code[UINT_FMT], sig[UINT_FMT], pgid[UINT32_FMT] ;
  char name[LABEL_MAX] ;
  char const *argv[6] = { "./finish", code, sig, name_of(s, name), pgid, 0 } ;
  int step = HF_STEP_EXEC ;
  int has = has_finish(s) ;
  if (has < 0) complain_spawn(s, "finish", &step, errno) ;
  if (has <= 0) { slot_event(s, HF_EV_NOTSTARTED, has ? AGAIN : 0) ; return ; }
  end_words(s, code, sig) ;
  pgid[uint32_fmt(pgid, s->st.pgid)] = 0 ;
  sp.file = "./finish" ;
  sp.argv = argv ;
  sp.session = session_of(s) ;
  sp.record = &record_finish ;
  if (!s->st.m.islog) place_pipe(s, &sp) ;
  spawn_child(s, &sp, "finish") ;
}
