/* ISC license. */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/uio.h>

#include <skalibs/types.h>

#include <holdfast/message.h>
#include "listen.h"

unsigned int listen_passed (char const **names)
{
  char const *fds = getenv("LISTEN_FDS") ;
  char const *pid = getenv("LISTEN_PID") ;
  unsigned int n ;
  unsigned int who ;
  *names = 0 ;
  if (!fds || !pid || !uint0_scan(pid, &who) || who != (unsigned int)getpid()) return 0 ;
  if (!uint0_scan(fds, &n) || n > LISTEN_MAX) hf_die(HF_EXIT_USAGE, "invalid LISTEN_FDS: ", fds) ;
  *names = getenv("LISTEN_FDNAMES") ;
  return n ;
}

int listen_name_ok (char const *name)
{
  size_t n = strlen(name) ;
  if (!n || n > LISTEN_NAME) return 0 ;
  for (; *name ; name++) if (*name < 33 || *name > 126 || *name == ':') return 0 ;
  return 1 ;
}

int listen_address (struct sockaddr_un *sa, char const *path)
{
  size_t n = strlen(path) ;
  memset(sa, 0, sizeof(*sa)) ;
  sa->sun_family = AF_UNIX ;
  if (!n || n >= sizeof(sa->sun_path)) { errno = ENAMETOOLONG ; return 0 ; }
  memcpy(sa->sun_path, path, n) ;
  return 1 ;
}

#ifdef MSG_CMSG_CLOEXEC
#define CLOEXEC_FLAG MSG_CMSG_CLOEXEC
#else
#define CLOEXEC_FLAG 0
#endif

union ancillary
{
  struct cmsghdr header ;
  char space[CMSG_SPACE(LISTEN_MAX * sizeof(int))] ;
} ;

int listen_send (int fd, int const *fds, unsigned int n, char const *text, size_t len)
{
  static union ancillary a ;
  struct iovec iov = { .iov_base = (char *)text, .iov_len = len } ;
  struct msghdr msg ;
  struct cmsghdr *c ;
  ssize_t r ;
  memset(&a, 0, sizeof(a)) ;
  memset(&msg, 0, sizeof(msg)) ;
  msg.msg_iov = &iov ;
  msg.msg_iovlen = 1 ;
  msg.msg_control = &a ;
  msg.msg_controllen = CMSG_SPACE(n * sizeof(int)) ;
  c = CMSG_FIRSTHDR(&msg) ;
  c->cmsg_level = SOL_SOCKET ;
  c->cmsg_type = SCM_RIGHTS ;
  c->cmsg_len = CMSG_LEN(n * sizeof(int)) ;
  memcpy(CMSG_DATA(c), fds, n * sizeof(int)) ;
  do r = sendmsg(fd, &msg, MSG_NOSIGNAL) ; while (r < 0 && errno == EINTR) ;
  if (r >= 0 && (size_t)r < len) { errno = EMSGSIZE ; return 0 ; }
  return r >= 0 ;
}

int listen_receive (int fd, int *fds, unsigned int max, char *text, size_t size)
{
  static union ancillary a ;
  struct iovec iov = { .iov_base = text, .iov_len = size - 1 } ;
  struct msghdr msg ;
  struct cmsghdr *c ;
  size_t n ;
  ssize_t r ;
  memset(&msg, 0, sizeof(msg)) ;
  msg.msg_iov = &iov ;
  msg.msg_iovlen = 1 ;
  msg.msg_control = &a ;
  msg.msg_controllen = sizeof(a) ;
  do r = recvmsg(fd, &msg, CLOEXEC_FLAG) ; while (r < 0 && errno == EINTR) ;
  if (r < 0) return -1 ;
  text[r] = 0 ;
  c = CMSG_FIRSTHDR(&msg) ;
  if (!r || !c || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS || msg.msg_flags & (MSG_CTRUNC | MSG_TRUNC))
    { errno = EPROTO ; return -1 ; }
  n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int) ;
  if (n > max) { errno = EPROTO ; return -1 ; }
  memcpy(fds, CMSG_DATA(c), n * sizeof(int)) ;
  return (int)n ;
}
