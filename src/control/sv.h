/* ISC license. */

/* What the parts of sv share. */

#ifndef SV_H
#define SV_H

#include <stddef.h>
#include <stdint.h>

#include <holdfast/process.h>
#include <holdfast/service.h>
#include <holdfast/state.h>
#include <holdfast/status.h>

#define SV_EXIT_MAX 99        /* failed services are counted up to this */
#define SV_EXIT_FATAL 100

/* How far one gets on the way to a service. */
enum sv_reach
{
  SV_OK = 0,
  SV_NODIR,                   /* no service directory */
  SV_NOOK,                    /* supervise/ok cannot be opened: never supervised, no permission */
  SV_NORUNSV,                 /* nobody supervises it */
  SV_NOSTATUS,                /* the status cannot be read */
  SV_NOCONTROL,               /* supervise/control cannot be written */
} ;

enum sv_check { SV_CHECK_IDLE = 0, SV_CHECK_RUNS, SV_CHECK_PASSED } ;

#define SV_MARKS 4

/* A file that a logger writes, and how long it was. */
typedef struct sv_mark_s sv_mark ;
struct sv_mark_s
{
  uint64_t dev ;
  uint64_t ino ;
  uint64_t size ;
} ;

/* One service named on the command line. */
typedef struct sv_unit_s sv_unit ;
struct sv_unit_s
{
  char const *word ;          /* as typed, and so it is shown */
  char const *dir ;           /* service directory */
  char const *sup ;           /* supervise directory */
  int reach ;                 /* enum sv_reach */
  int err ;                   /* errno of that */
  hf_status st ;              /* now */
  hf_state rec ;              /* holdfast's record, if has_rec */
  hf_status before ;          /* when sv began */
  uint32_t starts_before ;
  uint32_t deaths_before ;
  int64_t look_at ;           /* look again then, whatever happens; ms */
  int64_t check_at ;          /* start of the next check; ms */
  uint32_t check_gap ;        /* pause after a failed check, ms */
  uint32_t check_pid ;        /* pid of the service that passed or is being checked */
  hf_proc check ;             /* the running check */
  int ok_fd ;                 /* write end of supervise/ok: tells of the supervisor's end */
  int watch_fd ;              /* tells of changes; -1: look every now and then */
  unsigned int has_rec : 1 ;
  unsigned int has_check : 1 ;
  unsigned int has_notify : 1 ;   /* notification-fd */
  unsigned int looked : 1 ;       /* the two above are known */
  unsigned int warned : 1 ;       /* about its check */
  unsigned int done : 1 ;
  unsigned int failed : 1 ;
  unsigned int check_state : 2 ;  /* enum sv_check */
  unsigned int nmarks : 3 ;
  sv_mark mark[SV_MARKS] ;        /* its log when sv began */
} ;

/* A command of runit's kind: bytes are sent, conditions are waited for. */
typedef struct sv_verb_s sv_verb ;
struct sv_verb_s
{
  char const *name ;
  char const *bytes ;
  char const *until ;         /* condition letters, see sv_cond.c */
  unsigned int flags ;        /* SV_ALWAYS waits without -v, SV_KILL kills on timeout */
  int (*run) (int argc, char const *const *argv) ; /* or a program of its own */
} ;
#define SV_ALWAYS 1u
#define SV_KILL 2u
#define SV_STATUS 4u
#define SV_WORD 8u            /* the full word only, never a part of it */
#define SV_LSB 16u            /* in LSB mode, too, the full word only */

/* What the options said. */
typedef struct sv_options_s sv_options ;
struct sv_options_s
{
  int64_t timeout ;           /* ms */
  int verbose ;
  int lsb ;                   /* called by the name of a service */
} ;
extern sv_options sv_opt ;

/* sv.c */
extern void sv_usage (void) __attribute__((noreturn)) ;

/* sv_out.c: standard output, kept until flushed */
extern void sv_put (char const *s) ;
extern void sv_putn (char const *s, size_t n) ;
extern void sv_put_name (char const *s) ;      /* control bytes become '?' */
extern void sv_put_uint (uint64_t n) ;
extern void sv_flush (void) ;
extern void *sv_alloc (size_t n) ;             /* zeroed; dies when there is no memory */
extern char const *sv_copy (char const *s) ;

/* sv_unit.c */
extern void sv_unit_find (sv_unit *u, char const *word) ;
extern int sv_unit_open (sv_unit *u) ;         /* is there a supervisor: sets reach, ok_fd; 1 yes */
extern int sv_unit_read (sv_unit *u) ;         /* reads st and rec; 1, or sets reach */
extern void sv_unit_close (sv_unit *u) ;

/* sv_status.c */
extern void sv_put_state (sv_unit const *u, char const *name) ;   /* "run: a: (pid 1) 2s, ..." */
extern int sv_put_reach (sv_unit const *u, int exitok) ;          /* says why it is not SV_OK; 1 if that is fine */
extern int sv_status (int n, char const *const *words) ;          /* exit code */

/* sv_cond.c: 1 all conditions hold, 0 not yet */
extern int sv_cond_met (sv_unit *u, char const *until) ;
extern void sv_cond_begin (void) ;

/* sv_check.c */
extern int sv_check_passed (sv_unit *u) ;      /* starts or repeats the check as needed */
extern int sv_check_fd (void) ;                /* to poll for the end of a check, or -1 */
extern void sv_check_reap (sv_unit *u, unsigned int n) ;
extern void sv_check_kill (sv_unit *u) ;

/* sv_act.c */
extern int sv_act (sv_verb const *v, unsigned int n, sv_unit *u) ;  /* number failed */
extern int sv_command (sv_verb const *v, int n, char const *const *words) ;

/* sv_wait.c: waits until every unit is done; finish(u, timeout) is called once for each */
extern void sv_wait (sv_unit *u, unsigned int n, char const *until, int64_t deadline,
  void (*finish) (sv_unit *, int, void *), void *data) ;

#endif
