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
#define SV_TIME_MAX 100000000000 /* seconds; a stamp beyond is none */

/* How far one gets on the way to a service. */
enum sv_reach
{
  SV_OK = 0,
  SV_NODIR,                   /* no service directory */
  SV_NOOK,                    /* supervise/ok cannot be opened: never supervised, no permission */
  SV_NORUNSV,                 /* nobody supervises it */
  SV_NOSTATUS,                /* the status cannot be read */
  SV_NOCONTROL,               /* supervise/control cannot be written */
  SV_FAILED,                  /* it is down and will not be started again: see rec */
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
  uint64_t seq_before ;
  hf_proc boss ;              /* its supervisor when it was asked */
  int64_t lost_at ;           /* that one was found gone then, and may be replaced; ms */
  int64_t settle_at ;         /* when being up is enough; ms */
  uint32_t settle_pid ;       /* of that process */
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
  unsigned int has_needs : 1 ;
  unsigned int was_bad : 1 ;      /* it had failed when sv began */
  unsigned int was_stopping : 1 ; /* it was told to stop, and had not */
  unsigned int proven : 1 ;       /* its run, as it is, has got beyond its script before */
  unsigned int soon : 1 ;         /* look again in a moment */
  unsigned int is_fresh : 1 ;     /* no supervisor yet, but one will come */
  unsigned int looked : 1 ;       /* the three above are known */
  unsigned int seen : 1 ;         /* rec is of a moment after the watch began, and not judged yet */
  unsigned int warned : 1 ;       /* about its check */
  unsigned int sent : 1 ;         /* a command, to the present supervisor */
  unsigned int done : 1 ;
  unsigned int failed : 1 ;
  unsigned int check_state : 2 ;  /* enum sv_check */
  unsigned int nmarks : 3 ;
  sv_mark mark[SV_MARKS] ;        /* its log when sv began */
  char const *until ;             /* conditions waited for */
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
#define SV_RELOAD 32u
#define SV_LSB 16u            /* in LSB mode, too, the full word only */

/* What the options said. */
typedef struct sv_options_s sv_options ;
struct sv_options_s
{
  int64_t timeout ;           /* ms */
  int verbose ;
  int lsb ;                   /* called by the name of a service */
  int all ;                   /* -a: every service */
  int needs ;                 /* -r: and what they need */
  int user ;                  /* --user */
  int undo ;                  /* -k: a start that fails is taken back */
} ;
extern sv_options sv_opt ;

/* sv.c */
extern void sv_usage (void) __attribute__((noreturn)) ;
extern sv_verb const *sv_verb_find (char const *word) ;
extern int sv_run (int argc, char const *const *argv) ;   /* VERB WORDS...; exit code */
extern int sv_exit_code (int failed) ;

/* sv_args.c: the words after a verb of ours, in which options may stand anywhere */
typedef struct sv_option_s sv_option ;
struct sv_option_s
{
  char const *name ;          /* "follow" for --follow */
  char letter ;               /* 'f' for -f; upper case: there is no short form */
  int has_arg ;
} ;
typedef struct sv_args_s sv_args ;
struct sv_args_s
{
  char const *verb ;
  char const *synopsis ;      /* what follows "sv VERB" in the usage line */
  sv_option const *opts ;     /* ends with a null name */
  int argc ;
  char const *const *argv ;
  int i ;
  char const *more ;          /* rest of a word of letters */
  int nomore ;                /* "--" was seen */
  char const *arg ;           /* the option's argument, or the word */
} ;
#define SV_ARGS(v, s, o, c, a) { .verb = (v), .synopsis = (s), .opts = (o), .argc = (c), .argv = (a) }
extern int sv_args_next (sv_args *a) ;         /* letter; 0 a word; -1 the end */
extern void sv_args_usage (sv_args const *a) __attribute__((noreturn)) ;
extern uint64_t sv_args_number (sv_args const *a, uint64_t max) ;

/* sv_names.c: patterns, -a, -r */
typedef struct sv_names_s sv_names ;
struct sv_names_s
{
  char const **v ;
  unsigned int n ;
  unsigned int max ;
} ;
extern void sv_names_add (sv_names *l, char const *word) ;       /* as it is */
extern void sv_names_expand (sv_names *l, char const *word) ;    /* a pattern: all that match */
extern void sv_names_all (sv_names *l, int n, char const *const *words) ; /* as the options say */
extern int sv_is_pattern (char const *word) ;

/* sv_out.c: standard output, kept until flushed */
extern void sv_put (char const *s) ;
extern void sv_putn (char const *s, size_t n) ;
extern void sv_put_name (char const *s) ;      /* control bytes become '?' */
extern void sv_put_uint (uint64_t n) ;
extern void sv_put_pad (char const *s, size_t width) ;
extern void sv_flush (void) ;
extern size_t sv_held (void) ;
extern void sv_cut (size_t n) ;
extern void sv_to (int fd) ;                   /* from now on to this descriptor */
extern int sv_is_terminal (void) ;             /* is that one? */
extern void *sv_alloc (size_t n) ;             /* zeroed; dies when there is no memory */
extern void *sv_more (void *p, size_t n) ;     /* realloc that dies */
extern void *sv_keep (size_t n) ;              /* zeroed, for good */
extern char const *sv_copy (char const *s) ;   /* for good */

/* sv_text.c */
extern void sv_put_safe (char const *s, size_t n) ;     /* bytes of anybody's: harmless on a terminal */
extern void sv_say (char const *kind, char const *name, char const *what, int e) ; /* "KIND: NAME: WHAT[: REASON]", at once */
extern void sv_put_hex (unsigned char c) ;
/* " and \ after a \; control bytes, and what is not UTF-8, as special puts them */
extern void sv_put_quoted (char const *s, void (*special) (unsigned char)) ;
extern void sv_put_end (int wstat) ;                    /* "exit code 1", "signal TERM" */
extern void sv_put_span (int64_t ms) ;                  /* "5s", "3h 20m" */
extern void sv_put_time (tain const *t) ;               /* local time */
extern void sv_put_unix (int64_t s) ;
extern void sv_put_decimal (int64_t thousandths) ;      /* "1.250" */
extern char const *sv_why_word (sv_unit const *u) ;     /* "gave-up" */
extern char const *sv_state_word (sv_unit const *u) ;   /* "up", "waiting", ... */
extern char const *sv_no_record (sv_unit *u) ;          /* why has_rec is not set */
extern int sv_ready (sv_unit *u) ;                      /* 1 yes, 0 no, -1 it does not say */
extern size_t sv_utf8 (unsigned char const *s, size_t n) ; /* length of the valid printable character there, or 0 */

/* sv_unit.c */
extern void sv_unit_near (unsigned int n, char const *const *words) ; /* for verbs that only look */
extern char const *sv_unit_path (sv_unit const *u) ; /* its directory, from the root */
extern void sv_unit_find (sv_unit *u, char const *word) ;
extern int sv_unit_open (sv_unit *u) ;         /* is there a supervisor: sets reach, ok_fd; 1 yes */
extern int sv_unit_read (sv_unit *u) ;         /* reads st; 1, or sets reach */
extern int sv_unit_glance (sv_unit *u) ;       /* all in one, where its supervisor holds the record; 0: ask further */
extern int sv_unit_record (sv_unit *u) ;       /* reads rec and judges whether it is to be believed */
extern int sv_tells_ready (sv_unit const *u) ;                   /* will the record say when it is ready */
extern int sv_unit_has (sv_unit const *u, char const *name) ;    /* is there such a file in the directory */
extern void sv_unit_unwatch (sv_unit *u) ;
extern void sv_unit_close (sv_unit *u) ;
extern void sv_unit_look (sv_unit *u, char const *word) ;        /* all of the above */
extern int sv_unit_log (sv_unit *log, sv_unit const *of) ;       /* the same for its logger; 0 it has none */

/* sv_status.c */
extern void sv_put_state (sv_unit const *u, char const *name) ;   /* "run: a: (pid 1) 2s, ..." */
extern int sv_put_reach (sv_unit const *u, int exitok) ;          /* says why it is not SV_OK; 1 if that is fine */
extern int sv_status (int n, char const *const *words) ;          /* exit code */

/* sv_cond.c: 1 all conditions hold, 0 not yet, -1 they never will */
extern int sv_cond_met (sv_unit *u, char const *until) ;
extern void sv_cond_begin (void) ;

/* sv_check.c */
extern int sv_check_passed (sv_unit *u) ;      /* starts or repeats the check as needed */
extern int sv_check_fd (void) ;                /* to poll for the end of a check, or -1 */
extern void sv_check_reap (sv_unit *u, unsigned int n) ;
extern void sv_check_kill (sv_unit *u) ;

/* sv_act.c */
extern int sv_act (sv_verb const *v, unsigned int n, sv_unit *u) ;  /* number failed */
extern int sv_command (sv_verb const *v, unsigned int n, char const *const *words) ;

/* sv_wait.c: waits until every unit is done, that is, has all of u->until. arrive(u) is called
   when a fresh one is supervised, again(u) when another supervisor has taken over; finish(u, timeout)
   once for each. */
typedef struct sv_waiter_s sv_waiter ;
struct sv_waiter_s
{
  void (*arrive) (sv_unit *, void *) ;
  void (*again) (sv_unit *, void *) ;
  void (*finish) (sv_unit *, int, void *) ;
  void *data ;
  int64_t deadline ;
} ;
extern void sv_wait (sv_unit *u, unsigned int n, sv_waiter const *w) ;

/* sv_progress.c: on a terminal, what is still awaited; 1 and *at: to be shown again then */
extern int sv_progress_due (int64_t *at) ;
extern void sv_progress_show (sv_unit const *u, unsigned int n) ;
extern void sv_progress_clear (void) ;

/* sv_notify.c: inotify for where a supervisor does not announce its changes */
extern int sv_notify_add (char const *dir) ;   /* 1 if changes in there will be told */
extern int sv_notify_fd (void) ;               /* or -1 */
extern void sv_notify_drain (void) ;

/* sv_explain.c: to standard error, why a start failed */
extern void sv_explain (sv_unit *u) ;
extern void sv_explain_stop (sv_unit *u) ;   /* ... or a stop: what is still there */

/* sv_logfind.c: the files that a logger, or anybody, writes */
typedef struct sv_logfile_s sv_logfile ;
struct sv_logfile_s
{
  char open[48] ;             /* /proc/PID/fd/N */
  char path[HF_PATH] ;        /* where it is */
  sv_mark id ;
} ;
extern int sv_logfind (sv_unit const *u, sv_logfile *f, int max) ; /* number */
extern void sv_log_mark (sv_unit *u) ;
extern uint64_t sv_log_lost (char const *dir) ; /* lines that svlogd had to drop there */
extern uint64_t sv_logger_lost (sv_unit const *log) ; /* ... and in all its directories */

/* Waits, so many ms at most, until the logger has written what it was given. 1; 0 it has not;
   -1 who knows. */
#define SV_PATIENCE 1000
extern int sv_log_settle (sv_unit const *u, int patience) ;

/* Waits a moment for lines to arrive, then prints at most max of those that were written since
   the marks, each after the prefix. Number of lines. */
extern int sv_log_since (sv_unit const *u, int max, void (*prefix) (sv_unit const *)) ;

/* sv_deaths.c: the ring "deaths" */
typedef struct sv_death_s sv_death ;
struct sv_death_s
{
  tain at ;
  int wstat ;
  int known ;
  uint32_t pid ;
  int64_t run_ms ;
} ;
extern unsigned int sv_deaths (sv_unit const *u, sv_death **d) ;   /* the oldest first; number */

/* sv_reason.c: what can be found out about why it does not run. Calls say(text...) for each. */
extern void sv_reasons (sv_unit *u, void (*say) (sv_unit const *, char const *const *)) ;

/* sv_signal.c: sends any signal to the run; 1, or 0 and errno (ESRCH: it does not run) */
extern int sv_signal_send (sv_unit *u, int sig) ;

/* sv_lock.c: one administrator at a time in a scan directory; 1, or 0: said */
extern int sv_lock (int64_t deadline) ;

/* the verbs */
extern int sv_list (int argc, char const *const *argv) ;
extern int sv_json (unsigned int n, char const *const *words) ;
extern int sv_metrics (int argc, char const *const *argv) ;
extern int sv_log (int argc, char const *const *argv) ;
extern int sv_why (int argc, char const *const *argv) ;
extern int sv_signal (int argc, char const *const *argv) ;
extern int sv_enable (int argc, char const *const *argv) ;
extern int sv_disable (int argc, char const *const *argv) ;
extern int sv_scale (int argc, char const *const *argv) ;
extern int sv_rolling (int argc, char const *const *argv) ;
extern int sv_reset (int argc, char const *const *argv) ;
extern int sv_upgrade (int argc, char const *const *argv) ;
extern int sv_verify (int argc, char const *const *argv) ;
extern int sv_tree (int argc, char const *const *argv) ;
extern int sv_shell (int argc, char const *const *argv) ;

#endif
