/* ISC license. */

/* opensock: opens listening sockets and passes them to the rest of the chain, as LISTEN_FDS or
   as standard input; or fetches them from a holder (holdsock), so that a restart refuses nobody.
   With -w it waits for the first connection or datagram before it goes on.
   fds: the sockets, from 3 on (after those passed to it), or 0 with -0. files: Unix sockets; while
   one is made, PATH.lock beside it. signals: none touched.
   Never: removes what is not a dead socket, lets anybody connect before owner and mode are right,
   takes over a descriptor that is in use, leaves LISTEN_ variables that are not true. */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <skalibs/djbunix.h>
#include <skalibs/posixplz.h>
#include <skalibs/types.h>

#include <holdfast/chain.h>
#include <holdfast/env.h>
#include <holdfast/message.h>
#include "listen.h"
#include "sockopen.h"

#define USAGE "opensock [-0] [-w] [-b backlog] [-n name] [-m mode] [-u user[:group]] [-s socket] [-f holder] ... prog..."
#define dieusage() hf_die_usage(HF_EXIT_USAGE, USAGE, 0)

static struct
{
  unsigned int n ;
  int fd[LISTEN_MAX] ;
  size_t len ;
  char names[LISTEN_NAMES] ;  /* with colons between */
} all ;

static void add_name (char const *name, size_t len)
{
  if (all.len + len + 2 > sizeof(all.names)) hf_die(HF_EXIT_USAGE, "too many sockets") ;
  if (all.n) all.names[all.len++] = ':' ;
  memcpy(all.names + all.len, name, len) ;
  all.len += len ;
  all.names[all.len] = 0 ;
}

static void add (int fd, char const *name, size_t len)
{
  if (all.n >= LISTEN_MAX) hf_die(HF_EXIT_USAGE, "too many sockets") ;
  add_name(name, len) ;
  all.fd[all.n++] = fd ;
}

/* The first of a list of names, and on to the next; "unknown" where the list is too short. */
static char const *next_name (char const **list, size_t *len)
{
  char const *name = *list ;
  if (!name || !*name) { *len = 7 ; return "unknown" ; }
  *len = strcspn(name, ":\n") ;
  *list = name[*len] == ':' ? name + *len + 1 : 0 ;
  return name ;
}

/* A holder answers at once; one that does not is broken. */
static void fetch (char const *path)
{
  static char text[LISTEN_NAMES] ;
  struct timeval patience = { .tv_sec = 10 } ;
  struct sockaddr_un sa ;
  char const *names = text ;
  int fds[LISTEN_MAX] ;
  int fd, n ;
  if (!listen_address(&sa, path)) hf_diesys(HF_EXIT_USAGE, "unable to use ", path) ;
  fd = sockopen_new(AF_UNIX, SOCK_STREAM, path) ;
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) ;
  if (connect(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to reach the holder at ", path) ;
  n = listen_receive(fd, fds, LISTEN_MAX, text, sizeof(text)) ;
  if (n < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to get sockets from ", path) ;
  for (int i = 0 ; i < n ; i++)
  {
    size_t len ;
    char const *name = next_name(&names, &len) ;
    add(fds[i], name, len) ;
  }
  fd_close(fd) ;
}

/* Is a descriptor there that would live on? Then no socket can be. */
static void check_place (unsigned int to)
{
  char fmt[UINT_FMT] ;
  int flags = fcntl((int)to, F_GETFD) ;
  if (flags < 0 || flags & FD_CLOEXEC) return ;
  fmt[uint_fmt(fmt, to)] = 0 ;
  hf_die(HF_EXIT_SYSTEM, "descriptor ", fmt, ", where a socket must go, is in use (a notification descriptor?)") ;
}

/* Passing on. First all sockets go out of the way, upwards; then each to its place, where
   nothing may be that would otherwise have lived on. */
static void place (unsigned int have)
{
  unsigned int first = LISTEN_FIRST + have ;
  for (unsigned int i = have ; i < all.n ; i++)
  {
    int fd = fcntl(all.fd[i], F_DUPFD_CLOEXEC, (int)(first + all.n)) ;
    if (fd < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to duplicate a descriptor") ;
    fd_close(all.fd[i]) ;
    all.fd[i] = fd ;
  }
  for (unsigned int i = have ; i < all.n ; i++)
  {
    int to = (int)(LISTEN_FIRST + i) ;
    check_place((unsigned int)to) ;
    if (dup2(all.fd[i], to) < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to move a socket to its place") ;
    fd_close(all.fd[i]) ;
    all.fd[i] = to ;
  }
}

static void place_as_stdin (unsigned int have)
{
  if (all.n != 1) hf_die(HF_EXIT_USAGE, "-0 takes one socket, no more and no less") ;
  if (dup2(all.fd[0], 0) < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to move the socket to standard input") ;
  if (have) fd_close(all.fd[0]) ;
  all.fd[0] = 0 ;
}

static void await (void)
{
  struct pollfd x[LISTEN_MAX] ;
  for (unsigned int i = 0 ; i < all.n ; i++)
  {
    x[i].fd = all.fd[i] ;
    x[i].events = POLLIN ;
  }
  while (poll(x, all.n, -1) < 0) if (errno != EINTR && errno != EAGAIN) hf_diesys(HF_EXIT_SYSTEM, "unable to wait") ;
}

static void tell (hf_env *env, int as_stdin)
{
  char n[UINT_FMT], pid[UINT_FMT] ;
  n[uint_fmt(n, all.n)] = 0 ;
  pid[uint_fmt(pid, (unsigned int)getpid())] = 0 ;
  if (!hf_env_init(env, (char const *const *)environ)
   || !hf_env_put(env, "LISTEN_FDS", as_stdin ? 0 : n)
   || !hf_env_put(env, "LISTEN_PID", as_stdin ? 0 : pid)
   || !hf_env_put(env, "LISTEN_FDNAMES", as_stdin ? 0 : all.names))
    hf_diesys(HF_EXIT_SYSTEM, "unable to set LISTEN_FDS") ;
}

static unsigned int inherit (void)
{
  char const *names ;
  unsigned int n = listen_passed(&names) ;
  for (unsigned int i = 0 ; i < n ; i++)
  {
    size_t len ;
    char const *name = next_name(&names, &len) ;
    add((int)(LISTEN_FIRST + i), name, len) ;
  }
  return n ;
}

struct options { int as_stdin, wait ; unsigned int n ; sockspec spec[LISTEN_MAX] ; } ;

static void add_spec (struct options *o, sockspec const *like, char const *word, int holder)
{
  if (o->n >= LISTEN_MAX) hf_die(HF_EXIT_USAGE, "too many sockets") ;
  if (!holder) sockopen_check(word) ;
  o->spec[o->n] = *like ;
  o->spec[o->n].word = word ;
  o->spec[o->n++].holder = holder ;
}

static int read_options (int argc, char const *const *argv, struct options *o)
{
  sockspec s = { .name = "unknown", .mode = 0600, .who = OWNER_ZERO, .backlog = 128 } ;
  subgetopt l = SUBGETOPT_ZERO ;
  unsigned int n ;
  for (;;)
  {
    int opt = hf_option(argc, argv, "0wb:n:m:u:s:f:", &l) ;
    if (opt == -1) return l.ind ;
    switch (opt)
    {
      case '0' : o->as_stdin = 1 ; break ;
      case 'w' : o->wait = 1 ; break ;
      case 'b' :
        if (!uint0_scan(l.arg, &n) || n > 65535) hf_die(HF_EXIT_USAGE, "invalid backlog: ", l.arg) ;
        s.backlog = (int)n ;
        break ;
      case 'n' : if (!listen_name_ok(s.name = l.arg)) hf_die(HF_EXIT_USAGE, "invalid descriptor name: ", l.arg) ; break ;
      case 'm' :
        if (!uint0_oscan(l.arg, &s.mode) || s.mode > 0777) hf_die(HF_EXIT_USAGE, "invalid mode: ", l.arg) ;
        break ;
      case 'u' : owner_read(&s.who, l.arg) ; break ;
      case 's' : add_spec(o, &s, l.arg, 0) ; break ;
      case 'f' : add_spec(o, &s, l.arg, 1) ; break ;
      default : dieusage() ;
    }
  }
}

int main (int argc, char const *const *argv)
{
  static hf_env env ;
  static struct options o ;
  unsigned int have ;
  int ind ;
  PROG = "opensock" ;
  hf_version(PROG, argc, argv) ;
  ind = read_options(argc, argv, &o) ;
  if (ind >= argc) dieusage() ;
  if (!fd_sanitize()) hf_diesys(HF_EXIT_SYSTEM, "unable to open /dev/null") ;
  have = inherit() ;
  if (!have && !o.n) dieusage() ;
  if (!o.as_stdin) for (unsigned int i = 0 ; i < o.n ; i++) check_place(LISTEN_FIRST + have + i) ;
  else if (have + o.n != 1) hf_die(HF_EXIT_USAGE, "-0 takes one socket, no more and no less") ;
  for (unsigned int i = 0 ; i < o.n ; i++)
    if (o.spec[i].holder) fetch(o.spec[i].word) ; else add(sockopen(o.spec + i), o.spec[i].name, strlen(o.spec[i].name)) ;
  if (o.as_stdin) place_as_stdin(have) ; else place(have) ;
  tell(&env, o.as_stdin) ;
  if (o.wait) await() ;
  hf_exec(argv + ind, env.v, 0) ;
}
