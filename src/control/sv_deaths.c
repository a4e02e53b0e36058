/* ISC license. */

/* SUPERVISE/deaths: 32 bytes for each death, big-endian, written round and round:
   12 stamp, 4 wait status, 4 flags (1: the status is known), 4 pid, 8 milliseconds it ran. */

#include <stdlib.h>

#include <skalibs/djbunix.h>
#include <skalibs/tai.h>
#include <skalibs/uint32.h>
#include <skalibs/uint64.h>

#include "sv.h"

#define RECORD 32
#define MOST 4096

static void unpack (sv_death *d, char const *s)
{
  uint32_t wstat, flags ;
  uint64_t sec, ms ;
  uint64_unpack_big(s, &sec) ;
  d->at.sec.x = sec ;
  uint32_unpack_big(s + 8, &d->at.nano) ;
  uint32_unpack_big(s + 12, &wstat) ;
  uint32_unpack_big(s + 16, &flags) ;
  uint32_unpack_big(s + 20, &d->pid) ;
  uint64_unpack_big(s + 24, &ms) ;
  d->wstat = (int)(wstat & 0xffff) ;
  d->known = flags & 1 ;
  d->run_ms = ms > INT64_MAX ? 0 : (int64_t)ms ;
}

static int earlier (void const *a, void const *b)
{
  sv_death const *x = a, *y = b ;
  return tain_less(&x->at, &y->at) ? -1 : tain_less(&y->at, &x->at) ;
}

unsigned int sv_deaths (sv_unit const *u, sv_death **d)
{
  char path[HF_PATH] ;
  char *s ;
  ssize_t r ;
  unsigned int n = 0 ;
  *d = 0 ;
  if (!hf_path_join(path, sizeof(path), u->sup, "deaths")) return 0 ;
  s = sv_alloc(MOST * RECORD) ;
  r = openreadnclose_nb(path, s, MOST * RECORD) ;
  if (r >= RECORD)
  {
    *d = sv_alloc((size_t)r / RECORD * sizeof(sv_death)) ;
    for (ssize_t i = 0 ; i + RECORD <= r ; i += RECORD)
    {
      unpack(*d + n, s + i) ;
      if ((*d)[n].at.sec.x) n++ ;
    }
    qsort(*d, n, sizeof(sv_death), &earlier) ;
  }
  free(s) ;
  return n ;
}
