/* ISC license. */

/* keeper PROG...: runs PROG as its child, and is a subreaper that reaps nobody, so that
   orphans of PROG that die stay zombies. Ends on TERM. */

#include <skalibs/nonposix.h>

#include <unistd.h>
#include <sys/prctl.h>

int main (int argc, char **argv)
{
  if (argc < 2) return 100 ;
#ifdef PR_SET_CHILD_SUBREAPER
  if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0) return 111 ;
#endif
  if (!fork()) { execvp(argv[1], argv + 1) ; _exit(127) ; }
  for (;;) pause() ;
}
