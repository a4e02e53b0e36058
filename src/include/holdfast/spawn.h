/* Starting a process: vfork-class speed, and the reason when it fails. */

#ifndef HF_SPAWN_H
#define HF_SPAWN_H

#include <stddef.h>
#include <sys/types.h>
#include <holdfast/process.h>

enum hf_step
{
  HF_STEP_NONE = 0,
  HF_STEP_FORK,
  HF_STEP_RECORD,             /* the child could not record itself: it does not run */
  HF_STEP_CHDIR,
  HF_STEP_FDS,
  HF_STEP_SESSION,
  HF_STEP_EXEC,
  HF_STEP_INTERPRETER,        /* the file is there, its #! interpreter is not */
  HF_STEP_LOCK,               /* lock-fd: an earlier run's lock is still held */
  HF_STEP_N
} ;

/* "fork", "exec", ... */
extern char const *hf_step_name (int step) ;

typedef struct hf_spawn_s hf_spawn ;
struct hf_spawn_s
{
  char const *file ;          /* executed as it is: no PATH search */
  char const *const *argv ;
  char const *const *envp ;
  char const *chdir ;         /* or null */
  int fd0, fd1, fd2 ;         /* become 0, 1, 2; -1: inherited */
  int notify_fd ;             /* this descriptor ... */
  int notify_to ;             /* ... becomes that number; -1: none */
  int lock_fd ;               /* the same for this one, which must not be notify_to */
  int lock_to ;
  int session ;               /* 1: setsid, 2: own process group */
  int die_with_parent ;       /* until it records itself */
  int (*record) (void *, hf_proc const *) ; /* called in the child with its identity, before exec; or null */
  void *data ;
} ;
#define HF_SPAWN_ZERO { .fd0 = -1, .fd1 = -1, .fd2 = -1, .notify_fd = -1, .notify_to = -1, .lock_fd = -1, .lock_to = -1 }

/* Starts it: signal mask empty, handlers reset. proc gets pid and start bounds.
   1; or 0, errno and *step. A child that failed at a step has already been reaped. */
extern int hf_spawn_run (hf_spawn const *sp, hf_proc *proc, int *step) ;

/* Copies the interpreter that the #! line of a script names to buf. 1, or 0: no such line, or
   it does not fit. */
extern int hf_spawn_named (char const *file, char *buf, size_t n) ;

/* For a script that exec refused with ENOENT: copies the interpreter named in its #! line to
   buf. 1 if there is such a line and the named file does not exist, else 0. */
extern int hf_spawn_interpreter (char const *file, char *buf, size_t n) ;

#endif
