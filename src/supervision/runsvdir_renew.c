/* ISC license. */

/* A service directory that was removed or moved away and made anew under the same name, while
   its service runs. holdfast's runsv moves there on USR1 and keeps what it runs. Another
   runsv would die of it, so the signal is sent only to one that is known to take it. And one
   that was started in another scan directory would look for the new directory there: it is
   told to exit, and its service starts anew. If runsv dies before it moves, its record is lost
   with the old directory: then what still works there is stopped before a new one starts. */

#include <skalibs/nonposix.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

#include <skalibs/djbunix.h>
#include <skalibs/types.h>

#include <holdfast/clock.h>
#include <holdfast/message.h>
#include <holdfast/names.h>
#include <holdfast/process.h>
#include <holdfast/state.h>
#include "runsvdir.h"

#define MOVE_SIGNAL SIGUSR1

static int in_mask (char const *status, char const *field, int sig)
{
  char const *p = strstr(status, field) ;
  return p && strtoull(p + strlen(field), 0, 16) >> (sig - 1) & 1 ;
}

/* Is it caught, or blocked to be read from a descriptor? */
static int takes_signal (pid_t pid, int sig)
{
  char path[32] = "/proc/" ;
  char s[4096] ;
  ssize_t r ;
  strcpy(path + 6 + pid_fmt(path + 6, pid), "/status") ;
  r = openreadnclose_nb(path, s, sizeof(s) - 1) ;
  if (r <= 0) return 0 ;
  s[r] = 0 ;
  return in_mask(s, "SigBlk:", sig) || in_mask(s, "SigCgt:", sig) ;
}

int renew_entry (struct tree *t, uint32_t i)
{
  struct entry *e = t->t.e + i ;
  if (!e->pid) return !(e->flags & FLAG_HELD) ;
  if (e->flags & FLAG_ELSEWHERE || !takes_signal(e->pid, MOVE_SIGNAL)) return 0 ;
  signal_entry(t, i, MOVE_SIGNAL) ;
  if (e->flags & FLAG_ESSENTIAL)
  {
    e->flags |= FLAG_UNWATCHED ;
    t->essential_at = t->now + 20 ;
  }
  return 1 ;
}

/* An orphan, which is no runsv, in the old directory of this entry. */
struct orphans { struct tree *t ; struct entry const *e ; int n ; } ;

static int stop_orphan (char const *name, void *data)
{
  struct orphans *o = data ;
  char path[32] = "/proc/" ;
  struct stat st ;
  pid_t pid, parent ;
  if (!pid0_scan(name, &pid) || strlen(name) > 10) return 0 ;
  strcat(strcpy(path + 6, name), "/cwd") ;
  if (stat(path, &st) < 0 || st.st_ino != o->e->was_ino || st.st_dev != o->e->was_dev) return 0 ;
  parent = hf_proc_parent(pid) ;
  if ((parent != getpid() && parent != 1) || table_by_pid(&o->t->t, pid) != NONE) return 0 ;
  if (!o->n++) hf_warn("the directory of ", o->e->name, " was replaced, and its runsv died before it moved: stopping process ", name) ;
  kill(pid, SIGTERM) ;
  kill(pid, SIGCONT) ;
  return 0 ;
}

int renew_waits (struct tree *t, uint32_t i, char const *supervise)
{
  struct orphans o = { .t = t, .e = t->t.e + i, .n = 0 } ;
  hf_state st ;
  if (!(o.e->flags & FLAG_REPLACED)) return 0 ;
  if (!hf_state_read(&st, supervise)) hf_names_each("/proc", &stop_orphan, &o) ;
  if (!o.n) t->t.e[i].flags &= ~FLAG_REPLACED ;
  return o.n ;
}
