/* ISC license. */

#include <errno.h>
#include <string.h>

#include "hf_accounts-internal.h"

#define WORD 256

/* The word before the next colon. Its length, or 0: empty or too long. */
static size_t word (char const *s, char *w)
{
  size_t n = strcspn(s, ":") ;
  if (!n || n >= WORD) return 0 ;
  memcpy(w, s, n) ;
  w[n] = 0 ;
  return n ;
}

static int numbers (hf_ids *ids, char const *s)
{
  char w[WORD] ;
  unsigned int id ;
  size_t n = word(s, w) ;
  if (!n || !hf_id_scan(w, &id)) return -2 ;
  ids->uid = id ;
  while (s += n, *s)
  {
    n = word(++s, w) ;
    if (!n || !hf_id_scan(w, &id)) return -2 ;
    if (ids->n >= HF_IDS_MAX) { errno = E2BIG ; return -1 ; }
    ids->groups[ids->n++] = id ;
  }
  return ids->n ? 1 : -2 ;
}

static int names (hf_ids *ids, char const *s)
{
  char w[WORD] ;
  hf_account a ;
  int r ;
  size_t n = word(s, w) ;
  if (!n) return 0 ;
  r = hf_account_byname(&a, w) ;
  if (r <= 0) return r ;
  ids->uid = a.uid ;
  if (!s[n]) { ids->groups[ids->n++] = a.gid ; return 1 ; }
  while (s += n, *s)
  {
    n = word(++s, w) ;
    if (!n) return 0 ;
    if (ids->n >= HF_IDS_MAX) { errno = E2BIG ; return -1 ; }
    r = hf_group_byname(ids->groups + ids->n, w) ;
    if (r <= 0) return r ;
    ids->n++ ;
  }
  return 1 ;
}

int hf_ids_spec (hf_ids *ids, char const *spec)
{
  int r ;
  ids->n = 0 ;
  r = *spec == ':' ? numbers(ids, spec + 1) : names(ids, spec) ;
  if (r > 0) ids->gid = ids->groups[0] ;
  return r ;
}
