/* ISC license. */

#include <string.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>

#include <holdfast/message.h>
#include "config.h"

void hf_version (char const *prog, int argc, char const *const *argv)
{
  char s[128] = "" ;
  if (argc < 2 || strcmp(argv[1], "-V")) return ;
  strncat(s, prog, 64) ;
  strcat(s, " (holdfast) " HF_VERSION "\n") ;
  _exit(allwrite(1, s, strlen(s)) < strlen(s) ? HF_EXIT_SYSTEM : 0) ;
}
