/* Looking at services and waiting for their changes; what svwait, svneed and svwatch share.

   A look is taken after the watch for the next change is open, so that no change falls between
   the two. Supervisors that announce nothing (runit's, daemontools') are watched through
   inotify on their supervise directory, or looked at every now and then. */

#ifndef LOOK_H
#define LOOK_H

#include <stdint.h>
#include <holdfast/process.h>
#include <holdfast/service.h>
#include <holdfast/state.h>
#include <holdfast/status.h>

enum look_reach
{
  LOOK_NODIR = 0,             /* there is no such directory; err */
  LOOK_DENIED,                /* its state may not be read; err */
  LOOK_ALONE,                 /* nobody supervises it */
  LOOK_OK,
} ;

enum look_check { LOOK_CHECK_IDLE = 0, LOOK_CHECK_RUNS, LOOK_CHECK_PASSED } ;

typedef struct look_s look ;
struct look_s
{
  char const *word ;          /* as it was named */
  char *dir ;                 /* service directory; null: the name cannot be one */
  char *sup ;                 /* its supervise directory */
  uint8_t reach ;             /* enum look_reach */
  uint8_t phase ;             /* enum hf_phase; a foreign supervisor's, as near as can be told */
  uint8_t want ;              /* enum hf_want */
  uint8_t why ;               /* enum hf_why, with has_rec */
  unsigned int has_rec : 1 ;  /* rec is its own, and true */
  unsigned int paused : 1 ;
  unsigned int told : 1 ;     /* it has said that it is ready */
  unsigned int orphan : 1 ;   /* LOOK_ALONE: its run is still there */
  unsigned int fresh : 1 ;    /* set by every look */
  unsigned int check : 2 ;    /* enum look_check */
  unsigned int met : 1 ;      /* what is waited for has come; set by who waits */
  int err ;
  uint32_t pid ;
  uint32_t starts, deaths ;   /* with has_rec; else changes of pid that were seen */
  tain since ;
  hf_state rec ;
  hf_status st ;
  int watch_fd, ok_fd ;
  int64_t look_at ;           /* look again then */
  int64_t alone_since ;       /* ms; LOOK_ALONE */
  hf_proc check_proc ;
  int check_fd ;              /* pidfd */
  uint32_t check_run ;        /* pid of the run it was asked about */
  int64_t check_at ;          /* when it wants attention; 0: not now */
  int64_t check_until ;       /* and when a running one is */
  uint32_t check_gap ;
} ;

/* Fills l from a name: in the scan directory scandir, or where hf_service_find looks if that
   is null. Always succeeds; what is wrong is in reach and err. */
extern void look_find (look *l, char const *scandir, char const *word) ;

/* Takes a look. */
extern void look_take (look *l) ;

/* Waits until something may have changed or the deadline has passed, and looks at what has
   (fresh is set there, cleared elsewhere). extra: one more descriptor to wait for (POLLIN), or
   -1. 1 something; 0 deadline; 2 extra. */
extern int look_wait (look *l, unsigned int n, int extra, int64_t deadline) ;

/* Closes everything, kills a check that runs. */
extern void look_close (look *l) ;

/* What the last look_wait was told by inotify: bit 1 something, bit 2 something about look_extra,
   a watch that the caller has added (-1: none). */
extern int look_notified ;
extern int look_extra ;

/* The inotify descriptor that look_wait uses, made at need; -1 if there is none. */
extern int look_inotify (void) ;

/* Judgements on the last look. */
extern int look_is_up (look *l) ;         /* run runs, and is not svneed waiting */
extern int look_is_ready (look *l) ;      /* up, and by its own word or its check ready, if it has either */
extern int look_is_down (look const *l) ; /* no process, and none to come by itself */
extern int look_is_gone (look const *l) ; /* down, and nobody supervises it */
extern int look_is_failed (look const *l) ; /* down because it failed or gave up */

/* look_check.c: the check script. passed starts it at need; news looks after it when its
   descriptor or check_at says so, 1 if that is a reason for another look. */
extern int look_check_passed (look *l) ;
extern int look_check_news (look *l, int64_t now) ;
extern void look_check_end (look *l) ;

/* Says why it is down into s: "gave up (exit code 3)". */
extern void look_reason (look const *l, char *s, size_t n) ;

/* The names of those that are not met into s, each after a blank. */
extern void look_unmet (look const *l, unsigned int n, char *s, size_t max) ;

#endif
