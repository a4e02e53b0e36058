/* Talking to a supervisor: the control FIFO and the liveness FIFO of runit and daemontools,
   in the supervise directory of a service (hf_service.state). */

#ifndef HF_CONTROL_H
#define HF_CONTROL_H

#include <stddef.h>

/* Is a supervisor there? 1 yes, 0 no (nobody reads "ok"), -1 and errno: ENOENT means never
   supervised here, EACCES no permission. */
extern int hf_control_alive (char const *supervise) ;

/* Writes n command bytes in one write. 1 done, 0 no supervisor, -1 and errno. */
extern int hf_control_send (char const *supervise, char const *bytes, size_t n) ;

#endif
