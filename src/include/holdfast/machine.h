/* The state machine of one supervised service: a pure function of (machine, event, policy,
   now). No system call, no clock, no global, no allocation: the supervisor turns the
   kernel's news into events and the actions it gets back into system calls, and a test walks
   every reachable state.

   The life of a service

     DOWN --u--> PREPARE --(control/u done)--> RUN --(death)--> [SWEEP] --> FINISH --> BACKOFF
      ^             |                                                          |          |
      +-------------+------------------ want is not up ------------------------+   (deadline)
                                                                                   PREPARE

   PREPARE runs control/u; SWEEP removes what the dead run left behind (kill-mode group, tree);
   FINISH runs the finish script, if there is one; BACKOFF waits for the next start.

   A command is a list of small operations kept in a queue: run a control script, then send
   the signal unless the script did it, and so on. The queue stops while a script runs, so a
   slow script holds back the signals that come after it and nothing else. */

#ifndef HF_MACHINE_H
#define HF_MACHINE_H

#include <stdint.h>
#include <holdfast/policy.h>

enum hf_phase
{
  HF_PHASE_DOWN = 0,          /* nothing runs, nothing is planned */
  HF_PHASE_RUN = 1,
  HF_PHASE_FINISH = 2,
  HF_PHASE_BACKOFF = 3,       /* nothing runs, restart_at is set */
  HF_PHASE_PREPARE = 4,       /* control/u runs, run comes next */
  HF_PHASE_SWEEP = 5,         /* run is dead, some of its processes are not */
  HF_PHASE_N
} ;

enum hf_want
{
  HF_WANT_DOWN = 0,
  HF_WANT_UP = 1,
  HF_WANT_ONCE = 2,           /* run, and do not start again */
  HF_WANT_EXIT = 3,           /* down, and then the supervisor exits */
  HF_WANT_N
} ;

/* Why a service is down, or what its last run came to. */
enum hf_why
{
  HF_WHY_NEVER = 0,           /* not started since the supervisor came up */
  HF_WHY_ASKED = 1,           /* somebody said down */
  HF_WHY_DONE = 2,            /* it ended, and restart says that is that */
  HF_WHY_FAILED = 3,          /* it ended badly, and restart says not to try again */
  HF_WHY_GAVEUP = 4,          /* give-up: died too often; or finish said 125 */
  HF_WHY_RESTART = 5,         /* it died and will be started again */
  HF_WHY_AGED = 6,            /* max-age was reached, will be started again */
  HF_WHY_N
} ;

#define HF_FLAG_PAUSED 1u
#define HF_FLAG_TERM 2u       /* the stop signal was sent and the process has not died yet */
#define HF_FLAG_READY 4u
#define HF_FLAG_KNOWN 8u      /* last_wstat is known (an adopted death may not be) */
#define HF_FLAG_WASREADY 16u  /* this run was ready at some time */
#define HF_FLAG_KILLED 32u    /* the stop ladder came to its end and KILL was sent */
#define HF_FLAG_SCRIPT_OK 64u /* the last control script exited 0 */
#define HF_FLAG_AGED 128u     /* being stopped for max-age */
#define HF_FLAG_STOPPING 256u /* the stop ladder is running */
#define HF_FLAG_ENDED 512u    /* at least one run has ended */
#define HF_FLAG_AGAIN 1024u   /* told to restart: another run follows, whatever restart says */

#define HF_COMMAND_LEAVE 1    /* not a byte of the FIFO: exit when down, send nothing */
#define HF_QUEUE 24           /* operations waiting */
#define HF_DEATHS 32          /* deaths remembered for give-up */

typedef struct hf_machine_s hf_machine ;
struct hf_machine_s
{
  uint8_t phase ;             /* enum hf_phase */
  uint8_t want ;              /* enum hf_want */
  uint8_t why ;               /* enum hf_why */
  uint8_t script ;            /* letter of the running control script, 0 none */
  uint16_t flags ;
  uint8_t islog ;             /* this is a logger: 'x' is ignored, no control scripts */
  uint8_t stage ;             /* step of the stop ladder */
  uint8_t queue_len ;
  uint8_t queue[HF_QUEUE] ;
  uint32_t starts ;
  uint32_t deaths ;
  uint32_t restart_delay ;    /* ms, the delay in force */
  int64_t started_at ;        /* ms; 0 if never */
  int64_t ready_at ;          /* ms; 0 if not ready */
  int64_t ended_at ;          /* ms; death of the last run */
  int64_t restart_at ;        /* BACKOFF; else HF_NEVER */
  int64_t kill_at ;           /* next step of the stop ladder, or HF_NEVER */
  int64_t finish_at ;         /* finish has had its time, or HF_NEVER */
  int64_t age_at ;            /* run is too old, or HF_NEVER */
  int32_t last_wstat ;        /* of the last run */
  uint8_t death_n ;
  uint8_t death_head ;
  int64_t death_ms[HF_DEATHS] ;
} ;

extern hf_machine const hf_machine_zero ;

enum hf_event_kind
{
  HF_EV_COMMAND,              /* arg: the control byte */
  HF_EV_STARTED,              /* run, finish or sweep was spawned as asked */
  HF_EV_NOTSTARTED,           /* it could not be; arg: 0 there is none, else try again in so many ms */
  HF_EV_DEATH,                /* the process of this phase died; arg: wait status, or -1 if it cannot be known */
  HF_EV_SCRIPT,               /* the control script ended, or there is none; arg: 1 it did the job, 0 not */
  HF_EV_READY,                /* the service says that it is ready */
  HF_EV_SWEPT,                /* a sweep left arg processes alive */
  HF_EV_TIME,                 /* now has passed a deadline */
  HF_EV_N
} ;

typedef struct hf_event_s hf_event ;
struct hf_event_s
{
  enum hf_event_kind kind ;
  int arg ;
} ;

enum hf_action_kind
{
  HF_ACT_RUN,                 /* spawn run; answer STARTED or NOTSTARTED */
  HF_ACT_FINISH,              /* spawn finish; answer STARTED or NOTSTARTED (0: there is none) */
  HF_ACT_SCRIPT,              /* arg: letter; spawn control/LETTER; answer SCRIPT when it ended or is absent */
  HF_ACT_SIGNAL,              /* arg: signal for the run (to its group where kill-mode says so) */
  HF_ACT_SIGNAL_GROUP,        /* arg: signal for the run's process group (s6 P C K) */
  HF_ACT_SIGNAL_FINISH,       /* arg: signal for the finish script */
  HF_ACT_SWEEP,               /* arg: signal for all that the dead run left; answer SWEPT */
  HF_ACT_GAVEUP,              /* say that it gave up, run the failed hook */
  HF_ACT_MARKDOWN,            /* arg: 1 create the down file, 0 remove it */
  HF_ACT_EXIT,                /* down and want exit: the supervisor may leave */
  HF_ACT_N
} ;

typedef struct hf_action_s hf_action ;
struct hf_action_s
{
  enum hf_action_kind kind ;
  int arg ;
} ;

#define HF_ACTIONS 8          /* more than one step ever returns */

typedef struct hf_actions_s hf_actions ;
struct hf_actions_s
{
  unsigned int n ;
  hf_action a[HF_ACTIONS] ;
} ;

/* One step. Changes *m, fills *out. now is hf_clock_ms and must not run backwards.
   An event that makes no sense in this state changes nothing. */
extern void hf_machine_step (hf_machine *m, hf_event ev, hf_policy const *p, int64_t now, hf_actions *out) ;

/* The next deadline after which EV_TIME is due, or HF_NEVER. */
extern int64_t hf_machine_deadline (hf_machine const *m) ;

/* Brings a machine read from disk, of the same boot, to a state that a new supervisor can go
   on from. The caller then looks whether the recorded processes live, and reports those that
   do not by EV_DEATH and EV_SCRIPT. Returns 0 if the record makes no sense (then start afresh), else 1. */
extern int hf_machine_resume (hf_machine *m, int64_t now) ;

/* Is there a process that the phase says should exist? */
#define hf_machine_busy(m) ((m)->phase == HF_PHASE_RUN || (m)->phase == HF_PHASE_FINISH)

#endif
