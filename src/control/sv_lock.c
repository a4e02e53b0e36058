/* ISC license. */

/* Verbs of several steps exclude each other by a lock on the scan directory itself: nothing has
   to be written there, and the lock is gone when the process is. Verbs of one step need none:
   their bytes are one write, which a supervisor takes as a whole. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <unistd.h>

#include <holdfast/clock.h>
#include <holdfast/message.h>
#include "sv.h"

#define AGAIN_MS 50

static int take (int fd, int64_t deadline)
{
  int told = 0 ;
  while (flock(fd, LOCK_EX | LOCK_NB) < 0)
  {
    if (errno == EINTR) continue ;
    if (errno != EWOULDBLOCK) { hf_message("fatal", errno, hf_words("unable to lock ", hf_scandir())) ; return 0 ; }
    if (hf_clock_ms() >= deadline) { hf_message("fatal", 0, hf_words("another sv is still at work in ", hf_scandir())) ; return 0 ; }
    if (!told++) hf_info("waiting for another sv that is at work in ", hf_scandir()) ;
    poll(0, 0, AGAIN_MS) ;
  }
  return 1 ;
}

int sv_lock (int64_t deadline)
{
  static int fd = -1 ;
  if (fd >= 0) return 1 ;
  fd = open(hf_scandir(), O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (fd < 0) { hf_message("fatal", errno, hf_words("unable to open ", hf_scandir())) ; return 0 ; }
  if (take(fd, deadline)) return 1 ;
  close(fd) ;
  fd = -1 ;
  return 0 ;
}
