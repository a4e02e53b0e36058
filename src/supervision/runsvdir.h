/* ISC license. */

/* What the parts of runsvdir share. One struct tree holds everything; an entry is named by
   its number in the table, because the table moves when it grows. */

#ifndef RUNSVDIR_H
#define RUNSVDIR_H

#include <dirent.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/resource.h>

#include <holdfast/clock.h>
#include <holdfast/pace.h>
#include <holdfast/service.h>

#define NONE UINT32_MAX

enum index_kind { BY_NAME, BY_ID, BY_PID, BY_TARGET, INDEX_N } ;

/* Waiting lines. Every line but the first holds its entries for one fixed time, so each is in
   order of time by itself and only its head has to be looked at. */
enum line_kind
{
  LINE_START,                 /* to be started as soon as the pace allows */
  LINE_50MS,
  LINE_1S, LINE_2S, LINE_4S, LINE_8S,
  LINE_SETTLE,                /* made in place, complete, quiet for a moment yet */
  LINE_TARGET,                /* the same with needs and no run, which may still come */
  LINE_PATIENCE,              /* made in place, not complete yet */
  LINE_N,
  LINE_NONE = LINE_N
} ;

#define FLAG_USED 1u
#define FLAG_LEAVING 2u       /* its name is gone: told to exit, forgotten when it has */
#define FLAG_AGAIN 4u         /* ... but the name has come back: look at it then */
#define FLAG_RESCAN 8u        /* ... and another name for it may be there: look at all then */
#define FLAG_SHARED 16u       /* another name leads to the same directory */
#define FLAG_HELD 32u         /* a supervisor whose pid is not known holds it */
#define FLAG_ADOPTED 64u      /* its runsv is not a child of this process */
#define FLAG_TOLD 128u        /* told to stop */
#define FLAG_ESSENTIAL 256u
#define FLAG_GOING 512u       /* its directory is not there: it may be being made anew */
#define FLAG_GONE 2048u       /* ... and has not come back in time */
#define FLAG_ELSEWHERE 4096u  /* its runsv was started in another scan directory */
#define FLAG_REPLACED 8192u   /* its directory was made anew: was_dev and was_ino are the old one's */
#define FLAG_UNWATCHED 1024u  /* essential, and its event FIFO is not open yet */

struct entry
{
  char name[HF_NAME] ;
  dev_t dev ;
  ino_t ino ;
  dev_t was_dev ;
  ino_t was_ino ;
  uint32_t link ;             /* hash of the link's text; 0: not a link */
  uint32_t target ;           /* hash of the last name in that text */
  pid_t pid ;                 /* of its runsv; 0: none known */
  int pidfd ;                 /* where it is not a child; else -1 */
  int event_fd ;              /* essential: told when its state changes; else -1 */
  int fill_wd ;               /* made in place: the watch on the directory; else -1 */
  uint16_t flags ;
  uint8_t line ;              /* enum line_kind */
  uint8_t quick ;             /* deaths of its runsv soon after the start, in a row */
  uint32_t seen ;             /* number of the last scan that met it */
  uint32_t next[INDEX_N] ;    /* chains of the indexes; next[0] of a free entry: the next free */
  uint32_t line_next ;
  uint32_t line_prev ;
  uint32_t edge ;             /* what it needs: edge_n numbers from here */
  uint32_t edge_n ;
  uint32_t users ;            /* stop: how many that are not gone need it */
  uint32_t after ;            /* start: which one that needs it led to it; itself: none yet */
  int64_t started_at ;        /* ms; or when it was made */
  int64_t due ;
} ;

struct line
{
  uint32_t head ;
  uint32_t tail ;
  uint32_t n ;
} ;

struct table
{
  struct entry *e ;
  uint32_t size ;             /* a power of two */
  uint32_t used ;             /* entries ever used */
  uint32_t free ;
  uint32_t n ;                /* entries in use */
  uint32_t *head[INDEX_N] ;   /* size heads each */
  struct line line[LINE_N] ;
} ;

struct options
{
  char const *statedir ;      /* -S */
  int session ;               /* -P */
  int s6 ;                    /* -6 */
  int stop ;                  /* -t */
  unsigned int timeout ;      /* -T, s; 0: none */
  unsigned int rate ;         /* -R, starts per second; 0: no cap */
} ;

#define LINKS_MAX 24          /* watches on what leads to the scan directory */

#define TARGETS_MAX 1024

#define ALL_QUIETLY 1
#define ALL_AGAIN 2

struct scan
{
  char path[HF_PATH] ;        /* of the scan directory, absolute */
  int start_fd ;              /* where the program was started */
  DIR *dir ;                  /* it, also the current directory; null: none yet */
  dev_t dev ;
  ino_t ino ;
  int64_t mtime ;             /* ns; where changes are not told */
  int notify_fd ;             /* inotify, or -1 */
  int wd ;
  int link_wd[LINKS_MAX] ;
  unsigned int links ;
  int parent_wd ;             /* of these, the one on the scan directory's parent, or -1 */
  uint32_t last ;             /* hash of its name there */
  int target_wd[TARGETS_MAX] ; /* directories that links in the scan directory lead into */
  unsigned int targets ;
  uint32_t target ;           /* hash of the last one added */
  uint32_t number ;           /* of the present scan */
  uint32_t dangling ;         /* links to nothing met by it */
  uint32_t untold ;           /* names met by it of whose changes nobody tells */
  int complained ;            /* errno last complained of */
  int complained_told ;       /* the same, of not being told of changes */
  int64_t look_at ;           /* next look at the directory itself */
  int all ;                   /* look at every entry: ALL_QUIETLY, ALL_AGAIN */
  int where ;                 /* the directory may be another one now */
  int quiet ;                 /* what can be complained of has been: nobody asked for this look */
} ;

struct log
{
  char *arg ;                 /* null: no log */
  size_t len ;
  int own_fd ;                /* what this process writes to its stderr; writes never block */
  int out_fd ;                /* what the children write to theirs; writes block */
  int out_write ;             /* the children's end */
  int64_t dot_at ;
} ;

struct stop
{
  int on ;
  int code ;
  int64_t say_at ;
  int64_t end_at ;            /* overall deadline */
  int killed ;
  uint32_t live ;             /* not gone yet */
  uint32_t told ;             /* of these, told */
} ;

struct needs
{
  uint32_t of ;               /* whose file is being read */
  uint32_t *edge ;            /* numbers of entries */
  size_t n ;
  size_t max ;
} ;

struct start
{
  hf_pace pace ;              /* -R: of the restarts of services, shared with the runsvs */
  char runsv[HF_PATH] ;       /* the program; empty: not found yet */
  int load_fd ;               /* /proc/loadavg, or -1 */
  unsigned int cpus ;
  int64_t pace_at ;           /* no start before */
  int64_t pace_end ;          /* when the load no longer counts */
  int64_t tokens ;            /* -R: thousandths of a start */
  int64_t tokens_at ;
  int complained ;            /* errno last complained of */
  int limit_raised ;          /* of descriptors; children get the old one back */
  struct rlimit limit ;
} ;

struct upgrade
{
  char const *const *argv ;   /* as started */
  pid_t pid ;                 /* trial run of the new binary, or 0 */
  int64_t end_at ;
  int inherited ;             /* this image came by an upgrade */
} ;

struct tree
{
  int64_t now ;
  int epoll_fd ;              /* pidfds and event watches; or -1 */
  struct options o ;
  struct table t ;
  struct scan scan ;
  struct log log ;
  struct stop stop ;
  struct needs needs ;
  struct start start ;
  struct upgrade upgrade ;
  uint32_t wards ;            /* orphans of dead runsvs, expected to become ours */
  int64_t grace_end ;         /* one of them is dead, and is left to be looked at until then */
  int64_t sweep_at ;
  int64_t essential_at ;
} ;

/* table */
extern int table_init (struct table *) ;
extern uint32_t table_add (struct table *, char const *name, dev_t, ino_t) ; /* NONE and errno: no memory */
extern void table_remove (struct table *, uint32_t) ;
extern uint32_t hash_name (char const *, size_t) ;
extern uint32_t table_by_name (struct table const *, char const *name) ;
extern uint32_t table_by_id (struct table const *, dev_t, ino_t) ;
extern uint32_t table_by_pid (struct table const *, pid_t) ;
extern uint32_t table_by_target (struct table const *, uint32_t hash) ;
extern uint32_t table_next_target (struct table const *, uint32_t) ; /* another with the same */
extern void table_set_pid (struct table *, uint32_t, pid_t) ;
extern void table_set_id (struct table *, uint32_t, dev_t, ino_t) ;
extern void table_set_link (struct table *, uint32_t, uint32_t link, uint32_t target) ;
extern void line_put (struct table *, uint32_t, unsigned int line, int64_t due) ;
extern void line_take (struct table *, uint32_t) ;
extern int64_t line_due (struct table const *) ;      /* of the lines that wait for a time */

/* scan */
extern void scan_where (struct tree *) ;              /* (re)opens the scan directory */
extern void scan_all (struct tree *) ;
extern void scan_name (struct tree *, char const *name, int made) ;
extern int scan_has (char const *name, char const *file, int mode) ; /* access(2) to name/file */
extern void scan_gone (struct tree *, uint32_t) ;     /* the runsv of a leaving entry is gone */
extern void scan_going (struct tree *, uint32_t) ;    /* its directory has had time to come back */
extern void scan_time (struct tree *) ;

/* notify */
extern void notify_init (struct tree *) ;
extern void notify_links (struct tree *) ;            /* watches what leads to the scan directory */
extern int notify_here (struct tree *) ;              /* watches the current directory: 1, or 0 */
extern int notify_told (struct tree const *) ;        /* are changes told of? */
extern int notify_target (struct tree *, char const *text, size_t len) ; /* watches the directory a link leads into, whose path has that length: 1, or 0 */
extern void notify_read (struct tree *) ;
extern void notify_fill (struct tree *, uint32_t) ;   /* watches a directory that is being filled, if it can */
extern void notify_fill_event (struct tree *, uint32_t) ;
extern void notify_filled (struct tree *, uint32_t) ; /* no longer */

/* start */
extern void start_init (struct tree *) ;
extern void start_entry (struct tree *, uint32_t) ;   /* takes over, or starts */
extern void start_some (struct tree *) ;
extern int64_t start_next (struct tree const *) ;     /* when start_some has something to do */
extern void start_again (struct tree *, uint32_t) ;   /* its runsv is gone */

/* adopt */
enum watch_kind { WATCH_PID, WATCH_EVENT } ;
extern void adopt_init (struct tree *) ;
extern int adopt_entry (struct tree *, uint32_t, char const *supervise) ; /* 1 somebody holds it, 0 nobody does */
extern int adopt_watch (struct tree *, int fd, uint32_t, int what) ;
extern void adopt_read (struct tree *) ;
extern void adopt_close (struct tree *, uint32_t) ;

/* renew */
extern int renew_entry (struct tree *, uint32_t) ; /* its directory was made anew: 1, or 0: it must stop first */
extern int renew_waits (struct tree *, uint32_t, char const *supervise) ; /* for what a dead runsv left in the old one? */

/* death */
extern void death_reap (struct tree *) ;
extern void death_of (struct tree *, uint32_t, int wstat) ; /* -1: not known */
extern int64_t death_next (struct tree const *) ;
extern void ward_add (struct tree *, pid_t) ;
extern void ward_add_state (struct tree *, char const *supervise) ;

/* needs */
extern int needs_read (struct tree *, int starting) ; /* the edges of all, or of those to be started: 1, or 0: no memory */
extern void needs_order (struct tree *) ;             /* of the line to be started */

/* stop */
extern void stop_begin (struct tree *, int code) ;
extern void stop_gone (struct tree *, uint32_t, int wstat) ;
extern void stop_retell (struct tree *, uint32_t) ;   /* its time in a line is over */
extern void stop_tell (struct tree *, uint32_t) ;
extern void stop_time (struct tree *) ;
extern int64_t stop_next (struct tree const *) ;
extern void signal_entry (struct tree *, uint32_t, int sig) ;

/* essential */
extern void essential_watch (struct tree *, uint32_t, char const *supervise) ;
extern void essential_event (struct tree *, uint32_t) ;
extern void essential_retry (struct tree *) ;

/* log */
extern void log_init (struct tree *, char *arg) ;
extern void log_read (struct tree *) ;
extern void log_time (struct tree *) ;
extern void log_keep (struct tree *) ;                /* before services are left behind */
extern int log_pass (struct tree *) ;                 /* the pipes to the next image: 1, or 0 */
extern void log_unpass (struct tree *) ;

/* upgrade */
extern void upgrade_inherit (struct tree *) ;
extern void upgrade_try (struct tree *) ;
extern int upgrade_tried (struct tree *, pid_t, int wstat) ; /* 1: that pid was the trial */
extern void upgrade_time (struct tree *) ;

#endif
