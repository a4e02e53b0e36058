/* ISC license. */

/* kill-mode tree, where a run has a control group (version 2) of its own: the kernel kills all
   that is in it at once, also what forks faster than a list of it can be made. A group in which
   there is anything else is never touched. */

#include <skalibs/nonposix.h>

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/types.h>

#include "runsv.h"

#define GROUP 512             /* bytes of a group's name; one that is longer is not used */
#define TRIES 8               /* for a process whose parent dies while it is looked for */

/* The group of a process, as the kernel names it: the line "0::/NAME" of /proc/PID/cgroup. */
static int group_of (char *group, pid_t pid)
{
  char s[4096] ;
  char path[32] = "/proc/" ;
  char *line ;
  ssize_t r ;
  strcpy(path + 6 + pid_fmt(path + 6, pid), "/cgroup") ;
  r = openreadnclose_nb(path, s, sizeof(s) - 1) ;
  if (r <= 0) return 0 ;
  s[r] = 0 ;
  line = strncmp(s, "0::/", 4) ? strstr(s, "\n0::/") : s ;
  if (!line) return 0 ;
  line = strchr(line, '/') ;
  line[strcspn(line, "\n")] = 0 ;
  if (strlen(line) >= GROUP || strstr(line, "/..")) return 0 ;
  strcpy(group, line) ;
  return 1 ;
}

static int is_in (pid_t pid, char const *group)
{
  char theirs[GROUP] ;
  return group_of(theirs, pid) && !strcmp(theirs, group) ;
}

/* Did the run leave this member of the group? Its parent is in the group, too, and looked at
   as well, or it was handed to runsv. One that is gone does no harm. */
static int is_left (pid_t pid, char const *group)
{
  for (int i = 0 ; pid > 0 && i < TRIES ; i++)
  {
    pid_t parent = hf_proc_parent(pid) ;
    if (parent == getpid()) return !is_ours(pid) ;
    if (parent <= 0) return !hf_proc_state(pid) ;
    if (is_in(parent, group)) return 1 ;
    if (parent == hf_proc_parent(pid)) return 0 ;
  }
  return 0 ;
}

static int open_in (int dir, char const *file, int flags)
{
  return openat(dir, file, flags | O_CLOEXEC) ;
}

/* Is all that is in the group left by the run? */
static int holds_nothing_else (int dir, char const *group)
{
  char s[1024] ;
  ssize_t r ;
  pid_t pid = 0 ;
  int good = 1 ;
  int fd = open_in(dir, "cgroup.procs", O_RDONLY) ;
  if (fd < 0) return 0 ;
  while (good && (r = fd_read(fd, s, sizeof(s))) > 0)
    for (ssize_t i = 0 ; good && i < r ; i++)
      if (s[i] != '\n') pid = pid * 10 + (s[i] - '0') ;
      else { good = is_left(pid, group) ; pid = 0 ; }
  fd_close(fd) ;
  return good && !r ;
}

/* What is in groups below would be killed, too: they are looked at on their own. */
static int has_groups_below (int dir)
{
  char s[32] ;
  int fd = open_in(dir, "cgroup.stat", O_RDONLY) ;
  ssize_t r ;
  if (fd < 0) return 1 ;
  r = fd_read(fd, s, sizeof(s)) ;
  fd_close(fd) ;
  return r < 17 || memcmp(s, "nr_descendants 0\n", 17) ;
}

static int kill_all_in (int dir)
{
  int fd = open_in(dir, "cgroup.kill", O_WRONLY) ;
  int good ;
  if (fd < 0) return 0 ;
  good = fd_write(fd, "1", 1) == 1 ;
  fd_close(fd) ;
  return good ;
}

static int open_group (char const *group)
{
  static char const *const mounts[] = { "/sys/fs/cgroup", "/sys/fs/cgroup/unified" } ;
  char path[GROUP + 32] ;
  int fd = -1 ;
  for (unsigned int i = 0 ; fd < 0 && i < sizeof(mounts) / sizeof(mounts[0]) ; i++)
  {
    strcpy(path, mounts[i]) ;
    strcat(path, group) ;
    fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
    if (fd >= 0 && faccessat(fd, "cgroup.kill", W_OK, AT_EACCESS) < 0) { fd_close(fd) ; fd = -1 ; }
  }
  return fd ;
}

int kill_cgroup_of (pid_t pid)
{
  char group[GROUP] ;
  int dir, good ;
  if (!group_of(group, pid) || is_in(getpid(), group)) return 0 ;
  dir = open_group(group) ;
  if (dir < 0) return 0 ;
  good = !has_groups_below(dir) && holds_nothing_else(dir, group) && kill_all_in(dir) ;
  fd_close(dir) ;
  return good ;
}
