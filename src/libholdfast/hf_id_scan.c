/* ISC license. */

#include <skalibs/types.h>

#include <holdfast/ids.h>

int hf_id_scan (char const *word, unsigned int *id)
{
  uint32_t u ;
  if (!uint320_scan(word, &u) || u == (uint32_t)-1) return 0 ;
  *id = u ;
  return 1 ;
}
