/* ISC license. */

#include <errno.h>
#include <string.h>

#include <skalibs/djbunix.h>

#include <holdfast/policy.h>

int hf_value_read (char const *file, char *value, unsigned int n)
{
  ssize_t r = openreadnclose_nb(file, value, n) ;
  size_t len ;
  if (r < 0) return -1 ;
  for (len = 0 ; len < (size_t)r && value[len] != '\n' && value[len] ; len++) ;
  if (len >= n) return (errno = EMSGSIZE, -1) ;
  while (len && (value[len - 1] == ' ' || value[len - 1] == '\t' || value[len - 1] == '\r')) len-- ;
  value[len] = 0 ;
  return (int)len ;
}
