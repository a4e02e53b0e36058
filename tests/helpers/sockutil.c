/* ISC license. */

/* sockutil: the other side of a socket, for tests.
     name FD                 "tcp4 PORT", "udp6 PORT", "stream PATH", "dgram PATH", ... of a socket
     answer FD TEXT          accepts one connection, writes TEXT and a newline, closes
     take FD                 receives one datagram and prints it
     ask tcp PORT|unix PATH [TEXT]  connects, writes TEXT and an empty line, prints all that comes
     send udp PORT|unixgram PATH TEXT
     dead stream|dgram PATH  binds a socket there and goes
   It waits for nothing longer than two minutes. */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

union address { struct sockaddr any ; struct sockaddr_in in ; struct sockaddr_in6 in6 ; struct sockaddr_un un ; } ;

static int fail (char const *what)
{
  fprintf(stderr, "sockutil: %s: %s\n", what, strerror(errno)) ;
  return 1 ;
}

static socklen_t address (union address *a, char const *kind, char const *where)
{
  memset(a, 0, sizeof(*a)) ;
  if (kind[0] == 'u' && kind[1] == 'n')
  {
    a->un.sun_family = AF_UNIX ;
    strncpy(a->un.sun_path, where, sizeof(a->un.sun_path) - 1) ;
    return sizeof(a->un) ;
  }
  a->in.sin_family = AF_INET ;
  a->in.sin_port = htons((unsigned short)atoi(where)) ;
  a->in.sin_addr.s_addr = htonl(INADDR_LOOPBACK) ;
  return sizeof(a->in) ;
}

static int name (int fd)
{
  union address a ;
  socklen_t n = sizeof(a), m = sizeof(int) ;
  int type ;
  memset(&a, 0, sizeof(a)) ;
  if (getsockname(fd, &a.any, &n) < 0 || getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &m) < 0) return fail("name") ;
  if (a.any.sa_family == AF_UNIX)
    printf("%s %s\n", type == SOCK_STREAM ? "stream" : type == SOCK_DGRAM ? "dgram" : "seqpacket", a.un.sun_path) ;
  else if (a.any.sa_family == AF_INET) printf("%s4 %u\n", type == SOCK_STREAM ? "tcp" : "udp", ntohs(a.in.sin_port)) ;
  else printf("%s6 %u\n", type == SOCK_STREAM ? "tcp" : "udp", ntohs(a.in6.sin6_port)) ;
  return 0 ;
}

static int answer (int fd, char const *text)
{
  int c = accept(fd, 0, 0) ;
  if (c < 0) return fail("accept") ;
  if (write(c, text, strlen(text)) < 0 || write(c, "\n", 1) < 0) return fail("write") ;
  return 0 ;
}

static int copy (int fd)
{
  char buf[1024] ;
  for (;;)
  {
    ssize_t r = read(fd, buf, sizeof(buf)) ;
    if (r < 0) return fail("read") ;
    if (!r) return 0 ;
    fwrite(buf, 1, (size_t)r, stdout) ;
  }
}

static int take (int fd)
{
  char buf[1024] ;
  ssize_t r = recv(fd, buf, sizeof(buf), 0) ;
  if (r < 0) return fail("recv") ;
  printf("%.*s\n", (int)r, buf) ;
  return 0 ;
}

static int reach (char const *kind, char const *where, int type)
{
  union address a ;
  socklen_t n = address(&a, kind, where) ;
  int fd = socket(a.any.sa_family, type, 0) ;
  if (fd >= 0 && connect(fd, &a.any, n) < 0) { fail(where) ; return -1 ; }
  return fd ;
}

static int bound (char const *where, int type)
{
  union address a ;
  socklen_t n = address(&a, "unix", where) ;
  int fd = socket(AF_UNIX, type, 0) ;
  if (fd < 0 || bind(fd, &a.any, n) < 0) { fail(where) ; return -1 ; }
  return fd ;
}

int main (int argc, char **argv)
{
  char const *verb = argc > 2 ? argv[1] : "" ;
  int fd ;
  alarm(120) ;
  if (!strcmp(verb, "name")) return name(atoi(argv[2])) ;
  if (!strcmp(verb, "take")) return take(atoi(argv[2])) ;
  if (argc < 4) return 100 ;
  if (!strcmp(verb, "answer")) return answer(atoi(argv[2]), argv[3]) ;
  if (!strcmp(verb, "ask"))
  {
    fd = reach(argv[2], argv[3], SOCK_STREAM) ;
    if (fd < 0) return 1 ;
    if (argc > 4 && (write(fd, argv[4], strlen(argv[4])) < 0 || write(fd, "\r\n\r\n", 4) < 0 || shutdown(fd, SHUT_WR) < 0)) return fail("write") ;
    return copy(fd) ;
  }
  if (!strcmp(verb, "dead")) return bound(argv[3], *argv[2] == 's' ? SOCK_STREAM : SOCK_DGRAM) < 0 ;
  if (argc < 5 || strcmp(verb, "send")) return 100 ;
  fd = reach(argv[2], argv[3], SOCK_DGRAM) ;
  return fd < 0 || send(fd, argv[4], strlen(argv[4]), 0) < 0 ;
}
