/* ISC license. */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <unistd.h>

#include <skalibs/setgroups.h>

#include <holdfast/ids.h>

#include "config.h"

#define FEW 16

/* On Linux the kernel is asked directly: the C library's calls are for programs with threads
   (musl blocks and unblocks all signals around each). */

#if HF_LINUX
#include <sys/syscall.h>

#ifdef SYS_setresuid32
# define SETRESUID SYS_setresuid32
# define SETRESGID SYS_setresgid32
# define SETGROUPS SYS_setgroups32
#else
# define SETRESUID SYS_setresuid
# define SETRESGID SYS_setresgid
# define SETGROUPS SYS_setgroups
#endif

static int set_groups (unsigned int n, gid_t const *g) { return (int)syscall(SETGROUPS, (long)n, g) ; }
static int set_gid (gid_t g) { return (int)syscall(SETRESGID, g, g, g) ; }
static int set_uid (uid_t u) { return (int)syscall(SETRESUID, u, u, u) ; }

static int same (hf_ids const *ids)
{
  uid_t ru, eu, su ;
  gid_t rg, eg, sg ;
  return getresuid(&ru, &eu, &su) >= 0 && getresgid(&rg, &eg, &sg) >= 0
    && ru == ids->uid && eu == ids->uid && su == ids->uid
    && rg == ids->gid && eg == ids->gid && sg == ids->gid ;
}

#else

static int set_groups (unsigned int n, gid_t const *g) { return skalibs_setgroups(n, g) ; }
static int set_gid (gid_t g) { return setgid(g) ; }
static int set_uid (uid_t u) { return setuid(u) ; }

static int same (hf_ids const *ids)
{
  return getuid() == ids->uid && geteuid() == ids->uid && getgid() == ids->gid && getegid() == ids->gid ;
}

#endif

static int in (gid_t g, gid_t const *list, unsigned int n)
{
  for (unsigned int i = 0 ; i < n ; i++) if (list[i] == g) return 1 ;
  return 0 ;
}

/* The kernel sorts its list, and a system may add the gid to it. */
static int groups_in (hf_ids const *ids, gid_t *got, int max)
{
  int n = getgroups(max, got) ;
  if (n < 0) return 0 ;
  for (unsigned int i = 0 ; i < ids->n ; i++) if (!in(ids->groups[i], got, (unsigned int)n)) return 0 ;
  for (int i = 0 ; i < n ; i++) if (got[i] != ids->gid && !in(got[i], ids->groups, ids->n)) return 0 ;
  return 1 ;
}

static int many_groups (hf_ids const *ids) __attribute__((noinline)) ;
static int many_groups (hf_ids const *ids)
{
  gid_t got[HF_IDS_MAX + 1] ;
  return groups_in(ids, got, HF_IDS_MAX + 1) ;
}

/* A page of the stack less to touch for the usual few. */
static int same_groups (hf_ids const *ids)
{
  gid_t got[FEW + 1] ;
  return ids->n > FEW ? many_groups(ids) : groups_in(ids, got, FEW + 1) ;
}

static int fail (char const **what, char const *step)
{
  if (what) *what = step ;
  return -1 ;
}

int hf_ids_set (hf_ids const *ids, char const **what)
{
  if (set_groups(ids->n, ids->groups) < 0) return fail(what, "setgroups") ;
  if (set_gid(ids->gid) < 0) return fail(what, "setgid") ;
  if (set_uid(ids->uid) < 0) return fail(what, "setuid") ;
  return 0 ;
}

int hf_ids_verify (hf_ids const *ids, int may_return, char const **what)
{
  if (!same(ids)) { errno = EPERM ; return fail(what, "get the user and group ids asked for") ; }
  if (!same_groups(ids)) { errno = EPERM ; return fail(what, "get the groups asked for") ; }
  if (ids->uid && !may_return && set_uid(0) >= 0) { errno = EPERM ; return fail(what, "give up root for good") ; }
  return 0 ;
}

int hf_ids_become (hf_ids const *ids, char const **what)
{
  return hf_ids_set(ids, what) < 0 ? -1 : hf_ids_verify(ids, 0, what) ;
}
