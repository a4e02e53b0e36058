/* ISC license. */

/* sockrecv udp|tcp|unix WHERE [PORT]: binds a loopback port (udp, tcp: WHERE is a file that gets the
   port number) or a local datagram socket (WHERE is its path) and writes what arrives to
   stdout: datagrams one a line with \n shown for a newline, a stream as it is. */

#include <stdio.h>
#include <string.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <netinet/in.h>

static void tell_port (int fd, char const *file)
{
  struct sockaddr_in a ;
  socklen_t n = sizeof(a) ;
  char tmp[4096] ;
  FILE *f ;
  if (getsockname(fd, (struct sockaddr *)&a, &n) < 0) exit(111) ;
  snprintf(tmp, sizeof(tmp), "%s.new", file) ;
  f = fopen(tmp, "w") ;
  if (!f) exit(111) ;
  fprintf(f, "%d\n", ntohs(a.sin_port)) ;
  fclose(f) ;
  if (rename(tmp, file) < 0) exit(111) ;
}

static void datagrams (int fd)
{
  static char s[65536] ;
  for (;;)
  {
    ssize_t n = recv(fd, s, sizeof(s), 0), i ;
    if (n < 0) exit(111) ;
    for (i = 0 ; i < n ; i++) if (s[i] == '\n') fputs("\\n", stdout) ; else putchar(s[i]) ;
    putchar('\n') ;
    fflush(stdout) ;
  }
}

int main (int argc, char const *const *argv)
{
  struct sockaddr_in in = { .sin_family = AF_INET } ;
  struct sockaddr_un un = { .sun_family = AF_UNIX } ;
  int one = 1 ;
  int fd ;
  if (argc < 3) return 100 ;
  in.sin_addr.s_addr = htonl(INADDR_LOOPBACK) ;
  if (!strcmp(argv[1], "unix"))
  {
    fd = socket(AF_UNIX, SOCK_DGRAM, 0) ;
    snprintf(un.sun_path, sizeof(un.sun_path), "%s", argv[2]) ;
    unlink(argv[2]) ;
    if (fd < 0 || bind(fd, (struct sockaddr *)&un, sizeof(un)) < 0) return 111 ;
    datagrams(fd) ;
  }
  fd = socket(AF_INET, strcmp(argv[1], "tcp") ? SOCK_DGRAM : SOCK_STREAM, 0) ;
  if (fd < 0) return 111 ;
  if (argc > 3) in.sin_port = htons(atoi(argv[3])) ;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) ;
  if (bind(fd, (struct sockaddr *)&in, sizeof(in)) < 0) return 111 ;
  if (!strcmp(argv[1], "udp"))
  {
    tell_port(fd, argv[2]) ;
    datagrams(fd) ;
  }
  if (listen(fd, 5) < 0) return 111 ;
  tell_port(fd, argv[2]) ;
  for (;;)
  {
    static char s[65536] ;
    int c = accept(fd, 0, 0) ;
    ssize_t n ;
    while ((n = read(c, s, sizeof(s))) > 0) if (write(1, s, n) < 0) return 111 ;
    close(c) ;
  }
}
