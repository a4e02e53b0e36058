/* ISC license. */

/* Stands for a helper beside the main program. */

#include <string.h>
#include <unistd.h>

int main (void)
{
  static char const tick[] = "tick\n" ;
  for (;;)
  {
    if (write(1, tick, strlen(tick)) < 0) return 1 ;
    sleep(1) ;
  }
}
