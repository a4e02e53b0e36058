/* ISC license. */

/* tai64n: copies lines from fd 0 to fd 1 with a TAI64N stamp before each. Reads blocks; all
   lines that begin in one block have its stamp. A last line without newline stays so. It
   must never hold back what it has read while it waits for more. */

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>

#include <holdfast/message.h>
#include <holdfast/log.h>

#define BLOCK 65536

static char in[BLOCK + 16] ;
static char out[BLOCK] ;
static size_t out_len ;

static void put (char const *s, size_t n)
{
  while (n)
  {
    size_t k = sizeof(out) - out_len < n ? sizeof(out) - out_len : n ;
    memcpy(out + out_len, s, k) ;
    out_len += k ;
    s += k ;
    n -= k ;
    if (out_len < sizeof(out)) break ;
    if (allwrite(1, out, out_len) < out_len) _exit(111) ;
    out_len = 0 ;
  }
}

static void block (char const *s, size_t n, int *mid)
{
  struct timespec t ;
  char stamp[HF_LOG_LABEL + 1] ;
  size_t at = 0 ;
  clock_gettime(CLOCK_REALTIME, &t) ;
  hf_log_label_fmt(stamp, &t) ;
  stamp[HF_LOG_LABEL] = ' ' ;
  while (at < n)
  {
    size_t e = hf_log_newline(s, at, n) ;
    if (!*mid) put(stamp, sizeof(stamp)) ;
    *mid = e == n ;
    e += e < n ;
    put(s + at, e - at) ;
    at = e ;
  }
}

int main (int argc, char const *const *argv)
{
  int mid = 0 ;
  PROG = "tai64n" ;
  hf_version(PROG, argc, argv) ;
  for (;;)
  {
    ssize_t r = fd_read(0, in, BLOCK) ;
    if (r < 0) return 111 ;
    if (!r) return 0 ;
    block(in, r, &mid) ;
    if (allwrite(1, out, out_len) < out_len) return 111 ;
    out_len = 0 ;
  }
}
