/* ISC license. */

#include <string.h>

#include <holdfast/env.h>

int hf_env_init (hf_env *e, char const *const *from)
{
  size_t n = 0 ;
  e->text = e->first_text ;
  e->left = HF_ENV_TEXT ;
  e->v = e->first_v ;
  e->max = HF_ENV_VARS ;
  if (from) while (from[n]) n++ ;
  if (n >= e->max)
  {
    e->max = 2 * n ;
    e->v = hf_env_alloc(e->max * sizeof(char *)) ;
    if (!e->v) return 0 ;
  }
  if (n) memcpy(e->v, from, n * sizeof(char *)) ;
  e->v[n] = 0 ;
  e->n = n ;
  return 1 ;
}
