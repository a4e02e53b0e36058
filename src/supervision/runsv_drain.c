/* ISC license. */

/* The logger on the way out. It ends by itself when it has read the log pipe to its end; but a
   process that the service left behind may hold that open for ever. So when nothing has been in
   the pipe for a moment, the logger is told to go. What such a process writes later stays in
   the FIFO for the next logger, as long as the process has it open. */

#include <skalibs/nonposix.h>

#include <poll.h>
#include <string.h>
#include <unistd.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <skalibs/types.h>

#include <holdfast/clock.h>
#include <holdfast/message.h>
#include <holdfast/names.h>
#include "runsv.h"

#define PATIENCE 2000         /* ms that what was left behind has to go, too */
#define LOOK 100

/* Bytes that are in the log pipe and that no logger has read. */
int drain_unread (void)
{
  int n = 0 ;
  return R.pipe_r >= 0 && !ioctl(R.pipe_r, FIONREAD, &n) ? n : 0 ;
}

/* Is the write end open anywhere? */
static int is_held (void)
{
  struct pollfd x = { .fd = R.pipe_r, .events = POLLIN } ;
  return R.pipe_r >= 0 && !(poll(&x, 1, 0) > 0 && x.revents & POLLHUP) ;
}

/* Who has it open, by /proc. */
struct search { struct stat pipe ; char path[32] ; uint32_t pid ; } ;

static int writes_there (char const *fd, void *data)
{
  struct search *w = data ;
  struct stat link, st ;
  char path[64] ;
  return hf_path_join(path, sizeof(path), w->path, fd) && !lstat(path, &link) && link.st_mode & S_IWUSR
    && !stat(path, &st) && st.st_ino == w->pipe.st_ino && st.st_dev == w->pipe.st_dev ;
}

static int holds (char const *name, void *data)
{
  struct search *w = data ;
  if (!uint320_scan(name, &w->pid) || strlen(name) > 10 || w->pid == (uint32_t)getpid()) return 0 ;
  strcpy(w->path, "/proc/") ;
  strcat(w->path, name) ;
  strcat(w->path, "/fd") ;
  return hf_names_each(w->path, &writes_there, w) > 0 ;
}

static void say_who (void)
{
  struct search w ;
  char pid[UINT32_FMT] ;
  char comm[32] = "" ;
  if (fstat(R.pipe_r, &w.pipe) < 0 || hf_names_each("/proc", &holds, &w) <= 0)
  {
    hf_info("a process that cannot be seen still holds the log pipe, the logger ends all the same") ;
    return ;
  }
  pid[uint32_fmt(pid, w.pid)] = 0 ;
  strcpy(strrchr(w.path, '/'), "/comm") ;
  hf_value_read(w.path, comm, sizeof(comm)) ;
  hf_info("process ", pid, " (", comm, "), which the service left behind, holds the log pipe; the logger ends all the same") ;
}

void drain_begin (void)
{
  R.drain_at = R.now + PATIENCE ;
}

/* Something unread is the logger's to read, however long it takes. */
int drain_is_over (void)
{
  if (R.now < R.drain_at) return 0 ;
  R.drain_at = HF_NEVER ;
  if (!is_held()) return 0 ;
  R.drain_at = R.now + LOOK ;
  if (drain_unread()) return 0 ;
  R.drain_at = HF_NEVER ;
  say_who() ;
  return 1 ;
}
