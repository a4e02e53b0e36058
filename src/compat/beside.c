/* ISC license. */

#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "beside.h"
#include "config.h"

void beside (char *s, char const *name)
{
  ssize_t n = readlink("/proc/self/exe", s, BESIDE - 64) ;
  char *slash ;
  s[n > 0 ? n : 0] = 0 ;
  slash = strrchr(s, '/') ;
  if (!slash) strcpy(s, HF_BINDIR "/") ;
  else slash[1] = 0 ;
  strcat(s, name) ;
}
