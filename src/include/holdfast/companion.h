/* A companion is a process that lives beside a daemon, does something for it and dies with
   it. A chain program makes one and then execs the daemon in its own pid, so that the daemon
   stays the supervisor's child. What makes that safe:

   - the companion is a grandchild whose parent exits at once: it belongs to the nearest
     subreaper (or process 1), and the daemon never gets a child it does not know of;
   - it watches the daemon through a pidfd opened before the fork, so no other process that
     gets the same pid later can be taken for it;
   - it has a session of its own (signals to the service's group or terminal do not reach
     it), "/" is not entered (probes are relative to the service directory), descriptors
     0 and 1 are /dev/null, and every descriptor it was not told to keep is closed: neither a
     lock nor a listening socket nor the log's pipe outlives the daemon because of it. */

#ifndef HF_COMPANION_H
#define HF_COMPANION_H

#include <stdint.h>
#include <sys/types.h>
#include <holdfast/process.h>

typedef struct hf_companion_s hf_companion ;
struct hf_companion_s
{
  hf_proc daemon ;            /* who is watched */
  int pidfd ;                 /* polls readable when it is dead; -1: no such thing here */
} ;

/* Forks. 1 in the companion; 0 in the caller, which goes on to exec; -1 and errno.
   keep: n descriptors that the companion keeps besides 2 and the pidfd. */
extern int hf_companion_fork (hf_companion *c, int const *keep, unsigned int n) ;

/* Is the daemon still there? */
extern int hf_companion_alive (hf_companion const *c) ;

/* Waits until fd (or none: -1) has one of the poll(2) events, the daemon is dead, or the
   deadline (hf_clock_ms) has passed. Bits of the answer: */
#define HF_COMPANION_EVENT 1
#define HF_COMPANION_DEAD 2
extern int hf_companion_wait (hf_companion const *c, int fd, short events, int64_t deadline) ;

/* Is it stopped (SIGSTOP, a paused service)? Then it cannot answer and must not be blamed. */
extern int hf_companion_paused (hf_companion const *c) ;

/* Sends a signal to it; never to another. 0, or -1 and errno. */
extern int hf_companion_signal (hf_companion const *c, int sig) ;

/* Ends it: sends sig, and KILL if it is not dead after kill_ms (0: never). Returns when it is
   dead. What was sent is said on stderr, with the reason given. */
extern void hf_companion_end (hf_companion const *c, int sig, unsigned int kill_ms, char const *reason) ;

/* Writes the newline of readiness, unless the daemon is dead. */
extern void hf_companion_say_ready (hf_companion const *c, int fd) ;

/* Has nobody read it yet? A supervisor that was killed has not; its successor opens the same
   FIFO, which keeps the newline only as long as somebody holds it: so it is held until then. */
extern int hf_companion_unread (int fd) ;

/* For the notification descriptor: -1 and errno (EBADF not open; ENOTUNIQ it is one of the
   descriptors that LISTEN_FDS hands to this process), or the number. wanted < 0 takes the
   number in the file "notification-fd" of the current directory. */
extern int hf_companion_notify_fd (int wanted) ;

#endif
