/* ISC license. */

#include <limits.h>

#include <skalibs/types.h>

#include <holdfast/chain.h>
#include <holdfast/message.h>

unsigned int hf_option_number (char const *word, char const *usage)
{
  unsigned int u ;
  if (uint0_scan(word, &u) && u <= INT_MAX) return u ;
  hf_message(0, 0, hf_words("not a number that will do -- ", word)) ;
  hf_die_usage(HF_EXIT_USAGE, usage, 0) ;
}
