/* ISC license. */

#include <skalibs/nonposix.h>

#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

#include <skalibs/djbunix.h>

#include <holdfast/entries.h>
#include "config.h"

#if HF_LINUX
#include <sys/syscall.h>
#endif

#define SETTLED 2             /* seconds: no file system stamps changes more coarsely */

char const *const hf_entry_name[HF_ENTRY_N] =
{
  [HF_ENTRY_CONVENTION] = "convention",
  [HF_ENTRY_RESTART] = "restart",
  [HF_ENTRY_RESTART_DELAY] = "restart-delay",
  [HF_ENTRY_RESTART_FROM] = "restart-from",
  [HF_ENTRY_RESTART_JITTER] = "restart-jitter",
  [HF_ENTRY_GIVE_UP] = "give-up",
  [HF_ENTRY_SUCCESS] = "success",
  [HF_ENTRY_NEVER_RETRY] = "never-retry",
  [HF_ENTRY_MAX_AGE] = "max-age",
  [HF_ENTRY_DOWN_SIGNAL] = "down-signal",
  [HF_ENTRY_RELOAD_SIGNAL] = "reload-signal",
  [HF_ENTRY_STOP_LADDER] = "stop-ladder",
  [HF_ENTRY_TIMEOUT_KILL] = "timeout-kill",
  [HF_ENTRY_TIMEOUT_FINISH] = "timeout-finish",
  [HF_ENTRY_TIMEOUT_SWEEP] = "timeout-sweep",
  [HF_ENTRY_KILL_MODE] = "kill-mode",
  [HF_ENTRY_NOTIFICATION_FD] = "notification-fd",
  [HF_ENTRY_LOCK_FD] = "lock-fd",
  [HF_ENTRY_MAX_DEATH_TALLY] = "max-death-tally",
  [HF_ENTRY_FLAG_TIMEOUT_KILLPG] = "flag-timeout-killpg",
  [HF_ENTRY_FLAG_NEWPIDNS] = "flag-newpidns",
  [HF_ENTRY_BACKGROUND] = "background",
  [HF_ENTRY_RUN] = "run",
  [HF_ENTRY_FINISH] = "finish",
  [HF_ENTRY_CONTROL] = "control",
  [HF_ENTRY_DOWN] = "down",
  [HF_ENTRY_LOG] = "log",
  [HF_ENTRY_NEEDS] = "needs",
  [HF_ENTRY_CONTROL_GROUP] = "control-group",
} ;

int hf_entries_has (hf_entries const *e, enum hf_entry which)
{
  return e->has >> which & 1 ;
}

#if HF_LINUX

#define ROUNDS 6              /* of some thirty names each: a directory with more is not listed */

/* What getdents64(2) gives; readdir(3) allocates. */
struct entry
{
  uint64_t ino ;
  int64_t off ;
  unsigned short len ;
  unsigned char type ;
  char name[] ;
} ;

static uint64_t bit_of (char const *name)
{
  for (unsigned int i = 0 ; i < HF_ENTRY_N ; i++)
    if (*name == *hf_entry_name[i] && !strcmp(name, hf_entry_name[i])) return (uint64_t)1 << i ;
  return 0 ;
}

static uint64_t list_fd (int fd)
{
  union { struct entry first ; char room[1024] ; } b ;
  uint64_t has = 0 ;
  for (int i = 0 ; i < ROUNDS ; i++)
  {
    long n = syscall(SYS_getdents64, fd, b.room, sizeof(b)) ;
    if (!n) return has ;
    if (n < 0) break ;
    for (long pos = 0 ; pos < n ; pos += ((struct entry *)(void *)(b.room + pos))->len)
      has |= bit_of(((struct entry *)(void *)(b.room + pos))->name) ;
  }
  return HF_ENTRIES_ALL ;
}

static uint64_t list (char const *dir)
{
  int fd = openat(AT_FDCWD, dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  uint64_t has ;
  if (fd < 0) return HF_ENTRIES_ALL ;
  has = list_fd(fd) ;
  fd_close(fd) ;
  return has ;
}

#else

static uint64_t list (char const *dir)
{
  (void)dir ;
  return HF_ENTRIES_ALL ;
}

#endif

static int is_same (hf_entries const *e, struct stat const *st)
{
  return e->settled && st->st_ino == e->ino && st->st_dev == e->dev
    && st->st_mtim.tv_sec == e->mtime.tv_sec && st->st_mtim.tv_nsec == e->mtime.tv_nsec ;
}

/* A change so fresh that the next could bear the same time does not settle anything. The
   listing comes after the stat: what changes in between shows in the next one. */
void hf_entries_look (hf_entries *e, char const *dir)
{
  struct stat st ;
  struct timespec now ;
  if (!*dir) dir = "." ;
  if (stat(dir, &st) < 0) { e->has = HF_ENTRIES_ALL ; e->settled = 0 ; return ; }
  if (is_same(e, &st)) return ;
  clock_gettime(CLOCK_REALTIME, &now) ;
  e->settled = now.tv_sec - st.st_mtim.tv_sec > SETTLED ;
  e->dev = st.st_dev ;
  e->ino = st.st_ino ;
  e->mtime = st.st_mtim ;
  e->has = list(dir) ;
}
