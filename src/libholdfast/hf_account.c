/* ISC license. */

#include <errno.h>
#include <pwd.h>
#include <string.h>

#include "hf_accounts-internal.h"

/* Copies a text behind the others. Its place, or null: no room. */
static char const *keep (hf_account *a, size_t *pos, char const *s, size_t n)
{
  char *p = a->text + *pos ;
  if (n >= HF_ACCOUNT_TEXT - *pos) { errno = ENAMETOOLONG ; return 0 ; }
  memcpy(p, s, n) ;
  p[n] = 0 ;
  *pos += n + 1 ;
  return p ;
}

#if HF_ACCOUNTS_FILES

static int take (hf_account *a, hf_fields const *f)
{
  size_t pos = 0 ;
  unsigned int uid, gid ;
  if (!hf_accounts_id(f, 2, &uid) || !hf_accounts_id(f, 3, &gid)) return 0 ;
  a->uid = uid ;
  a->gid = gid ;
  a->foreign = 0 ;
  a->name = keep(a, &pos, f->s[0], f->len[0]) ;
  a->home = a->name ? keep(a, &pos, f->s[5], f->len[5]) : 0 ;
  a->shell = a->home ? keep(a, &pos, f->s[6], f->len[6]) : 0 ;
  return a->shell ? 1 : -1 ;
}

/* A line with that name and ids that are none is an error: the C library must not be asked
   next, since it may make something of them (musl drops the high bits of a large number). */
static int from_file (hf_account *a, char const *name, uid_t uid)
{
  char buf[HF_ACCOUNTS_BUF] ;
  size_t len ;
  hf_fields f ;
  unsigned int id ;
  int bad = 0 ;
  char const *s = hf_accounts_read(HF_PASSWD, buf, &len) ;
  if (!s) return -1 ;
  while (hf_accounts_line(&s, &len, 7, &f))
    if (name ? hf_accounts_is(&f, 0, name) : hf_accounts_id(&f, 2, &id) && id == uid)
    {
      int r = take(a, &f) ;
      if (r) return r ;
      bad = 1 ;
    }
  if (bad) errno = EINVAL ;
  return bad ? -1 : 0 ;
}

#endif

#if HF_ACCOUNTS_LIBC

static int from_libc (hf_account *a, char const *name, uid_t uid)
{
  size_t pos = 0 ;
  struct passwd *pw ;
  errno = 0 ;
  pw = name ? getpwnam(name) : getpwuid(uid) ;
  if (!pw)
    switch (errno)
    {
      case 0 : case ENOENT : case ESRCH : case EBADF : case EPERM : return 0 ; /* getpwnam(3) lists these */
      default : return -1 ;
    }
  a->uid = pw->pw_uid ;
  a->gid = pw->pw_gid ;
  a->foreign = 1 ;
  a->name = keep(a, &pos, pw->pw_name, strlen(pw->pw_name)) ;
  a->home = a->name ? keep(a, &pos, pw->pw_dir, strlen(pw->pw_dir)) : 0 ;
  a->shell = a->home ? keep(a, &pos, pw->pw_shell, strlen(pw->pw_shell)) : 0 ;
  return a->shell ? 1 : -1 ;
}

#endif

static int find (hf_account *a, char const *name, uid_t uid)
{
  int r = 0 ;
#if HF_ACCOUNTS_FILES
  r = from_file(a, name, uid) ;
#endif
#if HF_ACCOUNTS_LIBC
  if (!r) r = from_libc(a, name, uid) ;
#endif
  return r ;
}

int hf_account_byname (hf_account *a, char const *name)
{
  return *name ? find(a, name, 0) : 0 ;
}

int hf_account_byuid (hf_account *a, uid_t uid)
{
  return find(a, 0, uid) ;
}
