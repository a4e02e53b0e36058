/* Processes known by more than their pid. A pid may be used again; a pid together with its
   start time and the boot's id may not. The start time is kept as bounds, taken from the
   clock before and after the fork: no file has to be read to record a child. */

#ifndef HF_PROCESS_H
#define HF_PROCESS_H

#include <stdint.h>
#include <sys/types.h>

typedef struct hf_proc_s hf_proc ;
struct hf_proc_s
{
  uint32_t pid ;              /* 0: none */
  uint64_t start_lo ;         /* ticks since boot, bounds of the start time */
  uint64_t start_hi ;
} ;
#define HF_PROC_ZERO { .pid = 0, .start_lo = 0, .start_hi = 0 }
#define HF_BOOTID 16

/* The id of this boot (/proc/sys/kernel/random/boot_id), 16 bytes. 1, or 0 with id zeroed. */
extern int hf_boot_id (char *id) ;

/* Start time of a process in ticks since boot, from /proc/PID/stat. 1, or 0 and errno. */
extern int hf_proc_start (pid_t pid, uint64_t *ticks) ;

/* This process. No lower bound is needed: whoever has this pid later began later. */
extern void hf_proc_self (hf_proc *p) ;

/* The letter of its state in /proc (R, S, T, Z...), or 0 if it cannot be known. */
extern int hf_proc_state (pid_t pid) ;

/* Its parent's pid, or 0 if it cannot be known. */
extern pid_t hf_proc_parent (pid_t pid) ;

/* Is the process p still there (a zombie counts) and the same one? 1 yes, 0 no.
   Without /proc: whether the pid exists. */
extern int hf_proc_same (hf_proc const *p) ;

/* The same, but a zombie does not count. */
extern int hf_proc_alive (hf_proc const *p) ;

/* A pidfd (close-on-exec) for pid, or -1 and errno (ENOSYS where there is none). */
extern int hf_pidfd_open (pid_t pid) ;

/* Sends sig through a pidfd, or to pid where fd is -1. 0, or -1 and errno. */
extern int hf_proc_signal (int pidfd, pid_t pid, int sig) ;

/* Exit status, in wait(2)'s form, of a process that is not our child and is dead or a
   zombie: PIDFD_GET_INFO where the kernel has it, else the zombie's /proc/PID/stat.
   1 and *wstat, or 0 if it cannot be known. Never waits. */
extern int hf_proc_exit (int pidfd, pid_t pid, int *wstat) ;

/* Becomes a child subreaper. 0, or -1 and errno. */
extern int hf_proc_subreaper (void) ;

/* pids of the children of this process, at most max, zombies included. Number, or -1. */
extern int hf_proc_children (pid_t of, pid_t *pids, int max) ;

#endif
