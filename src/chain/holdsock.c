/* ISC license. */

/* holdsock: keeps listening sockets open for services that come and go, so that their restart
   refuses no connection. It is passed sockets as LISTEN_FDS (by opensock): the first is its own,
   a Unix stream socket; to everyone who connects there it hands all the others, with their
   names, and closes. "opensock -f" is the other side.
   fds: 3 and on, the sockets; -d: one more, for the readiness newline. signals: default, but
   PIPE is ignored. files: none.
   Never: accepts from the sockets it holds, waits for a client, allocates. */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include <poll.h>

#include <skalibs/djbunix.h>
#include <skalibs/types.h>

#include <holdfast/chain.h>
#include <holdfast/message.h>
#include "listen.h"

#define USAGE "holdsock [-d fd]"
#define dieusage() hf_die_usage(HF_EXIT_USAGE, USAGE, 0)

static char text[LISTEN_NAMES] ;

/* The names of the sockets held: what comes after the first colon, or "unknown" for each. Sent
   with a newline. */
static size_t held_names (char const *names, unsigned int n)
{
  char const *rest = names ? strchr(names, ':') : 0 ;
  size_t len = 0 ;
  if (rest) len = strlen(++rest) ;
  if (len + 1 >= sizeof(text)) hf_die(HF_EXIT_USAGE, "names are too long") ;
  if (rest) memcpy(text, rest, len) ;
  else
    for (unsigned int i = 0 ; i < n ; i++)
    {
      if (len) text[len++] = ':' ;
      memcpy(text + len, "unknown", 7) ;
      len += 7 ;
    }
  text[len++] = '\n' ;
  return len ;
}

/* Non-blocking towards a client, blocking towards the kernel: the flag of the listening socket
   belongs to it alone here, since nobody else has that one. */
static void serve (int const *fds, unsigned int n, size_t len)
{
  int c = accept(LISTEN_FIRST, 0, 0) ;
  if (c < 0)
  {
    if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) poll(0, 0, 200) ;
    else if (errno == EBADF || errno == EINVAL || errno == ENOTSOCK || errno == EOPNOTSUPP)
      hf_diesys(HF_EXIT_SYSTEM, "unable to accept connections") ;
    return ;
  }
  if (coe(c) < 0 || ndelay_on(c) < 0 || !listen_send(c, fds, n, text, len)) hf_warnsys("unable to hand over the sockets") ;
  fd_close(c) ;
}

static void tell_ready (int fd)
{
  if (fd < 0) return ;
  if (write(fd, "\n", 1) < 1) hf_warnsys("unable to notify readiness") ;
  fd_close(fd) ;
}

static int read_notify (char const *word, unsigned int n)
{
  unsigned int fd ;
  if (!uint0_scan(word, &fd) || fd > 0x7fffffffU || (fd >= LISTEN_FIRST && fd < LISTEN_FIRST + n))
    hf_die(HF_EXIT_USAGE, "invalid notification descriptor: ", word) ;
  if (coe((int)fd) < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to use notification descriptor ", word) ;
  return (int)fd ;
}

int main (int argc, char const *const *argv)
{
  int fds[LISTEN_MAX] ;
  char const *names, *notify = 0 ;
  unsigned int n ;
  size_t len ;
  subgetopt l = SUBGETOPT_ZERO ;
  int opt, notify_fd ;
  PROG = "holdsock" ;
  hf_version(PROG, argc, argv) ;
  while ((opt = hf_option(argc, argv, "d:", &l)) != -1)
  {
    if (opt != 'd') dieusage() ;
    notify = l.arg ;
  }
  if (l.ind != argc) dieusage() ;
  n = listen_passed(&names) ;
  if (n < 2) hf_die(HF_EXIT_USAGE, "no sockets to hold: run by opensock with two or more") ;
  notify_fd = notify ? read_notify(notify, n) : -1 ;
  len = held_names(names, n - 1) ;
  for (unsigned int i = 0 ; i < n ; i++)
  {
    int fd = LISTEN_FIRST + (int)i ;
    if (coe(fd) < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to use the sockets passed") ;
    if (i) fds[i - 1] = fd ;
  }
  signal(SIGPIPE, SIG_IGN) ;
  if (listen(LISTEN_FIRST, 128) < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to listen on the first socket") ;
  tell_ready(notify_fd) ;
  for (;;) serve(fds, n - 1, len) ;
}
