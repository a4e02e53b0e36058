/* ISC license. */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <skalibs/djbunix.h>

#include <holdfast/message.h>
#include "config.h"
#include "notifysock.h"

static struct stat made ;     /* what bind() made at the path */

static socklen_t address (struct sockaddr_un *sa, char const *path)
{
  memset(sa, 0, sizeof(*sa)) ;
  sa->sun_family = AF_UNIX ;
  if (!path) return sizeof(sa->sun_family) ; /* Linux: the kernel picks an abstract name */
  if (path[0] != '/') hf_die(HF_EXIT_USAGE, "the socket's path must be absolute: ", path) ;
  if (strlen(path) >= sizeof(sa->sun_path)) hf_die(HF_EXIT_USAGE, "the socket's path is too long: ", path) ;
  strcpy(sa->sun_path, path) ;
  return sizeof(*sa) ;
}

static void ask_identity (int fd)
{
#if HF_LINUX
  int one = 1 ;
  if (setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &one, sizeof(one)) < 0)
    hf_diesys(HF_EXIT_SYSTEM, "unable to ask for the senders' identity") ;
#else
  (void)fd ;
#endif
}

int notifysock_open (char const *path)
{
  struct sockaddr_un sa ;
  struct stat st ;
  socklen_t len = address(&sa, path) ;
  mode_t mask ;
  int r, fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0) ;
  if (fd < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to make a socket") ;
  ask_identity(fd) ;
  if (path && !lstat(path, &st) && S_ISSOCK(st.st_mode)) unlink(path) ;
  mask = umask(0) ;
  r = bind(fd, (struct sockaddr *)&sa, len) ;
  umask(mask) ;
  if (r < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to bind the socket ", path ? path : "") ;
  if (path && lstat(path, &made) < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to look at ", path) ;
  return fd ;
}

void notifysock_forget (char const *path)
{
  struct stat st ;
  if (path && !lstat(path, &st) && st.st_ino == made.st_ino && st.st_dev == made.st_dev) unlink(path) ;
}

void notifysock_name (int fd, int is_path, char *name)
{
  struct sockaddr_un sa ;
  socklen_t len = sizeof(sa) ;
  size_t n ;
  if (getsockname(fd, (struct sockaddr *)&sa, &len) < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to read the socket's name") ;
  n = len - (size_t)((char *)sa.sun_path - (char *)&sa) ;
  memcpy(name, sa.sun_path, n) ;
  name[n] = 0 ;
  if (!is_path) name[0] = '@' ;
}

static void identify (notifysock *d)
{
  d->pid = 0 ;
  d->uid = (uid_t)-1 ;
#if HF_LINUX
  for (struct cmsghdr *c = CMSG_FIRSTHDR(&d->m) ; c ; c = CMSG_NXTHDR(&d->m, c))
    if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_CREDENTIALS)
    {
      struct ucred u ;
      memcpy(&u, CMSG_DATA(c), sizeof(u)) ;
      d->pid = u.pid ;
      d->uid = u.uid ;
    }
#endif
}

int notifysock_receive (int fd, notifysock *d)
{
  struct iovec v = { .iov_base = d->s, .iov_len = sizeof(d->s) } ;
  ssize_t r ;
  d->m = (struct msghdr){ .msg_iov = &v, .msg_iovlen = 1, .msg_control = d->control.s, .msg_controllen = sizeof(d->control.s) } ;
  do r = recvmsg(fd, &d->m, MSG_CMSG_CLOEXEC) ; while (r < 0 && errno == EINTR) ;
  if (r < 0) return 0 ;
  d->len = (size_t)r ;
  identify(d) ;
  return d->m.msg_flags & MSG_TRUNC ? -1 : 1 ;
}

void notifysock_release (notifysock *d)
{
  for (struct cmsghdr *c = CMSG_FIRSTHDR(&d->m) ; c ; c = CMSG_NXTHDR(&d->m, c))
  {
    size_t n ;
    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) continue ;
    n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int) ;
    for (size_t i = 0 ; i < n ; i++)
    {
      int fd ;
      memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(int)) ;
      fd_close(fd) ;
    }
  }
}
