/* ISC license. */

#include <skalibs/nonposix.h>

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

#include <holdfast/clock.h>
#include <holdfast/names.h>
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

void hf_proc_self (hf_proc *p)
{
  p->pid = (uint32_t)getpid() ;
  p->start_lo = 0 ;
  p->start_hi = hf_clock_ticks() ;
  if (!p->start_hi && hf_proc_start(getpid(), &p->start_lo)) p->start_hi = p->start_lo ;
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

struct children { pid_t of ; pid_t *pids ; int n, max ; } ;

/* Numbers with blanks between. */
static void scan_pids (char const *s, struct children *c)
{
  size_t used ;
  while (c->n < c->max && (used = pid_scan(s, c->pids + c->n)))
  {
    c->n++ ;
    s += used ;
    while (*s == ' ') s++ ;
  }
}

static int children_of_task (char const *task, void *data)
{
  struct children *c = data ;
  char path[96] ;
  char s[4096] ;
  ssize_t r ;
  strcpy(path + task_path(path, c->of, task), "/children") ;
  r = openreadnclose_nb(path, s, sizeof(s) - 1) ;
  s[r > 0 ? r : 0] = 0 ;
  scan_pids(s, c) ;
  return c->n == c->max ;
}

/* The kernel's own list where it keeps one (CONFIG_PROC_CHILDREN), which each thread has of
   the children that it made. 1, or 0: there is none. */
static int list_children (struct children *c)
{
#if HF_LINUX
  char path[64] ;
  if (access("/proc/thread-self/children", F_OK) < 0) return 0 ;
  task_path(path, c->of, "") ;
  hf_names_each(path, &children_of_task, c) ;
  return 1 ;
#else
  (void)&children_of_task ;
  (void)c ;
  return 0 ;
#endif
}

/* Every process whose parent it is. */
static int is_child (char const *name, void *data)
{
  struct children *c = data ;
  pid_t p ;
  if (pid0_scan(name, &p) && hf_proc_parent(p) == c->of) c->pids[c->n++] = p ;
  return c->n == c->max ;
}

int hf_proc_children (pid_t of, pid_t *pids, int max)
{
  struct children c = { .of = of, .pids = pids, .max = max } ;
  if (max > 0 && !list_children(&c) && hf_names_each("/proc", &is_child, &c) < 0) return -1 ;
  return c.n ;
}
