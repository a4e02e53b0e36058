/* Clocks. Deadlines and ages use the monotonic clock in milliseconds: its values stay
   meaningful to another process of the same boot, so a supervisor's pending deadlines
   survive the supervisor. Wall-clock stamps (tain) are for what is shown or stored. */

#ifndef HF_CLOCK_H
#define HF_CLOCK_H

#include <stdint.h>
#include <skalibs/tai.h>

#define HF_NEVER INT64_MAX    /* a deadline that does not come */

/* Milliseconds of the monotonic clock. */
extern int64_t hf_clock_ms (void) ;

/* Clock ticks (1/100 s) since boot, as /proc/PID/stat counts start times. 0 if unknown. */
extern uint64_t hf_clock_ticks (void) ;

/* Milliseconds from now until deadline, as poll(2) wants them: 0 if passed, -1 for HF_NEVER. */
extern int hf_clock_poll (int64_t deadline, int64_t now) ;

/* The wall clock as a TAI64N stamp counted the way runit and daemontools do:
   2^62 + 10 + Unix time, whatever leap-second table skalibs was built with. */
extern void hf_clock_stamp (tain *stamp) ;

/* Unix time of such a stamp: seconds; nanoseconds in *nano if not null. */
extern int64_t hf_stamp_unix (tain const *stamp, uint32_t *nano) ;

#endif
