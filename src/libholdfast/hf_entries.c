/* ISC license. */

#include <skalibs/nonposix.h>

#include <string.h>
#include <sys/stat.h>

#include <holdfast/names.h>
#include <holdfast/entries.h>
#include "config.h"

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

#define MANY 200              /* a directory with more entries is not listed to the end */

struct listing { uint64_t has ; int n ; } ;

static int note (char const *name, void *data)
{
  struct listing *l = data ;
  for (unsigned int i = 0 ; i < HF_ENTRY_N ; i++)
    if (*name == *hf_entry_name[i] && !strcmp(name, hf_entry_name[i])) l->has |= (uint64_t)1 << i ;
  return ++l->n > MANY ;
}

static uint64_t list (char const *dir)
{
  struct listing l = { .has = 0 } ;
  return hf_names_each(dir, &note, &l) ? HF_ENTRIES_ALL : l.has ;
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
