/* ISC license. */

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <holdfast/ids.h>
#include <holdfast/message.h>
#include "owner.h"

void owner_read (owner *o, char const *word)
{
  char user[256] ;
  size_t n = strcspn(word, ":") ;
  int r = 1 ;
  o->uid = (uid_t)-1 ;
  o->gid = (gid_t)-1 ;
  if (!*word || n >= sizeof(user) || (word[n] && !word[n + 1]))
    hf_die(HF_EXIT_USAGE, "invalid owner: ", word) ;
  memcpy(user, word, n) ;
  user[n] = 0 ;
  if (n) r = hf_user_scan(user, &o->uid, &o->gid) ;
  if (r > 0 && word[n]) r = hf_group_scan(word + n + 1, &o->gid) ;
  if (r < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to look up ", word) ;
  if (!r) hf_die(HF_EXIT_SYSTEM, "unknown user or group: ", word) ;
}
