/* ISC license. */

/* What the files of the state machine share; nobody else includes it. */

#ifndef HF_MACHINE_INTERNAL_H
#define HF_MACHINE_INTERNAL_H

#include <holdfast/clock.h>
#include <holdfast/machine.h>

#define SECOND 1000
#define KILL_AGAIN 5000       /* a KILL that did not work is sent again */
#define SWEEP_LOOK 100        /* how often a sweep looks, beside the deaths it is told of */

/* Operations in the queue, one byte each: a letter runs that control script; SIGNAL+n sends
   signal n unless the script before it did the job; the others have names. */
enum
{
  OP_START = 1,
  OP_STOP = 2,                /* the stop signal, unless the script did it */
  OP_RELOAD = 3,              /* the reload signal, unless the script did it */
  OP_CONT = 4,                /* CONT, whatever the script did */
  OP_SIGNAL = 128
} ;

/* What a step works on. */
struct step
{
  hf_machine *m ;
  hf_policy const *p ;
  int64_t now ;
  hf_actions *out ;
} ;

/* hf_machine.c: the small moves that all make */
extern void hf_m_act (struct step *s, enum hf_action_kind kind, int arg) ;
extern void hf_m_push (hf_machine *m, int op) ;
extern void hf_m_push_script (hf_machine *m, int letter) ;
extern void hf_m_clear_timers (hf_machine *m) ;
extern void hf_m_go_down (struct step *s, enum hf_why why) ;
extern void hf_m_begin_start (struct step *s) ;
extern void hf_m_send (struct step *s, int sig) ;

/* hf_machine_stop.c: the stop signal and what follows it */
extern void hf_m_send_stop (struct step *s) ;
extern void hf_m_climb_ladder (struct step *s) ;
extern void hf_m_queue_stop (struct step *s, int letter) ;

/* hf_machine_end.c: from the end of a run to the next */
extern void hf_m_back_off (struct step *s) ;
extern void hf_m_after_finish (struct step *s, int finish_code) ;
extern void hf_m_enter_finish (struct step *s) ;
extern void hf_m_run_died (struct step *s, int wstat) ;
extern void hf_m_run_started (struct step *s) ;

/* hf_machine_command.c: the bytes of the control FIFO */
extern void hf_m_on_command (struct step *s, int letter) ;

#endif
