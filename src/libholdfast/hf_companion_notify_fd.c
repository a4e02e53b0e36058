/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <skalibs/types.h>

#include <holdfast/companion.h>
#include <holdfast/policy.h>

/* LISTEN_FDS sockets are 3 and up; they are ours if LISTEN_PID says so. */
static int is_passed_socket (int fd)
{
  char const *n = getenv("LISTEN_FDS"), *p = getenv("LISTEN_PID") ;
  unsigned int count ;
  pid_t pid ;
  return n && p && uint0_scan(n, &count) && pid0_scan(p, &pid) && pid == getpid()
    && fd >= 3 && (unsigned int)fd - 3 < count ;
}

int hf_companion_notify_fd (int wanted)
{
  if (wanted < 0)
  {
    char s[32] ;
    unsigned int u ;
    if (hf_value_read("notification-fd", s, sizeof(s)) < 0) return -1 ;
    if (!uint0_scan(s, &u) || u > 65535) return (errno = EINVAL, -1) ;
    wanted = (int)u ;
  }
  if (is_passed_socket(wanted)) return (errno = ENOTUNIQ, -1) ;
  return fcntl(wanted, F_GETFD) < 0 ? -1 : wanted ;
}
