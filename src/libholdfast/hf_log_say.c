/* ISC license. */

#include <errno.h>
#include <poll.h>

#include <holdfast/message.h>
#include <holdfast/log.h>

/* A logger whose stderr is full must go on logging: the message is lost instead. */
void hf_log_say (char const *level, int err, char const *const *words)
{
  int e = errno ;
  struct pollfd p = { .fd = 2, .events = POLLOUT } ;
  if (poll(&p, 1, 0) > 0 && p.revents & (POLLOUT | POLLERR)) hf_message(level, err, words) ;
  errno = e ;
}
