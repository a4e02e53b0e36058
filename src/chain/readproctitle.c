/* ISC license. */

/* readproctitle: shows the end of what it reads from fd 0 in its last argument, where ps
   displays it: the first three bytes of that argument stay dots, the input is shifted
   through the rest. NULs are dropped. Nothing is written anywhere. */

#include <string.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>

#include <holdfast/message.h>

#define USAGE "readproctitle name ... dots"
#define KEPT 3
#define LEAST 5

/* The last of the n bytes of new, NULs left out, at the end of the window. */
static void shift (char *window, size_t len, char const *new, size_t n)
{
  char s[4096] ;
  size_t m = 0, i ;
  for (i = 0 ; i < n ; i++) if (new[i]) s[m++] = new[i] ;
  if (m >= len) memcpy(window, s + m - len, len) ;
  else
  {
    memmove(window, window + m, len - m) ;
    memcpy(window + len - m, s, m) ;
  }
}

int main (int argc, char **argv)
{
  char in[4096] ;
  char *title ;
  size_t len ;
  PROG = "readproctitle" ;
  hf_version(PROG, argc, (char const *const *)argv) ;
  title = argc > 1 ? argv[argc - 1] : "" ;
  len = strlen(title) ;
  if (len < LEAST) hf_die_usage(100, USAGE, 0) ;
  memset(title, '.', len) ;
  for (;;)
  {
    ssize_t r = fd_read(0, in, sizeof(in)) ;
    if (r <= 0) return r ? 111 : 0 ;
    shift(title + KEPT, len - KEPT, in, r) ;
  }
}
