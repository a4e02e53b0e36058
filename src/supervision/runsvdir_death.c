/* ISC license. */

/* Reaping. What dies is a runsv, or a stranger that was reparented to us. A stranger is
   reaped at once, except a ward: the service, logger or script of a runsv that crashed. The
   runsv that took it over may still want to read its exit status from the zombie, so it is
   left for a moment, during which the known ones are asked one by one. */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <sys/wait.h>

#include <skalibs/types.h>

#include <holdfast/message.h>
#include <holdfast/state.h>
#include "runsvdir.h"

#define GRACE_MS 50
#define SWEEP_MS 10
#define PIDS (1u << 22)       /* Linux gives no higher ones */

/* One bit for each pid; pages are touched when one is set. */
static unsigned char ward[PIDS / 8] ;

void ward_add (struct tree *t, pid_t pid)
{
  if (pid <= 0 || (unsigned int)pid >= PIDS || ward[pid / 8] & 1u << pid % 8) return ;
  ward[pid / 8] |= (unsigned char)(1u << pid % 8) ;
  t->wards++ ;
}

static int is_ward (pid_t pid)
{
  return (unsigned int)pid < PIDS && ward[pid / 8] & 1u << pid % 8 ;
}

static void ward_remove (struct tree *t, pid_t pid)
{
  if (!is_ward(pid)) return ;
  ward[pid / 8] &= (unsigned char)~(1u << pid % 8) ;
  t->wards-- ;
}

void ward_add_state (struct tree *t, char const *supervise)
{
  hf_state st ;
  if (!hf_state_read(&st, supervise)) return ;
  ward_add(t, (pid_t)st.child.pid) ;
  ward_add(t, (pid_t)st.script.pid) ;
  ward_add(t, (pid_t)st.hook.pid) ;
}

static void wards_of (struct tree *t, char const *name)
{
  hf_service s ;
  char log[HF_NAME + 8] ;
  if (hf_service_in(&s, ".", name)) ward_add_state(t, s.state) ;
  if (hf_path_join(log, sizeof(log), name, "log") && hf_service_in(&s, ".", log)) ward_add_state(t, s.state) ;
}

static void say_death (char const *name, int wstat)
{
  char n[UINT_FMT] ;
  int sig = WIFSIGNALED(wstat) ;
  n[uint_fmt(n, (unsigned int)(sig ? WTERMSIG(wstat) : WEXITSTATUS(wstat)))] = 0 ;
  hf_warn("runsv ", name, sig ? " was killed by signal " : " exited ", n) ;
}

void death_of (struct tree *t, uint32_t i, int wstat)
{
  struct entry *e = t->t.e + i ;
  char name[HF_NAME] ;
  adopt_close(t, i) ;
  table_set_pid(&t->t, i, 0) ;
  e->flags &= ~(FLAG_ADOPTED | FLAG_HELD | FLAG_ELSEWHERE) ;
  if (wstat) wards_of(t, e->name) ;
  if (wstat > 0 && WIFSIGNALED(wstat)) say_death(e->name, wstat) ;
  if (t->stop.on) stop_gone(t, i, wstat) ;
  else if (e->flags & FLAG_LEAVING) scan_gone(t, i) ;
  else if (e->flags & FLAG_GOING) return ;
  else
  {
    start_again(t, i) ;
    if (wstat) scan_name(t, strcpy(name, e->name), 0) ; /* it may have been replaced just before */
  }
}

static void dead (struct tree *t, pid_t pid, int wstat)
{
  uint32_t i ;
  ward_remove(t, pid) ;
  if (upgrade_tried(t, pid, wstat)) return ;
  i = table_by_pid(&t->t, pid) ;
  if (i != NONE) death_of(t, i, wstat) ;
}

/* A ward that is dead hides what came after it from waitid. */
static void sweep (struct tree *t)
{
  t->sweep_at = t->now + SWEEP_MS ;
  for (uint32_t i = 0 ; i < t->t.used ; i++)
  {
    struct entry *e = t->t.e + i ;
    int wstat ;
    if (e->pid && !(e->flags & FLAG_ADOPTED) && waitpid(e->pid, &wstat, WNOHANG) == e->pid) death_of(t, i, wstat) ;
  }
}

/* Whom waitid would give us next: 0 nobody. */
static pid_t peek (void)
{
  siginfo_t si ;
  si.si_pid = 0 ;
  return waitid(P_ALL, 0, &si, WEXITED | WNOHANG | WNOWAIT) < 0 ? 0 : si.si_pid ;
}

/* Is it to be left alone for now? When the grace of one is over, all that are dead by then go:
   many dying at once do not wait for each other. */
static int in_grace (struct tree *t, pid_t pid)
{
  if (!is_ward(pid)) return 0 ;
  if (!t->grace_end) t->grace_end = t->now + GRACE_MS ;
  return t->now < t->grace_end ;
}

void death_reap (struct tree *t)
{
  for (;;)
  {
    pid_t pid = -1 ;
    int wstat ;
    if (t->wards)
    {
      pid = peek() ;
      if (!pid) break ;
      if (in_grace(t, pid))
      {
        if (t->now >= t->sweep_at) sweep(t) ;
        return ;
      }
    }
    pid = waitpid(pid, &wstat, WNOHANG) ;
    if (pid <= 0) break ;
    dead(t, pid, wstat) ;
  }
  t->grace_end = 0 ;
}

int64_t death_next (struct tree const *t)
{
  return !t->grace_end ? HF_NEVER : t->sweep_at < t->grace_end ? t->sweep_at : t->grace_end ;
}
