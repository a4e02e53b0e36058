/* ISC license. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/uint64.h>

#include <holdfast/message.h>
#include "sv.h"

/* No stdio: one buffer, and the lines of one service never parted by a message. */

#define CHUNK 32768

static struct { size_t len ; char s[32768] ; } out ;
static int out_fd = 1 ;

void sv_flush (void)
{
  size_t n = out.len ;
  out.len = 0 ;
  if (n && allwrite(out_fd, out.s, n) < n && out_fd == 1)
    hf_diesys(SV_EXIT_FATAL, "unable to write to standard output") ;
}

/* How much is held back; and of that, cut to so many bytes. */
size_t sv_held (void)
{
  return out.len ;
}

void sv_cut (size_t n)
{
  if (!n || out.len <= n) return ;
  out.len = n ;
  out.s[n - 1] = '>' ;
}

void sv_to (int fd)
{
  sv_flush() ;
  out_fd = fd ;
}

int sv_is_terminal (void)
{
  return isatty(out_fd) ;
}

static void put_long (char const *s, size_t n)
{
  while (n)
  {
    size_t k = sizeof(out.s) - out.len ;
    if (k > n) k = n ;
    memcpy(out.s + out.len, s, k) ;
    out.len += k ;
    s += k ;
    n -= k ;
    if (out.len == sizeof(out.s)) sv_flush() ;
  }
}

static void put (char c)
{
  out.s[out.len++] = c ;
  if (out.len == sizeof(out.s)) sv_flush() ;
}

/* Most of what is said is a few bytes long: a loop is done before a memcpy has begun. */
void sv_putn (char const *s, size_t n)
{
  char *to = out.s + out.len ;
  if (n > 32 || n >= sizeof(out.s) - out.len) { put_long(s, n) ; return ; }
  out.len += n ;
  for (size_t i = 0 ; i < n ; i++) to[i] = s[i] ;
}

void sv_put (char const *s)
{
  size_t len = out.len ;
  while (*s)
  {
    out.s[len++] = *s++ ;
    if (len < sizeof(out.s)) continue ;
    out.len = len ;
    sv_flush() ;
    len = 0 ;
  }
  out.len = len ;
}

void sv_put_name (char const *s)
{
  for (; *s ; s++) put((unsigned char)*s < 32 || *s == 127 ? '?' : *s) ;
}

void sv_put_uint (uint64_t n)
{
  char s[UINT64_FMT] ;
  size_t i = sizeof(s) ;
  do s[--i] = (char)('0' + n % 10) ; while (n /= 10) ;
  sv_putn(s + i, sizeof(s) - i) ;
}

void sv_put_pad (char const *s, size_t width)
{
  size_t n = 0 ;
  sv_put_name(s) ;
  for (; *s ; s++) n += (*s & 0xc0) != 0x80 ; /* characters of UTF-8 */
  for (; n < width ; n++) put(' ') ;
}

void *sv_alloc (size_t n)
{
  void *p = calloc(1, n ? n : 1) ;
  if (!p) hf_diesys(SV_EXIT_FATAL, "unable to allocate memory") ;
  return p ;
}

/* Laid one behind the other. The first lot needs no malloc, which costs a start more than all
   that a command on one service does before it is sent. */
void *sv_keep (size_t n)
{
  static union { uint64_t align ; char s[4096] ; } first ;
  static char *room = first.s ;
  static size_t left = sizeof(first) ;
  char *p ;
  n = (n + 7) & ~(size_t)7 ;
  if (n > left)
  {
    left = n > CHUNK ? n : CHUNK ;
    room = sv_alloc(left) ;
  }
  p = room ;
  room += n ;
  left -= n ;
  return p ;
}

char const *sv_copy (char const *s)
{
  size_t n = strlen(s) + 1 ;
  return memcpy(sv_keep(n), s, n) ;
}

void *sv_more (void *p, size_t n)
{
  p = realloc(p, n) ;
  if (!p) hf_diesys(SV_EXIT_FATAL, "unable to allocate memory") ;
  return p ;
}
