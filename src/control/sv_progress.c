/* ISC license. */

/* A line on the terminal while something is awaited for longer than a second. It goes to standard
   error and is wiped before anything else is said. */

#include <skalibs/types.h>

#include <unistd.h>

#include <holdfast/clock.h>
#include "sv.h"

#define EVERY 1000
#define NAMES 3

static int64_t began ;
static int shown ;

int sv_progress_due (int64_t *at)
{
  int64_t now = hf_clock_ms() ;
  if (!isatty(2)) { *at = HF_NEVER ; return 0 ; }
  if (!began) began = now - EVERY ;
  *at = now + EVERY ;
  return 1 ;
}

void sv_progress_show (sv_unit const *u, unsigned int n)
{
  unsigned int pending = 0 ;
  sv_to(2) ;
  sv_put("\r\033[Kwaiting for ") ;
  for (unsigned int i = 0 ; i < n ; i++)
  {
    if (u[i].done || pending++ >= NAMES) continue ;
    if (pending > 1) sv_put(", ") ;
    sv_put_name(u[i].word) ;
  }
  if (pending > NAMES)
  {
    sv_put(" and ") ;
    sv_put_uint(pending - NAMES) ;
    sv_put(" more") ;
  }
  sv_put(": ") ;
  sv_put_uint((uint64_t)(hf_clock_ms() - began) / 1000) ;
  sv_put("s") ;
  sv_to(1) ;
  shown = 1 ;
}

void sv_progress_clear (void)
{
  if (!shown) return ;
  shown = 0 ;
  sv_to(2) ;
  sv_put("\r\033[K") ;
  sv_to(1) ;
}
