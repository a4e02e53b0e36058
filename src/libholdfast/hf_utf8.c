/* ISC license. */

#include <holdfast/message.h>

size_t hf_utf8 (char const *text, size_t n)
{
  unsigned char const *s = (unsigned char const *)text ;
  size_t k = !n ? 0 : s[0] >= 0xf0 && s[0] < 0xf5 ? 4 : s[0] >= 0xe0 && s[0] < 0xf0 ? 3 : s[0] >= 0xc2 && s[0] < 0xe0 ? 2 : 0 ;
  if (!k || k > n) return 0 ;
  for (size_t i = 1 ; i < k ; i++) if ((s[i] & 0xc0) != 0x80) return 0 ;
  if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xf0 && s[1] < 0x90)) return 0 ; /* overlong */
  if ((s[0] == 0xed && s[1] > 0x9f) || (s[0] == 0xf4 && s[1] > 0x8f)) return 0 ; /* surrogates, beyond the end */
  return k ;
}
