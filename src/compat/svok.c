/* ISC license. */

/* svok: is a directory supervised? Opens supervise/ok for writing without blocking, and
   nothing else. */

#include <errno.h>
#include <unistd.h>

#include <holdfast/control.h>
#include <holdfast/message.h>
#include "svdir.h"

#define USAGE "svok dir"

int main (int argc, char const *const *argv)
{
  hf_service s ;
  int r ;
  PROG = "svok" ;
  hf_version(PROG, argc, argv) ;
  if (argc < 2 || argv[1][0] == '-') hf_die_usage(HF_EXIT_USAGE, USAGE, 0) ;
  if (!svdir_find(&s, argv[1])) hf_diesys(HF_EXIT_SYSTEM, "unable to chdir to ", argv[1]) ;
  r = hf_control_alive(s.state) ;
  if (r < 0 && errno != ENOENT) hf_diesys(HF_EXIT_SYSTEM, "unable to open ", argv[1], "/supervise/ok") ;
  return r > 0 ? 0 : 100 ;
}
