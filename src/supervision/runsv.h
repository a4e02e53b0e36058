/* runsv's own rooms: what its files share. */

#ifndef RUNSV_H
#define RUNSV_H

#include <stdint.h>
#include <sys/types.h>

#include <holdfast/entries.h>
#include <holdfast/machine.h>
#include <holdfast/pace.h>
#include <holdfast/policy.h>
#include <holdfast/service.h>
#include <holdfast/spawn.h>
#include <holdfast/state.h>
#include <holdfast/status.h>

#define EVENTS 16
#define CANNOT_START (111 << 8) /* what a child that cannot exec would have exited with */
#define AGAIN 1000            /* ms until what could not be done is tried again */

/* One of the two supervised: the service, or its logger. */
typedef struct slot_s slot ;
struct slot_s
{
  hf_state st ;               /* what is published in "state", the machine in it */
  hf_policy policy ;
  hf_entries entries ;        /* of the service directory, ... */
  uint32_t looked ;           /* ... and the turn of the last look */
  uint32_t policy_read ;      /* the turn policy was read in */
  int policy_none ;           /* there was no policy file then */
  uint32_t policy_bad ;       /* the files that were found bad, a bit each */
  char const *dir ;           /* "" or "log" */
  char const *label ;         /* "" or "log/", for messages */
  int sup_fd ;                /* the supervise directory */
  uint8_t elsewhere ;         /* which is not in the service directory */
  uint8_t fresh ;             /* and was not there before: nothing to take over */
  int lock_fd ;
  int state_fd ;
  int control_r ;             /* open for writing, too, so that it never sees the end */
  int ok_r ;
  int notify_r ;              /* readiness, or -1 */
  int child_pidfd ;           /* of a child that is not ours by birth, or -1 */
  int script_pidfd ;
  uint8_t present ;
  uint8_t child_ours ;        /* wait(2) will tell of its death */
  uint8_t script_ours ;
  uint8_t state_dirty ;       /* "state" is behind st */
  uint8_t files_dirty ;       /* runit's files may be behind st */
  uint8_t death_dirty ;       /* the last death is not in "deaths" yet: */
  uint32_t died_pid ;         /* who that was; */
  int64_t died_ms ;           /* and how long it ran: another may run by now */
  uint8_t pub_known ;         /* pub_* say what is on disk */
  uint8_t pub_stat_len ;
  uint32_t pub_pid ;
  char pub_status[HF_STATUS_RUNIT] ;
  char pub_stat[HF_STAT_MAX] ;
  int64_t turn_at ;           /* the moment taken from the tree's pace for the next restart, 0 none */
  int64_t publish_at ;        /* publishing failed: try again then; else HF_NEVER */
  int finish_tries ;
  int said_step ;             /* the last spawn failure reported, so that it is said once */
  int said_errno ;
  int said_publish ;
  int said_sweep ;
  uint8_t ev_n ;
  hf_event ev[EVENTS] ;
} ;

typedef struct runsv_s runsv ;
struct runsv_s
{
  slot main ;
  char const *name ;          /* as given */
  char const *base ;          /* its last component */
  char const *instance ;      /* of "name@instance", or empty */
  char boot[HF_BOOTID] ;
  char const *const *argv ;
  int scan_fd ;               /* the directory runsv was started in */
  int pipe_r ;                /* logpipe, both ends, or -1 */
  int pipe_w ;
  int signal_fd ;
  int s6default ;
  int daemontools ;
  int log_tried ;             /* a log/ appeared, and was seen */
  int leaving ;               /* main is down for good, the logger drains */
  int was_leaving ;           /* and so was the supervisor before this one */
  int64_t leave_by ;          /* a control script is waited for until then; 0: none is */
  int64_t drain_at ;          /* then: next look at who holds the log pipe open; else HF_NEVER */
  int drains ;                /* how many more times a logger may be started to read the rest */
  int gone ;                  /* exit now */
  int unreaped ;              /* there may be more dead than were reaped in one turn */
  hf_pace pace ;              /* of restarts over the whole tree */
  pid_t checker ;             /* runs the new binary's check before an upgrade */
  int64_t checker_until ;
  int upgrade ;               /* the check went well: exec at the end of this turn */
  int upgraded ;              /* this image was executed by another of the same process */
  int64_t move_at ;           /* moving failed: try again then; else HF_NEVER */
  int used_known ;            /* what the last run used, as far as it was our child: */
  uint32_t used_ms ;          /* processor time */
  uint32_t used_kb ;          /* most memory */
  pid_t hook ;                /* failed hook, in a process group of its own */
  int64_t hook_until ;
  int64_t now ;
  uint32_t turn ;             /* of the loop; the start is number 1 */
} ;

extern runsv R ;
extern slot L ;               /* the logger; apart, so that without one its page stays untouched */

/* runsv.c */
extern void slot_event (slot *s, enum hf_event_kind kind, int arg) ;

extern void work_off (slot *s) ;
extern int publish_both (void) ;  /* was there anything to publish? */

/* runsv_start.c: may exit 111 */
#define PROG_MAX (HF_NAME + 8)
extern void start (char *name, char *prog) ; /* prog: room for PROG_MAX, kept in use */

/* runsv_init.c: these may exit 111 */
extern void init_slot (slot *s, char const *supervise) ;
extern void open_ok (slot *s) ;
extern void init_logpipe (void) ;
extern void close_slot (slot *s) ;

/* runsv_adopt.c */
extern void adopt_slot (slot *s) ;

/* runsv_move.c */
extern void move_directory (void) ;
extern int move_is_on (void) ;
extern int move_is_quiet (void) ;
extern void move_failed (void) ;

/* runsv_spawn.c */
extern void spawn_run (slot *s) ;
extern void spawn_finish (slot *s) ;
extern void place_pipe (slot const *s, hf_spawn *sp) ;             /* standard input or output */
extern void end_words (slot const *s, char *code, char *sig) ;     /* of the last run, UINT_FMT each */

/* runsv_script.c */
extern void spawn_script (slot *s, int letter) ;
extern void spawn_hook (slot *s) ;
extern void hook_started (pid_t pid) ;
extern void kill_hook (void) ;

/* runsv_policy.c */
extern void read_policy (slot *s) ;
extern int has_entry (slot *s, enum hf_entry which) ;

/* runsv_reap.c */
extern void reap (void) ;
extern void child_died (slot *s, int wstat) ;
extern void script_died (slot *s, int wstat) ;
extern void look_at_adopted (slot *s) ;
extern void sweep (slot *s, int sig) ;
extern void signal_run (slot *s, int sig, int group) ;
extern int is_ours (pid_t pid) ;

/* runsv_cgroup.c: 1 if the control group of this process held what the run left behind and
   nothing else, and all of it was killed */
extern int kill_cgroup_of (pid_t pid) ;

/* runsv_publish.c */
extern int publish (slot *s) ;
extern int publish_state (slot *s) ;

/* runsv_drain.c */
extern int drain_unread (void) ;
extern void drain_begin (void) ;
extern int drain_is_over (void) ; /* 1, once: only what the service left behind holds the pipe */

/* runsv_upgrade.c */
extern void upgrade_begin (void) ;
extern void upgrade_checked (int wstat) ;
extern void upgrade_go (void) ;
extern void upgrade_receive (void) ;
extern int upgrade_inherited (int const *fd) ;
extern void upgrade_received (void) ;

#endif
