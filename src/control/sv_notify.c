/* ISC license. */

#include <skalibs/nonposix.h>

#include <unistd.h>

#include "sv.h"
#include "config.h"

#if HF_LINUX

#include <sys/inotify.h>

static int inotify = -1 ;

/* Not IN_OPEN or IN_CLOSE: our own looks would wake us. A directory may be added again. */
int sv_notify_add (char const *dir)
{
  if (inotify < 0) inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK) ;
  if (inotify < 0) return 0 ;
  return inotify_add_watch(inotify, dir, IN_CREATE | IN_MOVED_TO | IN_ONLYDIR) >= 0 ;
}

int sv_notify_fd (void)
{
  return inotify ;
}

void sv_notify_drain (void)
{
  char s[4096] ;
  while (read(inotify, s, sizeof(s)) > 0) ;
}

#else

int sv_notify_add (char const *dir)
{
  (void)dir ;
  return 0 ;
}

int sv_notify_fd (void)
{
  return -1 ;
}

void sv_notify_drain (void)
{
}

#endif
