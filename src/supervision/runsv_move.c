/* ISC license. */

/* The service directory was removed and made anew while the service runs: runsv goes there
   with everything, the same process. Unlike at the start, nothing may be fatal here: what does
   not work leaves it where it is, and it tries again. */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <unistd.h>
#include <sys/stat.h>

#include <skalibs/djbunix.h>

#include <holdfast/clock.h>
#include <holdfast/message.h>
#include "runsv.h"

#define RETRY 1000

static jmp_buf *retreat ;
static int moving ;
static int said ;

/* Called by what init_slot calls, instead of dying. */
void move_failed (void)
{
  if (moving) longjmp(*retreat, 1) ;
}

int move_is_on (void)
{
  return moving ;
}

int move_is_quiet (void)
{
  return moving && said ;
}

static void take_fds (slot *s, slot const *from)
{
  s->lock_fd = from->lock_fd ;
  s->state_fd = from->state_fd ;
  s->control_r = from->control_r ;
  s->ok_r = from->ok_r ;
  s->sup_fd = from->sup_fd ;
  s->st.held = 0 ;
}

static void publish_anew (slot *s)
{
  s->pub_known = 0 ;
  s->pub_pid = 0 ;
  s->pub_stat_len = 0 ;
  s->state_dirty = s->files_dirty = 1 ;
  publish(s) ;
}

/* The new place is complete, with the record in it, before the old one is let go. */
static int move_slot (slot *s)
{
  slot old = *s ;
  slot fresh = *s ;
  char sup[32] ;
  jmp_buf here ;
  hf_path_join(sup, sizeof(sup), s->dir, "supervise") ;
  fresh.lock_fd = fresh.state_fd = fresh.control_r = fresh.sup_fd = -1 ;
  moving = 1 ;
  retreat = &here ;
  if (setjmp(here))
  {
    moving = 0 ;
    fresh.notify_r = -1 ;
    close_slot(&fresh) ;
    return 0 ;
  }
  init_slot(&fresh, sup) ;
  open_ok(&fresh) ;
  moving = 0 ;
  take_fds(s, &fresh) ;
  publish_anew(s) ;
  old.notify_r = -1 ;
  close_slot(&old) ;
  return 1 ;
}

static int is_another (struct stat const *a, struct stat const *b)
{
  return a->st_ino != b->st_ino || a->st_dev != b->st_dev ;
}

/* Has its supervise directory in the service directory, and is not there yet. */
static int must_move (slot const *s)
{
  struct stat here, there ;
  char path[32] ;
  if (!s->present || s->elsewhere) return 0 ;
  if (s->st.m.islog && access("log", F_OK) < 0) return 0 ;
  if (!hf_path_join(path, sizeof(path), s->dir, "supervise") || fstat(s->sup_fd, &here) < 0) return 0 ;
  return stat(path, &there) < 0 || is_another(&here, &there) ;
}

static int go_there (void)
{
  struct stat here, there ;
  int old = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  int r = -1 ;
  if (old < 0) return -1 ;
  if (!fstat(old, &here) && !fstatat(R.scan_fd, R.name, &there, 0))
  {
    r = is_another(&here, &there) ;
    if (r && (fchdir(R.scan_fd) < 0 || chdir(R.name) < 0))
    {
      int e = errno ;
      if (fchdir(old) < 0) hf_warnsys("unable to go back") ;
      errno = e ;
      r = -1 ;
    }
  }
  fd_close(old) ;
  return r ;
}

void move_directory (void)
{
  slot *both[2] = { &R.main, &L } ;
  int moved = 0 ;
  int r = go_there() ;
  R.move_at = HF_NEVER ;
  R.main.looked = L.looked = 0 ;
  if (r < 0) { hf_warnsys("unable to move to the new service directory") ; return ; }
  for (int i = 0 ; i < 2 ; i++) if (must_move(both[i]))
  {
    if (move_slot(both[i])) moved = 1 ;
    else { said = 1 ; R.move_at = R.now + RETRY ; return ; }
  }
  said = 0 ;
  if (r || moved) hf_info("moved to the new service directory") ;
}
