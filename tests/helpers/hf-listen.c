/* ISC license. */

/* hf-listen PATH: listens on a Unix socket and accepts for ever.
   hf-listen PORT (0: a free one): the same on TCP 127.0.0.1; prints the port.
   hf-listen -p: prints a port that was free a moment ago. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

static int on_unix (char const *path)
{
  struct sockaddr_un sa = { .sun_family = AF_UNIX } ;
  int fd = socket(AF_UNIX, SOCK_STREAM, 0) ;
  if (strlen(path) >= sizeof(sa.sun_path)) return -1 ;
  strcpy(sa.sun_path, path) ;
  return bind(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0 ? -1 : fd ;
}

static int on_tcp (int port)
{
  struct sockaddr_in sa = { .sin_family = AF_INET, .sin_port = htons((unsigned short)port) } ;
  socklen_t len = sizeof(sa) ;
  int fd = socket(AF_INET, SOCK_STREAM, 0) ;
  sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK) ;
  if (bind(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0 || getsockname(fd, (struct sockaddr *)&sa, &len) < 0) return -1 ;
  printf("%d\n", ntohs(sa.sin_port)) ;
  return fd ;
}

int main (int argc, char **argv)
{
  int just = argc > 1 && !strcmp(argv[1], "-p") ;
  int fd = argc < 2 ? -1 : just ? on_tcp(0) : argv[1][0] == '/' ? on_unix(argv[1]) : on_tcp(atoi(argv[1])) ;
  if (fd < 0) return 111 ;
  if (just) return 0 ;
  if (listen(fd, 16) < 0) return 111 ;
  fflush(stdout) ;
  for (;;)
  {
    int c = accept(fd, 0, 0) ;
    if (c >= 0) close(c) ;
  }
}
