/* ISC license. */

/* Which of the files a supervisor asks for are in a service directory: one listing instead of
   an open(2) for each, kept for as long as the directory itself says that no entry came or
   went. */

#ifndef HF_ENTRIES_H
#define HF_ENTRIES_H

#include <stdint.h>
#include <time.h>
#include <sys/types.h>

/* The policy files first: hf_policy_read goes through them. */
enum hf_entry
{
  HF_ENTRY_CONVENTION = 0,
  HF_ENTRY_RESTART,
  HF_ENTRY_RESTART_DELAY,
  HF_ENTRY_RESTART_FROM,
  HF_ENTRY_RESTART_JITTER,
  HF_ENTRY_GIVE_UP,
  HF_ENTRY_NEVER_RETRY,
  HF_ENTRY_MAX_AGE,
  HF_ENTRY_DOWN_SIGNAL,
  HF_ENTRY_RELOAD_SIGNAL,
  HF_ENTRY_STOP_LADDER,
  HF_ENTRY_SUCCESS,           /* after the stop signals, which are in it where the file is not there */
  HF_ENTRY_TIMEOUT_KILL,
  HF_ENTRY_TIMEOUT_FINISH,
  HF_ENTRY_TIMEOUT_SWEEP,
  HF_ENTRY_KILL_MODE,
  HF_ENTRY_NOTIFICATION_FD,
  HF_ENTRY_LOCK_FD,
  HF_ENTRY_MAX_DEATH_TALLY,
  HF_ENTRY_FLAG_TIMEOUT_KILLPG,
  HF_ENTRY_FLAG_NEWPIDNS,
  HF_ENTRY_BACKGROUND,
  HF_ENTRY_POLICY_N,
  HF_ENTRY_FINISH = HF_ENTRY_POLICY_N,
  HF_ENTRY_CONTROL,
  HF_ENTRY_DOWN,
  HF_ENTRY_LOG,
  HF_ENTRY_NEEDS,
  HF_ENTRY_CONTROL_GROUP,
  HF_ENTRY_N
} ;

#define HF_ENTRIES_ALL UINT64_MAX
#define HF_ENTRIES_POLICY (((uint64_t)1 << HF_ENTRY_POLICY_N) - 1)

/* The names of the files, HF_ENTRY_N of them. */
extern char const *const hf_entry_name[] ;

typedef struct hf_entries_s hf_entries ;
struct hf_entries_s
{
  uint64_t has ;              /* bit 1 << HF_ENTRY_X unset: there was none; set: look */
  dev_t dev ;                 /* the directory listed, ... */
  ino_t ino ;
  struct timespec mtime ;     /* ... its last change then, ... */
  int settled ;               /* ... and whether a later change must have another time */
} ;
#define HF_ENTRIES_ZERO { .has = HF_ENTRIES_ALL }

/* Brings *e (at first HF_ENTRIES_ZERO) up to date for the directory dir ("" for the current
   one). Where the directory cannot be listed, or holds so many entries that to list them would
   take long, all bits are set. Allocates nothing. */
extern void hf_entries_look (hf_entries *e, char const *dir) ;

/* May the directory have it? */
extern int hf_entries_has (hf_entries const *e, enum hf_entry which) ;

#endif
