/* ISC license. */

/* svup: daemontools-encore's: is a directory supervised and its service up? Reads the status
   file, and nothing else. */

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <holdfast/control.h>
#include <holdfast/message.h>
#include <holdfast/status.h>
#include "svdir.h"

#define USAGE "svup [-lL] dir"

int main (int argc, char const *const *argv)
{
  hf_service s ;
  hf_status st ;
  int r, logger = 0 ;
  PROG = "svup" ;
  hf_version(PROG, argc, argv) ;
  for (; argc > 1 && argv[1][0] == '-' ; argc--, argv++)
    if (!strcmp(argv[1], "-L")) logger = 1 ;
    else if (!strcmp(argv[1], "-l")) logger = 0 ;
    else hf_die_usage(HF_EXIT_USAGE, USAGE, 0) ;
  if (argc < 2) hf_die_usage(HF_EXIT_USAGE, USAGE, 0) ;
  if (!(logger ? svdir_find_log(&s, argv[1]) : svdir_find(&s, argv[1])))
    hf_diesys(HF_EXIT_SYSTEM, "unable to chdir to ", argv[1], logger ? "/log" : "") ;
  r = hf_control_alive(s.state) ;
  if (r < 0 && errno != ENOENT) hf_diesys(HF_EXIT_SYSTEM, "unable to open ", s.state, "/ok") ;
  if (r <= 0) return 100 ;
  if (!hf_status_read(&st, s.state, HF_STATUS_DAEMONTOOLS)) hf_diesys(HF_EXIT_SYSTEM, "unable to read ", s.state, "/status") ;
  return st.pid && st.state != 2 ? 0 : 100 ;
}
