/* ISC license. */

/* tai64nlocal: copies lines from fd 0 to fd 1, a TAI64N label at the beginning of a line
   replaced by local date and time. It must never change, drop or crash on anything else. */

#include <string.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>

#include <holdfast/message.h>
#include <holdfast/log.h>

#define BLOCK 65536

static char in[BLOCK + 16] ;
static char out[BLOCK + BLOCK / 3 + 64] ;

int main (int argc, char const *const *argv)
{
  hf_loglocal c = HF_LOGLOCAL_ZERO ;
  size_t n = 0, used, len ;
  PROG = "tai64nlocal" ;
  hf_version(PROG, argc, argv) ;
  for (;;)
  {
    ssize_t r = fd_read(0, in + n, BLOCK - n) ;
    if (r > 0) n += r ;
    used = hf_log_local(&c, in, n, r <= 0, out, &len) ;
    if (allwrite(1, out, len) < len) return 111 ;
    if (r <= 0) return r ? 111 : 0 ;
    n -= used ;
    memmove(in, in + used, n) ;
  }
}
