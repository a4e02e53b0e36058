/* ISC license. */

#include <skalibs/nonposix.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <skalibs/djbunix.h>
#include <skalibs/types.h>

#include <holdfast/process.h>
#include "config.h"

#if HF_LINUX
#include <sys/prctl.h>
#include <sys/syscall.h>
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif
#ifndef PR_SET_CHILD_SUBREAPER
#define PR_SET_CHILD_SUBREAPER 36
#endif

/* Linux 6.15 tells the exit status of a process through its pidfd, whoever its parent is
   (pidfd_open(2), PIDFD_GET_INFO). */
struct pidfd_info_exit
{
  uint64_t mask ;
  uint64_t cgroupid ;
  uint32_t ids[11] ;          /* pid, tgid, ppid, four uids and four gids */
  int32_t exit_code ;
} ;
#define PIDFD_GET_INFO_EXIT _IOWR(0xFF, 11, char[64])
#define PIDFD_INFO_EXIT_BIT (1u << 3)
#endif

static int hex (int c)
{
  return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1 ;
}

int hf_boot_id (char *id)
{
  char s[64] ;
  ssize_t r = openreadnclose_nb("/proc/sys/kernel/random/boot_id", s, sizeof(s)) ;
  int n = 0 ;
  memset(id, 0, HF_BOOTID) ;
  for (ssize_t i = 0 ; i < r && n < 2 * HF_BOOTID ; i++)
  {
    int x = hex(s[i]) ;
    if (x < 0) continue ;
    id[n / 2] = (char)(id[n / 2] << 4 | x) ;
    n++ ;
  }
  return n == 2 * HF_BOOTID ;
}

static void proc_path (char *s, pid_t pid, char const *what)
{
  size_t n = 6 ;
  memcpy(s, "/proc/", 6) ;
  n += pid_fmt(s + n, pid) ;
  strcpy(s + n, what) ;
}

/* Field n (3: state) of /proc/PID/stat, counted after the command's closing parenthesis,
   since the command itself may hold anything. */
static int stat_field (pid_t pid, int n, char *out, size_t max)
{
  char path[64] ;
  char s[1024] ;
  char *p ;
  ssize_t r ;
  proc_path(path, pid, "/stat") ;
  r = openreadnclose_nb(path, s, sizeof(s) - 1) ;
  if (!r) errno = EPROTO ;
  if (r <= 0) return 0 ;
  s[r] = 0 ;
  p = strrchr(s, ')') ;
  for (int i = 2 ; p && i < n ; i++) p = strchr(p + 1, ' ') ;
  if (!p) return (errno = EPROTO, 0) ;
  p++ ;
  p[strcspn(p, " \n")] = 0 ;
  if (strlen(p) >= max) return (errno = EPROTO, 0) ;
  strcpy(out, p) ;
  return 1 ;
}

int hf_proc_start (pid_t pid, uint64_t *ticks)
{
  char s[32] ;
  if (!stat_field(pid, 22, s, sizeof(s))) return 0 ;
  return !!uint640_scan(s, ticks) || (errno = EPROTO, 0) ;
}

int hf_proc_state (pid_t pid)
{
  char s[4] ;
  return stat_field(pid, 3, s, sizeof(s)) ? s[0] : 0 ;
}

pid_t hf_proc_parent (pid_t pid)
{
  char s[32] ;
  pid_t parent ;
  return stat_field(pid, 4, s, sizeof(s)) && pid0_scan(s, &parent) ? parent : 0 ;
}

int hf_proc_same (hf_proc const *p)
{
  uint64_t start ;
  if (!p->pid) return 0 ;
  if (hf_proc_start((pid_t)p->pid, &start))
    return !p->start_hi || (start >= p->start_lo && start <= p->start_hi) ;
  /* Not to be able to look (no descriptors, no memory) does not make anybody dead. */
  if ((errno == ENOENT || errno == ESRCH) && !access("/proc/self/stat", F_OK)) return 0 ;
  return !kill((pid_t)p->pid, 0) || errno == EPERM ;
}

/* The first thread of a process may have ended and be shown as a zombie while others live. */
static int is_zombie (pid_t pid)
{
  char s[32] ;
  unsigned int threads ;
  if (!stat_field(pid, 3, s, sizeof(s)) || (s[0] != 'Z' && s[0] != 'X')) return 0 ;
  return !stat_field(pid, 20, s, sizeof(s)) || !uint0_scan(s, &threads) || threads <= 1 ;
}

int hf_proc_alive (hf_proc const *p)
{
  return hf_proc_same(p) && !is_zombie((pid_t)p->pid) ;
}

int hf_pidfd_open (pid_t pid)
{
#if HF_LINUX
  return (int)syscall(SYS_pidfd_open, pid, 0) ; /* close-on-exec by definition */
#else
  (void)pid ;
  return (errno = ENOSYS, -1) ;
#endif
}

int hf_proc_signal (int pidfd, pid_t pid, int sig)
{
#if HF_LINUX
  if (pidfd >= 0) return (int)syscall(SYS_pidfd_send_signal, pidfd, sig, 0, 0) ;
#else
  (void)pidfd ;
#endif
  return kill(pid, sig) ;
}

static int is_owner (pid_t pid)
{
  struct stat st ;
  char path[64] ;
  proc_path(path, pid, "") ;
  return !stat(path, &st) && st.st_uid == geteuid() ;
}

static int zombie_status (pid_t pid, int *wstat)
{
  char s[32] ;
  unsigned int u ;
  if (!is_zombie(pid)) return 0 ;
  if (!stat_field(pid, 52, s, sizeof(s)) || !uint0_scan(s, &u)) return 0 ;
  /* The kernel shows 0 to those who may not look: 0 is believed if it is root or the owner who
     looks. */
  if (!u && geteuid() && !is_owner(pid)) return 0 ;
  *wstat = (int)u ;
  return 1 ;
}

int hf_proc_exit (int pidfd, pid_t pid, int *wstat)
{
#if HF_LINUX
  if (pidfd >= 0)
  {
    union { struct pidfd_info_exit i ; char room[64] ; } info ; /* PIDFD_INFO_SIZE_VER0 */
    memset(&info, 0, sizeof(info)) ;
    info.i.mask = PIDFD_INFO_EXIT_BIT ;
    if (!ioctl(pidfd, PIDFD_GET_INFO_EXIT, &info) && info.i.mask & PIDFD_INFO_EXIT_BIT)
    {
      *wstat = info.i.exit_code ;
      return 1 ;
    }
  }
#else
  (void)pidfd ;
#endif
  return zombie_status(pid, wstat) ;
}

int hf_proc_subreaper (void)
{
#if HF_LINUX
  return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) ;
#else
  return (errno = ENOSYS, -1) ;
#endif
}

/* "/proc/PID/task", and what comes after it. */
static size_t task_path (char *s, pid_t pid, char const *what)
{
  proc_path(s, pid, "/task/") ;
  strcat(s, what) ;
  return strlen(s) ;
}

/* Numbers with blanks between: how many were put into pids. */
static int scan_pids (char const *s, pid_t *pids, int max)
{
  int n = 0 ;
  size_t used ;
  while (n < max && (used = pid_scan(s, pids + n)))
  {
    n++ ;
    s += used ;
    while (*s == ' ') s++ ;
  }
  return n ;
}

#if HF_LINUX

/* What getdents64(2) gives; readdir(3) allocates. */
struct entry
{
  uint64_t ino ;
  int64_t off ;
  unsigned short len ;
  unsigned char type ;
  char name[] ;
} ;

/* Those of one thread. */
static int children_of_task (pid_t of, char const *task, pid_t *pids, int max)
{
  char path[96] ;
  char s[4096] ;
  ssize_t r ;
  strcpy(path + task_path(path, of, task), "/children") ;
  r = openreadnclose_nb(path, s, sizeof(s) - 1) ;
  s[r > 0 ? r : 0] = 0 ;
  return scan_pids(s, pids, max) ;
}

/* The kernel's own list where it keeps one (CONFIG_PROC_CHILDREN), which each thread has of
   the children that it made. Number, or -1. */
static int children_listed (pid_t of, pid_t *pids, int max)
{
  union { struct entry first ; char room[512] ; } b ;
  char path[64] ;
  int n = 0 ;
  int fd ;
  long r ;
  if (access("/proc/thread-self/children", F_OK) < 0) return -1 ;
  task_path(path, of, "") ;
  fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  while (fd >= 0 && (r = syscall(SYS_getdents64, fd, b.room, sizeof(b))) > 0)
    for (long i = 0 ; i < r ; )
    {
      struct entry const *e = (void const *)(b.room + i) ;
      if (e->name[0] != '.') n += children_of_task(of, e->name, pids + n, max - n) ;
      i += e->len ;
    }
  if (fd >= 0) fd_close(fd) ;
  return n ;
}

#else

static int children_listed (pid_t of, pid_t *pids, int max)
{
  (void)of ; (void)pids ; (void)max ;
  return -1 ;
}

#endif

/* Every process whose parent is "of". */
static int children_searched (pid_t of, pid_t *pids, int max)
{
  DIR *d = opendir("/proc") ;
  struct dirent *e ;
  int n = 0 ;
  if (!d) return -1 ;
  while (n < max && (e = readdir(d)))
  {
    pid_t p ;
    if (pid0_scan(e->d_name, &p) && hf_proc_parent(p) == of) pids[n++] = p ;
  }
  closedir(d) ;
  return n ;
}

int hf_proc_children (pid_t of, pid_t *pids, int max)
{
  int n = children_listed(of, pids, max) ;
  return n < 0 ? children_searched(of, pids, max) : n ;
}
