/* ISC license. */

#include <stdlib.h>
#include <unistd.h>
#include <sys/wait.h>

#include <holdfast/clock.h>
#include <holdfast/pace.h>
#include "tap.h"

static hf_pace p = HF_PACE_ZERO ;

/* Another process takes 50 turns. */
static void take_in_child (void)
{
  pid_t pid = fork() ;
  if (!pid)
  {
    hf_pace q = HF_PACE_ZERO ;
    int good = hf_pace_join(&q) ;
    for (int i = 0 ; i < 50 ; i++) hf_pace_take(&q, 1000) ;
    _exit(!good || getenv(HF_PACE_VARIABLE)) ;
  }
  {
    int w ;
    waitpid(pid, &w, 0) ;
    ok(!w, "another process joins by the environment, and does not pass it on") ;
  }
}

int main (void)
{
  ok(hf_pace_take(&p, 1234) == 1234, "without a pace, now") ;
  ok(hf_pace_make(&p, 100), "one is made") ;
  ok(hf_pace_take(&p, 1000) == 1000, "the first turn is now") ;
  ok(hf_pace_take(&p, 1000) == 1010, "the second an interval later") ;
  take_in_child() ;
  ok(hf_pace_take(&p, 1000) == 1520, "turns are counted over all processes") ;
  ok(hf_pace_take(&p, 9000) == 9000, "time that passed unused is not saved up") ;
  setenv(HF_PACE_VARIABLE, "0:10", 1) ;
  { hf_pace q = HF_PACE_ZERO ; ok(!hf_pace_join(&q) && hf_pace_take(&q, 5) == 5, "a descriptor that is none is refused") ; }
  return done() ;
}
