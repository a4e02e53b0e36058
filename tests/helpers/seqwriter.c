/* ISC license. */

/* seqwriter N: writes the lines "1" to "N" to standard output in blocks, as fast as it can;
   then waits for a signal. */

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main (int argc, char **argv)
{
  long n = argc > 1 ? atol(argv[1]) : 0 ;
  for (long i = 1 ; i <= n ; i++) if (printf("%ld\n", i) < 0) return 111 ;
  if (fflush(stdout)) return 111 ;
  for (;;) pause() ;
}
