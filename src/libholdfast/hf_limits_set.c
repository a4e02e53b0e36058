/* ISC license. */

#include <sys/resource.h>

#include <holdfast/limits.h>

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
      if (getrlimit(resource, &r) < 0) return -1 ;
      r.rlim_cur = kind == HF_LIMIT_HARD || value > r.rlim_max ? r.rlim_max : value ;
  }
  return setrlimit(resource, &r) ;
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
