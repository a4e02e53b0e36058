/* holdfast's own record of a service: the file "state" in the supervise directory.

   Two slots of HF_STATE_SLOT bytes. A writer fills the slot that is not the newest and gives
   it the next sequence number; a reader takes the valid slot with the higher number. Every
   slot is written by one pwrite(2), ends in a checksum, and is in big-endian order, so a
   writer that dies, a full disk (the file never grows after its making) and a reader that
   looks in the middle of a write all leave a whole record to be read. The holder of the
   supervise lock, or its freshly made child before exec, is the one writer. */

#ifndef HF_STATE_H
#define HF_STATE_H

#include <stdint.h>
#include <skalibs/tai.h>
#include <holdfast/process.h>
#include <holdfast/machine.h>

#define HF_STATE_SLOT 768
#define HF_STATE_FORMAT 2     /* changes whenever the layout does */

typedef struct hf_state_s hf_state ;
struct hf_state_s
{
  uint64_t seq ;
  char boot[HF_BOOTID] ;
  char version[16] ;          /* of the supervisor, as text */
  hf_proc supervisor ;
  hf_proc child ;             /* run or finish; pid 0: none */
  hf_proc script ;            /* control script */
  hf_proc hook ;              /* failed hook */
  uint32_t pgid ;             /* process group of the run, 0 if it has none of its own */
  uint32_t run_pid ;          /* pid of the last run */
  tain since ;                /* runit's stamp: start of the present state */
  tain ready_since ;          /* zero if not ready */
  tain last_start ;           /* zero if never */
  tain last_end ;             /* zero if never */
  uint8_t spawn_step ;        /* enum hf_step that failed at the last start, 0 none */
  uint32_t spawn_errno ;
  hf_machine m ;
  uint8_t held ;              /* not in the file: the writer has its lock on it */
} ;

extern void hf_state_pack (char *slot, hf_state const *s) ;
extern int hf_state_unpack (hf_state *s, char const *slot) ;   /* 1, or 0: not a valid slot of this format */

/* Reads SUPERVISE/state. 1, or 0 and errno (ENOENT none; EPROTO no valid slot;
   EPROTONOSUPPORT a valid slot of another format). */
extern int hf_state_read (hf_state *s, char const *supervise) ;

/* The same; *held says whether there is a lock on the file: then who wrote the record lives.
   Otherwise nothing is known: its writer may have just begun, or the system has no such locks. */
extern int hf_state_read_held (hf_state *s, char const *supervise, int *held) ;

/* The same where the supervise directory, or the state file itself, is open as a descriptor.
   An empty file is EPROTO. */
extern int hf_state_read_at (hf_state *s, int supervise) ;
extern int hf_state_read_fd (hf_state *s, int fd) ;

/* Writes s (with s->seq + 1, which it stores) to the open state file, and holds the lock on that
   from then on, until the last copy of the descriptor is closed. 1, or 0 and errno.
   Async-signal-safe; may be called in a vfork child. */
extern int hf_state_write (int fd, hf_state *s) ;

#endif
