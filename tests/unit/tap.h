/* The few words a unit test needs: ok(condition, "words"), and done() at the end of main. */

#ifndef HF_TAP_H
#define HF_TAP_H

#include <stdio.h>

static int tap_n ;
static int tap_failed ;

static inline int tap_ok (int yes, char const *words, char const *file, int line)
{
  printf("%sok %d - %s\n", yes ? "" : "not ", ++tap_n, words) ;
  if (!yes) { printf("# %s:%d\n", file, line) ; tap_failed++ ; }
  return yes ;
}

static inline int tap_done (void)
{
  printf("1..%d\n", tap_n) ;
  return !!tap_failed ;
}

#define ok(condition, words) tap_ok(!!(condition), words, __FILE__, __LINE__)
#define done() tap_done()

#endif
