/* A pace shared by many processes: at most so many restarts in a second over a whole tree,
   without anybody to ask. The next free moment is one number in a piece of memory that
   runsvdir makes and all its runsvs have open (HF_PACE in the environment names the
   descriptor and the rate, "FD:RATE"); whoever wants to restart takes that moment and moves
   it on by one interval. Nothing waits, nothing wakes up while nothing restarts. */

#ifndef HF_PACE_H
#define HF_PACE_H

#include <stdint.h>

#define HF_PACE_VARIABLE "HF_PACE"

typedef struct hf_pace_s hf_pace ;
struct hf_pace_s
{
  int64_t *next ;             /* microseconds of the monotonic clock; null: no pace is kept */
  unsigned int rate ;         /* a second */
  int fd ;
} ;
#define HF_PACE_ZERO { .next = 0, .rate = 0, .fd = -1 }

/* Makes one for so many a second (1 to 100000) and exports it in the environment. The
   descriptor is inherited by children on purpose. 1, or 0 and errno. Allocates. */
extern int hf_pace_make (hf_pace *p, unsigned int rate) ;

/* The value of the variable that names p, in HF_PACE_VALUE bytes. */
#define HF_PACE_VALUE 32
extern void hf_pace_value (hf_pace const *p, char *value) ;

/* Makes the descriptor survive an exec and names it in the environment. 1, or 0 and errno.
   Allocates. hf_pace_keep takes both back. */
extern int hf_pace_pass (hf_pace const *p) ;
extern void hf_pace_keep (hf_pace const *p) ;

/* Takes up the one in the environment, and keeps it. 1, or 0 if
   there is none (then hf_pace_take always says now). */
extern int hf_pace_join (hf_pace *p) ;

/* The moment (hf_clock_ms) at which the caller may restart: now or later. */
extern int64_t hf_pace_take (hf_pace *p, int64_t now) ;

#endif
