/* Makes a unit test of a fuzz target: the same function, fed with inputs put together from
   its dictionary and a fixed pseudo-random sequence, for a second. Built with
   clang -fsanitize=fuzzer and -DHF_FUZZ the target has no main. */

#ifndef HF_FUZZ_DRIVER_H
#define HF_FUZZ_DRIVER_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput (uint8_t const *data, size_t n) ;

#ifndef HF_FUZZ

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static uint32_t fuzz_state = 2463534242u ;

static uint32_t fuzz_random (uint32_t n)
{
  fuzz_state ^= fuzz_state << 13 ;
  fuzz_state ^= fuzz_state >> 17 ;
  fuzz_state ^= fuzz_state << 5 ;
  return n ? fuzz_state % n : 0 ;
}

/* words: null-terminated pieces of likely input */
static int fuzz_main (char const *const *words)
{
  unsigned int nwords = 0, runs = 0 ;
  clock_t end = clock() + CLOCKS_PER_SEC / 2 ;
  int null = open("/dev/null", O_WRONLY) ;
  while (words[nwords]) nwords++ ;
  if (null >= 0) dup2(null, 2) ; /* the messages about bad input are expected */
  while (clock() < end && runs < 200000)
  {
    static char s[8192] ;
    size_t n = 0 ;
    unsigned int pieces = fuzz_random(40) ;
    uint8_t *copy ;
    while (pieces-- && n < 7000)
    {
      unsigned int r = fuzz_random(8) ;
      if (r < 5 && nwords)
      {
        char const *w = words[fuzz_random(nwords)] ;
        size_t k = strlen(w) ;
        memcpy(s + n, w, k) ;
        n += k ;
      }
      else if (r < 7) s[n++] = fuzz_random(256) ;
      else
      {
        size_t k = fuzz_random(300) ;
        memset(s + n, 'a' + fuzz_random(4), k) ;
        n += k ;
      }
    }
    copy = malloc(n ? n : 1) ; /* exact, so that a sanitizer sees what is read past it */
    if (n) memcpy(copy, s, n) ;
    LLVMFuzzerTestOneInput(copy, n) ;
    free(copy) ;
    runs++ ;
  }
  printf("ok 1 - %s\n1..1\n", runs ? "all inputs" : "no input") ;
  return 0 ;
}

#define FUZZ_MAIN(...) \
int main (void) \
{ \
  static char const *const words[] = { __VA_ARGS__, 0 } ; \
  return fuzz_main(words) ; \
}
#else
#define FUZZ_MAIN(...) extern int fuzz_no_main ;
#endif
#endif
