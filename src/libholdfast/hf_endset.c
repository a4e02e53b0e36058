/* ISC license. */

#include <string.h>
#include <sys/wait.h>

#include <skalibs/types.h>

#include <holdfast/policy.h>

int hf_endset_has (hf_endset const *s, int wstat)
{
  if (WIFSIGNALED(wstat)) return WTERMSIG(wstat) < 64 && s->sig >> WTERMSIG(wstat) & 1 ;
  return s->code[WEXITSTATUS(wstat) / 8] >> WEXITSTATUS(wstat) % 8 & 1 ;
}

/* "3" or "3-7" into the set: 1, or 0 if the word is none. */
static int add_codes (hf_endset *s, char const *word)
{
  unsigned int lo, hi ;
  size_t n = uint_scan(word, &lo) ;
  if (!n) return 0 ;
  hi = lo ;
  if (word[n] == '-' ? !uint0_scan(word + n + 1, &hi) : word[n]) return 0 ;
  if (lo > hi || hi > 255) return 0 ;
  for (; lo <= hi ; lo++) s->code[lo / 8] |= (uint8_t)(1 << lo % 8) ;
  return 1 ;
}

int hf_endset_scan (hf_endset *s, char const *text)
{
  memset(s, 0, sizeof(*s)) ;
  if (!text[strspn(text, " \t,")]) return 0 ;
  while (*(text += strspn(text, " \t,")))
  {
    char word[16] ;
    size_t n = strcspn(text, " \t,") ;
    int sig ;
    if (n >= sizeof(word)) return 0 ;
    memcpy(word, text, n) ;
    word[n] = 0 ;
    text += n ;
    if (add_codes(s, word)) continue ;
    sig = word[0] >= '0' && word[0] <= '9' ? 0 : hf_signal_scan(word) ;
    if (!sig || sig > 63) return 0 ;
    s->sig |= (uint64_t)1 << sig ;
  }
  return 1 ;
}
