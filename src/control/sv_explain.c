/* ISC license. */

#include <holdfast/message.h>
#include "sv.h"

#define LINES 10

static void start_line (sv_unit const *u)
{
  sv_put(PROG) ;
  sv_put(": ") ;
  sv_put_name(u->word) ;
  sv_put(": ") ;
}

static void say (sv_unit const *u, char const *const *words)
{
  start_line(u) ;
  for (; *words ; words++) sv_put_name(*words) ;
  sv_put("\n") ;
}

static void log_line (sv_unit const *u)
{
  start_line(u) ;
  sv_put("| ") ;
}

/* To standard error: what scripts read from standard output stays as runit has it. */
void sv_explain (sv_unit *u)
{
  if (u->reach != SV_OK && u->reach != SV_FAILED) return ;
  sv_to(2) ;
  sv_reasons(u, &say) ;
  sv_log_since(u, LINES, &log_line) ;
  sv_to(1) ;
}
