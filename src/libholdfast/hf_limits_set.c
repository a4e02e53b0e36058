/* ISC license. */

#include <skalibs/nonposix.h>

#include <sys/resource.h>
#include <sys/time.h>

#include <holdfast/limits.h>

#include "config.h"

/* musl's setrlimit carries the code for kernels and threads that are not here. */
#if HF_LINUX
# define get_limit(resource, r) prlimit(0, resource, 0, r)
# define set_limit(resource, r) prlimit(0, resource, r, 0)
#else
# define get_limit(resource, r) getrlimit(resource, r)
# define set_limit(resource, r) setrlimit(resource, r)
#endif

static int one (int resource, uint8_t kind, rlim_t value)
{
  struct rlimit r ;
  switch (kind)
  {
    case HF_LIMIT_UNLIMITED :
      r.rlim_cur = r.rlim_max = RLIM_INFINITY ;
      break ;
    case HF_LIMIT_BOTH :
      r.rlim_cur = r.rlim_max = value ;
      break ;
    default :
      if (get_limit(resource, &r) < 0) return -1 ;
      r.rlim_cur = kind == HF_LIMIT_HARD || value > r.rlim_max ? r.rlim_max : value ;
  }
  return set_limit(resource, &r) ;
}

int hf_limits_set (hf_limits const *l, int *resource)
{
  for (int i = 0 ; i < HF_LIMITS_N ; i++)
    if (l->kind[i] && one(i, l->kind[i], l->value[i]) < 0)
    {
      *resource = i ;
      return -1 ;
    }
  return 0 ;
}
