/* ISC license. */

/* hf-notify [-f] [-B] MESSAGE...: sends each message to NOTIFY_SOCKET as one datagram (the
   two characters \n stand for a newline); -f with a descriptor attached, -B then waits, ten
   seconds at most, until the receiver has closed a BARRIER's descriptor. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/socket.h>
#include <sys/un.h>

static int sock ;
static struct sockaddr_un to ;
static socklen_t tolen ;

static int send_one (char const *s, size_t n, int fd)
{
  union { struct cmsghdr h ; char s[CMSG_SPACE(sizeof(int))] ; } c ;
  struct iovec v = { .iov_base = (char *)s, .iov_len = n } ;
  struct msghdr m = { .msg_name = &to, .msg_namelen = tolen, .msg_iov = &v, .msg_iovlen = 1 } ;
  if (fd >= 0)
  {
    memset(&c, 0, sizeof(c)) ;
    m.msg_control = c.s ;
    m.msg_controllen = sizeof(c.s) ;
    c.h.cmsg_level = SOL_SOCKET ;
    c.h.cmsg_type = SCM_RIGHTS ;
    c.h.cmsg_len = CMSG_LEN(sizeof(int)) ;
    memcpy(CMSG_DATA(&c.h), &fd, sizeof(int)) ;
  }
  return sendmsg(sock, &m, 0) == (ssize_t)n ;
}

static int barrier (void)
{
  int p[2] ;
  struct pollfd x = { .events = 0 } ;
  if (pipe(p) < 0 || !send_one("BARRIER=1", 9, p[1])) return 0 ;
  close(p[1]) ;
  x.fd = p[0] ;
  return poll(&x, 1, 10000) == 1 ;
}

int main (int argc, char **argv)
{
  char const *name = getenv("NOTIFY_SOCKET") ;
  int opt, withfd = 0, wait = 0 ;
  while ((opt = getopt(argc, argv, "fB")) >= 0) if (opt == 'f') withfd = 1 ; else wait = 1 ;
  if (!name || strlen(name) >= sizeof(to.sun_path)) return 100 ;
  to.sun_family = AF_UNIX ;
  strcpy(to.sun_path, name) ;
  tolen = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name)) ;
  if (name[0] == '@') to.sun_path[0] = 0 ; else tolen++ ;
  sock = socket(AF_UNIX, SOCK_DGRAM, 0) ;
  if (sock < 0) return 111 ;
  for (int i = optind ; i < argc ; i++)
  {
    char s[65536] ;
    size_t n = 0 ;
    for (char const *a = argv[i] ; *a && n < sizeof(s) ; a++)
      if (a[0] == '\\' && a[1] == 'n') { s[n++] = '\n' ; a++ ; }
      else s[n++] = *a ;
    if (!send_one(s, n, withfd ? 0 : -1)) { perror("hf-notify") ; return 111 ; }
  }
  return wait && !barrier() ? 99 : 0 ;
}
