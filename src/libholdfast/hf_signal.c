/* ISC license. */

#include <signal.h>
#include <string.h>
#include <strings.h>

#include <skalibs/sig.h>
#include <skalibs/types.h>

#include <holdfast/policy.h>

#define SIGNAL_MAX 64

int hf_signal_scan (char const *word)
{
  unsigned int n ;
  int sig ;
  if (uint0_scan(word, &n)) return n >= 1 && n <= SIGNAL_MAX ? (int)n : 0 ;
  if (!strncasecmp(word, "sig", 3)) word += 3 ;
  for (sig = 1 ; sig < 32 ; sig++)
  {
    char const *name = sig_name(sig) ;
    if (strcmp(name, "???") && !strcasecmp(name, word)) return sig ;
  }
  return 0 ;
}

char const *hf_signal_name (int sig)
{
  static char number[UINT_FMT] ;
  char const *s = sig_name(sig) ;
  if (strcmp(s, "???")) return s ;
  number[uint_fmt(number, (unsigned int)sig)] = 0 ;
  return number ;
}
