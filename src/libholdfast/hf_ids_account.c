/* ISC license. */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <grp.h>
#include <string.h>
#include <unistd.h>

#include "hf_accounts-internal.h"

int hf_ids_add (hf_ids *ids, gid_t gid)
{
  for (unsigned int i = 0 ; i < ids->n ; i++) if (ids->groups[i] == gid) return 1 ;
  if (ids->n >= HF_IDS_MAX) { errno = E2BIG ; return 0 ; }
  ids->groups[ids->n++] = gid ;
  return 1 ;
}

#if HF_ACCOUNTS_FILES

/* Is name one of the comma-separated words of a field? */
static int member (char const *s, size_t len, char const *name)
{
  size_t n = strlen(name) ;
  while (len)
  {
    char const *p = memchr(s, ',', len) ;
    size_t l = p ? (size_t)(p - s) : len ;
    if (l == n && !memcmp(s, name, n)) return 1 ;
    if (!p) break ;
    s += l + 1 ;
    len -= l + 1 ;
  }
  return 0 ;
}

static int from_file (hf_ids *ids, char const *name)
{
  char buf[HF_ACCOUNTS_BUF] ;
  size_t len ;
  hf_fields f ;
  unsigned int id ;
  char const *s = hf_accounts_read(HF_GROUP, buf, &len) ;
  if (!s) return -1 ;
  while (hf_accounts_line(&s, &len, 4, &f))
    if (member(f.s[3], f.len[3], name) && hf_accounts_id(&f, 2, &id) && !hf_ids_add(ids, id)) return -1 ;
  return 1 ;
}

#endif

#if HF_ACCOUNTS_LIBC

static int from_libc (hf_ids *ids, char const *name)
{
  int n = HF_IDS_MAX ;
  if (getgrouplist(name, ids->gid, ids->groups, &n) < 0) { errno = E2BIG ; return -1 ; }
  ids->n = (unsigned int)n ;
  return 1 ;
}

#endif

int hf_ids_account (hf_ids *ids, hf_account const *a, int supplementary)
{
  ids->uid = a->uid ;
  ids->gid = a->gid ;
  ids->n = 1 ;
  ids->groups[0] = a->gid ;
  if (!supplementary) return 1 ;
#if HF_ACCOUNTS_LIBC
  if (a->foreign) return from_libc(ids, a->name) ;
#endif
#if HF_ACCOUNTS_FILES
  return from_file(ids, a->name) ;
#else
  errno = ENOSYS ;
  return -1 ;
#endif
}
