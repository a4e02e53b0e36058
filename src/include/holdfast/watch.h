/* Waiting for a change of a service's state, without polling.

   A supervisor announces every change on the FIFO "event" of its supervise directory by
   opening it for writing and closing it again. Whoever has it open for reading is then told
   by POLLHUP: all readers at once, none consuming anything, and a change that comes between
   the open and the poll is not lost. So: open the watch, read the state, and only if it is
   not yet what is wanted poll the descriptor; after POLLHUP close it and start again. */

#ifndef HF_WATCH_H
#define HF_WATCH_H

/* A close-on-exec descriptor to poll for HF_WATCH_EVENTS, or -1 and errno: ENOENT where the
   supervisor is not holdfast's (then poll the status file: HF_WATCH_POLL_MS). */
extern int hf_watch_open (char const *supervise) ;

/* Announces a change; called by supervisors. Never blocks, ignores every error. */
extern void hf_watch_announce (char const *eventfifo) ;

#define HF_WATCH_POLL_MS 50   /* how often to look where there is nothing to wait for */

/* Polls one watch (or -1: just waits at most HF_WATCH_POLL_MS) until a change, or until
   deadline (hf_clock_ms). 1 something may have changed, 0 deadline passed, -1 error. */
extern int hf_watch_wait (int fd, long long deadline) ;

#endif
