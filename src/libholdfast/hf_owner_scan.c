/* ISC license. */

#include <holdfast/ids.h>

int hf_user_scan (char const *word, uid_t *uid, gid_t *gid)
{
  hf_account a ;
  unsigned int id ;
  int r = hf_account_byname(&a, word) ;
  if (!r && hf_id_scan(word, &id))
  {
    r = gid ? hf_account_byuid(&a, id) : 0 ;
    if (!r) { *uid = id ; return 1 ; }
  }
  if (r <= 0) return r ;
  *uid = a.uid ;
  if (gid) *gid = a.gid ;
  return 1 ;
}

int hf_group_scan (char const *word, gid_t *gid)
{
  unsigned int id ;
  int r = hf_group_byname(gid, word) ;
  if (!r && hf_id_scan(word, &id)) { *gid = id ; return 1 ; }
  return r ;
}
