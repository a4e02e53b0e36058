/* ISC license. */

#include <skalibs/sgetopt.h>

#include <holdfast/chain.h>
#include <holdfast/message.h>

int hf_option (int argc, char const *const *argv, char const *opts, subgetopt *l)
{
  char name[2] = { 0, 0 } ;
  int c = subgetopt_r(argc, argv, opts, l) ;
  if (c != '?') return c ;
  name[0] = (char)l->problem ;
  while (*opts && (*opts != name[0] || opts[1] != ':')) opts++ ;
  /* a letter that is known is wrong only by its missing argument */
  hf_message(0, 0, hf_words(*opts ? "option requires an argument -- " : "illegal option -- ", name)) ;
  return '?' ;
}
