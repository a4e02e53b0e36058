/* ISC license. */

#include <skalibs/types.h>

#include <holdfast/ids.h>

static int number (hf_env *e, char const *name, unsigned int u)
{
  char s[UINT_FMT] ;
  s[uint_fmt(s, u)] = 0 ;
  return hf_env_put(e, name, s) ;
}

int hf_ids_env (hf_env *e, uid_t uid, gid_t gid)
{
  return number(e, "UID", uid) && number(e, "GID", gid) ;
}

int hf_account_env (hf_env *e, hf_account const *a)
{
  return hf_env_put(e, "HOME", a->home)
    && hf_env_put(e, "USER", a->name)
    && hf_env_put(e, "LOGNAME", a->name)
    && hf_env_put(e, "SHELL", *a->shell ? a->shell : "/bin/sh") ;
}
