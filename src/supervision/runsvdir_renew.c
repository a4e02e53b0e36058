/* ISC license. */

/* A service directory that was removed or moved away and made anew under the same name, while
   its service runs. holdfast's runsv moves there on USR1 and keeps what it runs. Another
   runsv would die of it, so the signal is sent only to one that is known to take it. And one
   that was started in another scan directory would look for the new directory there: it is
   told to exit, and its service starts anew. */

#include <skalibs/nonposix.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <skalibs/djbunix.h>
#include <skalibs/types.h>

#include <holdfast/clock.h>
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
