/* ISC license. */

#include <errno.h>
#include <grp.h>

#include "hf_accounts-internal.h"

#if HF_ACCOUNTS_FILES

static int from_file (gid_t *gid, char const *name)
{
  char buf[HF_ACCOUNTS_BUF] ;
  size_t len ;
  hf_fields f ;
  unsigned int id ;
  int bad = 0 ;
  char const *s = hf_accounts_read(HF_GROUP, buf, &len) ;
  if (!s) return -1 ;
  while (hf_accounts_line(&s, &len, 4, &f))
    if (hf_accounts_is(&f, 0, name))
    {
      bad = !hf_accounts_id(&f, 2, &id) ;
      if (bad) continue ;
      *gid = id ;
      return 1 ;
    }
  if (bad) errno = EINVAL ;   /* as in hf_account.c */
  return bad ? -1 : 0 ;
}

#endif

#if HF_ACCOUNTS_LIBC

static int from_libc (gid_t *gid, char const *name)
{
  struct group *gr ;
  errno = 0 ;
  gr = getgrnam(name) ;
  if (!gr)
    switch (errno)
    {
      case 0 : case ENOENT : case ESRCH : case EBADF : case EPERM : return 0 ;
      default : return -1 ;
    }
  *gid = gr->gr_gid ;
  return 1 ;
}

#endif

int hf_group_byname (gid_t *gid, char const *name)
{
  int r = 0 ;
  if (!*name) return 0 ;
#if HF_ACCOUNTS_FILES
  r = from_file(gid, name) ;
#endif
#if HF_ACCOUNTS_LIBC
  if (!r) r = from_libc(gid, name) ;
#endif
  return r ;
}
