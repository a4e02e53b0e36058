/* ISC license. */

#include <errno.h>
#include <poll.h>
#include <stddef.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/strerr.h>

#include <holdfast/message.h>

#define LINE 2048

struct line { size_t len ; char s[LINE] ; } ;

/* UTF-8 passes, control bytes do not: the words may hold names somebody else chose. */
static void add (struct line *l, char const *s)
{
  for (; *s && l->len < LINE - 1 ; s++)
  {
    unsigned char c = (unsigned char)*s ;
    l->s[l->len++] = (c < 32 && c != '\t') || c == 127 ? '?' : (char)c ;
  }
}

int hf_message_nowait = 0 ;

/* A line is shorter than PIPE_BUF, so a pipe that polls writable takes it whole. */
static int may_write (void)
{
  struct pollfd x = { .fd = 2, .events = POLLOUT } ;
  return !hf_message_nowait || poll(&x, 1, 0) == 1 ;
}

void hf_message (char const *level, int err, char const *const *words)
{
  struct line l ;
  int e = errno ;
  l.len = 0 ;
  if (PROG) { add(&l, PROG) ; add(&l, ": ") ; }
  if (level) { add(&l, level) ; add(&l, ": ") ; }
  for (; *words ; words++) add(&l, *words) ;
  if (err) { add(&l, ": ") ; add(&l, hf_error_text(err)) ; }
  l.s[l.len++] = '\n' ;
  if (may_write()) fd_write(2, l.s, l.len) ;
  errno = e ;
}
