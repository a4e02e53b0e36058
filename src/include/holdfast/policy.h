/* Policy: what the small files of a service directory say. Read before every start; a file
   with wrong contents is reported once and its default holds. */

#ifndef HF_POLICY_H
#define HF_POLICY_H

#include <stdint.h>

#include <holdfast/entries.h>

enum hf_restart { HF_RESTART_ALWAYS = 0, HF_RESTART_ONFAILURE = 1, HF_RESTART_NEVER = 2 } ;
enum hf_killmode { HF_KILL_PROCESS = 0, HF_KILL_GROUP = 1, HF_KILL_TREE = 2 } ;
enum hf_convention { HF_CONVENTION_RUNIT = 0, HF_CONVENTION_S6 = 1 } ;

#define HF_LADDER 8

/* A set of ends of a process: exit codes and signals. */
typedef struct hf_endset_s hf_endset ;
struct hf_endset_s
{
  uint8_t code[32] ;          /* one bit for each exit code */
  uint64_t sig ;              /* one bit for each signal, bit 1 is HUP */
} ;

typedef struct hf_policy_s hf_policy ;
struct hf_policy_s
{
  uint8_t restart ;           /* restart: enum hf_restart */
  uint8_t kill_mode ;         /* kill-mode: enum hf_killmode */
  uint8_t convention ;        /* convention: enum hf_convention */
  uint8_t finish125 ;         /* finish exiting 125 means: do not try again */
  uint8_t from_death ;        /* restart-from: 1 the delay counts from the death, 0 from the start */
  uint8_t daemontools ;       /* supervise: x waits, run exiting 100 means: do not try again */
  uint8_t kill_group ;        /* flag-timeout-killpg: timeout-kill kills the process group */
  uint8_t background ;        /* background: run leaves a daemon behind, which is the service */
  int notification_fd ;       /* notification-fd, or -1 */
  int lock_fd ;               /* lock-fd, or -1 */
  int down_signal ;           /* down-signal, default TERM */
  int reload_signal ;         /* reload-signal, default HUP */
  uint32_t delay_min ;        /* restart-delay, ms */
  uint32_t delay_max ;
  uint32_t jitter ;           /* restart-jitter, percent of the delay added at most */
  uint32_t giveup_n ;         /* give-up; 0 never */
  uint32_t giveup_ms ;
  uint32_t timeout_kill ;     /* ms; 0 never */
  uint32_t timeout_finish ;   /* ms; 0 never */
  uint32_t timeout_sweep ;    /* ms between down-signal and KILL for what a run left behind */
  uint32_t max_age ;          /* ms; 0 none */
  uint32_t death_tally ;      /* max-death-tally: deaths kept on disk */
  uint8_t ladder_n ;          /* stop-ladder: signals with the wait after each */
  struct { uint8_t sig ; uint32_t wait ; } ladder[HF_LADDER] ;
  hf_endset success ;         /* success: ends that are not failures; default exit code 0 and the stop signal */
  hf_endset noretry ;         /* never-retry: ends after which it is not started again */
} ;

extern hf_policy const hf_policy_default ;

/* Called for each bad file with what is wrong with it. */
typedef void hf_complain (enum hf_entry, char const *problem) ;

/* Reads the policy files of the directory dir (a short path; "" for the current directory)
   into *p, which keeps defaults for what is absent. Only files whose bit is in has are looked
   at (HF_ENTRIES_ALL: all). s6default: the convention where no file names one. Uses no memory
   but the stack. */
extern void hf_policy_read (hf_policy *p, char const *dir, uint64_t has, int s6default, hf_complain *complain) ;

/* Is the end wstat (wait(2)'s form) in the set? */
extern int hf_endset_has (hf_endset const *s, int wstat) ;

/* Reads words "0 3-7 SIGTERM KILL" into a set. 1, or 0 if there is no word or a word is none. */
extern int hf_endset_scan (hf_endset *s, char const *text) ;

/* A file with one value: up to n-1 bytes of its first line, trailing blanks removed.
   Length, or -1 and errno (ENOENT absent, EMSGSIZE too long). Never blocks on a FIFO. */
extern int hf_value_read (char const *file, char *value, unsigned int n) ;

/* A signal by name (with or without SIG, any case) or number. Number, or 0. */
extern int hf_signal_scan (char const *word) ;

/* "TERM" for 15; the number if it has no name. Until the next call. */
extern char const *hf_signal_name (int sig) ;

#endif
