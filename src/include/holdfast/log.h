/* The logging engine of svlogd and multilog.

   One block of input at a time is shown to every sink; each sink keeps its own position in
   it (hf_logpos) and takes what it can. The next block is read when every sink that may not
   lose anything has taken all of this one, so there are no queues, and what a slow sink has
   not taken is simply still in the block. A position can be taken up at any byte of the
   rendered text, because rendering is repeatable: the stamp belongs to the block.

     input (poll, blocking read; O_NONBLOCK is never set)
       -> block: stamp, -r/-R replacement
          -> sink: file in a log directory   (hf_logdir: rotation, processor)
          -> sink: stdout, stderr, UDP, syslog, status file  (hf_logout)

   The room of a line that is not finished yet: sinks that must see a line before they can
   decide (patterns, datagrams) leave it in the block, at most `len` bytes of it; all others
   take it as it comes. Nothing here blocks but the loop's one poll and writes to files. */

#ifndef HF_LOG_H
#define HF_LOG_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/socket.h>
#include <time.h>

#define HF_LOG_BLOCK 65536    /* bytes asked of one read */
#define HF_LOG_OUT 65536      /* bytes given to one write, at most */
#define HF_LOG_LABEL 25       /* '@' and 24 hexadecimal digits */
#define HF_LOG_STAMP 48       /* room for any stamp with its space */
#define HF_LOG_PREFIX 1000    /* longest prefix */
#define HF_LOG_NOTE 1200      /* longest line of the program's own */
#define HF_LOG_FRAME (6 * (HF_LOG_NOTE + HF_LOG_PREFIX) + 256)

enum hf_log_stamp
{
  HF_LOG_STAMP_NONE = 0,
  HF_LOG_STAMP_TAI64N,        /* -t    @4000... */
  HF_LOG_STAMP_UTC,           /* -tt   2026-01-31_23:59:59.12345 */
  HF_LOG_STAMP_UTCT,          /* -ttt  2026-01-31T23:59:59.12345 */
  HF_LOG_STAMP_ISO,           /* 2026-01-31T23:59:59.123456Z */
  HF_LOG_STAMP_ISOLOCAL,      /* 2026-02-01T00:59:59.123456+01:00 */
  HF_LOG_STAMP_UNIX,          /* 1769903999.123456 */
  HF_LOG_STAMP_BSD,           /* Jan 31 23:59:59, local time: RFC 3164 */
  HF_LOG_STAMP_N
} ;

/* Writes the stamp and one space; no NUL. At most HF_LOG_STAMP bytes. Length; 0 for NONE. */
extern size_t hf_log_stamp_fmt (char *s, int kind, struct timespec const *t) ;

/* '@' and 24 hexadecimal digits. Scanning takes upper-case digits too; returns HF_LOG_LABEL, or 0. */
extern void hf_log_label_fmt (char *s, struct timespec const *t) ;
extern size_t hf_log_label_scan (char const *s, size_t n, struct timespec *t) ;

/* tai64nlocal: labels at the beginning of lines to local time. */
typedef struct hf_loglocal_s hf_loglocal ;
struct hf_loglocal_s
{
  int mid ;                   /* inside a line */
  int valid ;                 /* text is that of sec */
  time_t sec ;
  char text[20] ;
} ;
#define HF_LOGLOCAL_ZERO { .mid = 0, .valid = 0, .sec = 0, .text = "" }

/* If s begins with a label: its date and time (30 or 31 bytes). Length, or 0: copy it as it is. */
extern size_t hf_log_local_fmt (hf_loglocal *c, char const *s, size_t n, char *out) ;

/* Translates a block; out has room for 7 n / 26 + n + 32. Returns how many bytes of s were
   used: without last, a label that may go on is left. */
extern size_t hf_log_local (hf_loglocal *c, char const *s, size_t n, int last, char *out, size_t *len) ;

/* Offset of the first newline at or after i, or n. */
extern size_t hf_log_newline (char const *s, size_t i, size_t n) ;

enum hf_log_pattern
{
  HF_LOG_PATTERN_RUNIT,       /* star and plus */
  HF_LOG_PATTERN_STAR,        /* star only: multilog */
  HF_LOG_PATTERN_FNMATCH      /* shell pattern: daemontools-encore's F */
} ;

/* Does the whole of the line match? The pattern is pn bytes, and NUL-terminated. */
extern int hf_log_match (int kind, char const *pat, size_t pn, char const *line, size_t n) ;

typedef struct hf_logrule_s hf_logrule ;
struct hf_logrule_s
{
  char op ;                   /* '+' '-' 'e' 'E'; '0' to '7': a severity */
  uint8_t kind ;              /* enum hf_log_pattern */
  char const *pat ;
  size_t len ;
} ;

/* How lines are chosen and what they look like on one sink. */
typedef struct hf_logform_s hf_logform ;
struct hf_logform_s
{
  uint8_t stamp ;             /* enum hf_log_stamp */
  uint8_t json ;
  uint8_t whole ;             /* needs to see a line (or len bytes of it) before it takes any */
  uint8_t start ;             /* a line is chosen unless a rule says otherwise */
  char yes, no ;              /* the rule letters that concern this sink */
  unsigned int nrules ;
  hf_logrule const *rules ;
  char const *prefix ;
  size_t prefixlen ;
} ;

typedef struct hf_logpos_s hf_logpos ;
struct hf_logpos_s
{
  size_t at ;                 /* offset in the block of the next byte to take */
  size_t skip ;               /* bytes of what is rendered from there that were written */
  uint8_t mid ;               /* at is inside a line whose beginning was taken */
  uint8_t chosen ;            /* and that line is one for this sink: HF_LOG_CHOSEN */
} ;

#define HF_LOG_CHOSEN 1
#define HF_LOG_CHOSEN_LOST 2  /* it was, but its beginning has been lost */

enum hf_log_policy { HF_LOG_BLOCK_INPUT = 0, HF_LOG_DROP = 1 } ;

/* What happened to lines that a sink could not take. */
typedef struct hf_loglost_s hf_loglost ;
struct hf_loglost_s
{
  uint64_t lines ;
  uint64_t bytes ;
  int err ;
  struct timespec from, to ;
} ;

typedef struct hf_logsink_s hf_logsink ;
struct hf_logsink_s
{
  hf_logform form ;
  hf_logpos pos ;
  uint8_t policy ;            /* enum hf_log_policy */
  uint8_t stalled ;           /* cannot write now; tried again at retry_at */
  int32_t patience ;          /* DROP: ms it is waited for before lines are dropped */
  int64_t retry_at ;
  int64_t since ;             /* stalled since */
  int64_t said_at ;           /* when that was last said on stderr */
  hf_loglost lost ;           /* since the last marker line */
} ;

enum hf_logout_kind
{
  HF_LOGOUT_NONE = 0,
  HF_LOGOUT_STDOUT,           /* every byte, through fd 1 */
  HF_LOGOUT_STDERR,           /* the first len bytes of each line, through fd 2 */
  HF_LOGOUT_UDP,              /* a datagram per line */
  HF_LOGOUT_SYSLOG,           /* a record per line: unix datagram, UDP or TCP */
  HF_LOGOUT_STATUS            /* the last line, at the start of a file (multilog's =) */
} ;

#define HF_LOGOUT_LINE 8000     /* bytes of a line in a datagram or record, at most */
#define HF_LOGOUT_PENDING (HF_LOGOUT_LINE + HF_LOG_PREFIX + 512)

typedef struct hf_logout_s hf_logout ;
struct hf_logout_s
{
  hf_logsink sink ;
  uint8_t kind ;              /* enum hf_logout_kind */
  uint8_t want_out ;          /* waits until fd takes more */
  uint8_t stream ;            /* syslog over TCP */
  uint8_t connected ;         /* 1 in progress, 2 done */
  uint8_t remote ;
  uint8_t rfc3164 ;
  uint8_t facility ;
  uint8_t level ;             /* severity of lines that name none */
  uint8_t threshold ;         /* less severe lines are not sent */
  uint8_t any_size ;          /* fd is a plain file: any number of bytes at once */
  uint8_t over ;              /* dots only if the line is longer: limit is one more than what is sent */
  int fd ;
  size_t limit ;              /* bytes of a line that are looked at and sent */
  char const *name ;          /* where to, as in the config: for messages */
  char const *tag ;
  socklen_t addrlen ;
  union { struct sockaddr sa ; struct sockaddr_storage storage ; } addr ;
  size_t pending_at ;         /* TCP: a record partly sent */
  size_t pending_len ;
  char *pending ;
} ;

#define HF_LOGDIR_OUTS 4

enum hf_log_rotation { HF_LOG_ROTATE_NO = 0, HF_LOG_ROTATE_RENAME, HF_LOG_ROTATE_OPEN } ;

typedef struct hf_logdir_s hf_logdir ;
struct hf_logdir_s
{
  hf_logsink sink ;
  char const *name ;
  int fd ;                    /* the directory, -1: not in use */
  int lock_fd ;
  int current_fd ;            /* -1: must be opened */
  uint64_t size ;             /* of current */
  uint8_t torn ;              /* current does not end with a newline */
  uint8_t multilog ;          /* multilog's names for what is being processed */
  uint8_t nofile ;            /* U: lines go elsewhere */
  uint8_t rotation ;          /* enum hf_log_rotation: the step to be done next */
  uint8_t want_rotate ;       /* rotate at the next end of line, or at rotate_by */
  uint8_t lossfile ;          /* the file "lost" is there */
  uint8_t collapse ;
  uint8_t trim ;              /* full: delete the oldest down to nmin */
  char suffix ;               /* of complete archives: s */
  mode_t mode ;
  gid_t gid ;
  uint64_t max ;
  size_t margin ;             /* rotate at a newline within so many bytes of max */
  unsigned int n ;            /* archives kept, 0 all */
  unsigned int nmin ;
  uint64_t keep_bytes ;       /* all archives together, 0 no limit */
  int64_t keep_ms ;           /* age of an archive, 0 no limit */
  int64_t period ;            /* ms; rotate a current that old; 0 never */
  int64_t age_at ;
  int64_t rotate_by ;
  struct timespec last ;      /* label of the newest archive */
  char const *processor ;
  pid_t pid ;                 /* of the processor, 0 none */
  uint8_t killed ;
  uint8_t waiting ;           /* archives may be waiting for the processor */
  unsigned int failures ;
  int64_t process_at ;
  char label[HF_LOG_LABEL + 1] ;
  char *text ;                /* the config file: patterns and words point into it */
  hf_logrule *rules ;
  unsigned int nouts ;
  hf_logout outs[HF_LOGDIR_OUTS] ;
  char *again ;               /* collapse: the last line, and how often it has come again */
  size_t again_len ;
  uint64_t again_n ;
  int64_t again_by ;
  uint64_t total_lines ;      /* lost for good, as the file "lost" says */
  uint64_t total_bytes ;
} ;

#define HF_LOG_SYNCS 16

enum hf_log_ending
{
  HF_LOG_RUNNING = 0,
  HF_LOG_DRAINING,            /* TERM: what was in the pipe, and the rest of the line */
  HF_LOG_LAST,                /* no more input: the last block */
  HF_LOG_PROCESSING           /* processors */
} ;

typedef struct hf_log_s hf_log ;
struct hf_log_s
{
  char *s ;                   /* the block: begins with what was left of the last one */
  size_t len ;
  size_t old ;                /* bytes of a line that began in an earlier block */
  size_t max ;                /* room */
  int spfd ;                  /* tells of signals */
  uint8_t open_line ;         /* the last byte read was not a newline */
  struct timespec when[2] ;   /* [0] of the line that began earlier, [1] of the rest */
  uint8_t have[2][HF_LOG_STAMP_N] ; /* length of the rendered stamps, 0: not yet */
  char stamp[2][HF_LOG_STAMP_N][HF_LOG_STAMP] ;

  size_t line_max ;           /* -l: bytes of a line that patterns and datagrams see */
  size_t block ;              /* bytes asked of one read */
  unsigned char const *map ;  /* -r, -R: 256 bytes, or null */
  uint8_t map_plain ;         /* map changes nothing but what is outside 32 to 126 */
  uint8_t match_stamp ;       /* patterns see the stamp too: multilog */
  uint8_t verbose ;
  uint8_t fifo ;              /* input is a pipe */
  uint8_t drain ;             /* TERM: read what is in the pipe, then the rest of the line */
  int retry_ms ;
  int backoff_ms ;            /* first pause after a processor failed */
  int backoff_max_ms ;

  hf_logdir *dirs ;
  unsigned int ndirs ;
  /* rereads the configuration and reopens: after HUP. 0: nothing left to log to */
  int (*reload) (hf_log *) ;

  int64_t now ;               /* hf_clock_ms at the last wakeup */
  uint8_t ending ;            /* enum hf_log_ending */
  uint8_t told ;              /* by TERM */
  size_t drain_left ;         /* bytes that were in the pipe at TERM */
  int64_t end_by ;
  pid_t syncer ;
  unsigned int nsyncs ;
  int syncs[HF_LOG_SYNCS] ;
} ;

/* One block read from where it was left to the end of the program: returns the exit code.
   Signals: TERM, HUP, ALRM, CHLD. */
extern int hf_log_run (hf_log *l) ;
extern int hf_log_init (hf_log *l) ;        /* allocates the block, traps the signals; 1, or 0 and errno */

/* Renders from *pos into out, at most room bytes, stopping after the line that reaches soft
   (then *ended is 1). Moves *pos. Number of bytes. */
extern size_t hf_log_render (hf_log *l, hf_logform const *f, hf_logpos *pos, char *out, size_t room, size_t soft, int *ended) ;

/* One line of the program's own, framed as the form says; n is at most
   HF_LOG_NOTE, out has room for HF_LOG_FRAME. */
extern size_t hf_log_frame (hf_log *l, hf_logform const *f, char const *text, size_t n, char *out) ;
extern size_t hf_log_json_escape (char *out, char const *s, size_t n) ;

/* The stamp of the line that begins at offset at, rendered. */
extern char const *hf_log_stamp_at (hf_log *l, int kind, size_t at, size_t *len) ;

/* Is the line, of which s[0..n) is seen, one for this form? */
extern int hf_log_chosen (hf_log *l, hf_logform const *f, size_t at, char const *s, size_t n) ;

/* The end of the line at offset at: 1 and *end (offset of its newline, or where len bytes
   are over: then *cut), or 0: not enough of it is here yet. */
extern int hf_log_line (hf_log const *l, size_t at, size_t limit, size_t *end) ;

/* Gives up what is left of the block for this sink and counts it. */
extern void hf_log_drop (hf_log *l, hf_logsink *k) ;
extern void hf_log_pass (hf_log *l, hf_logsink *k) ;   /* goes past the rest of a line not chosen */

/* A sink failed with errno: says so at most once a minute, sets the time of the next try. */
extern void hf_log_stall (hf_log *l, hf_logsink *k, char const *what, char const *name) ;
extern int hf_log_behind (hf_log *l, hf_logsink *k) ;  /* 1: input must wait for it */

/* stderr, but never waiting for it. */
extern void hf_log_say (char const *level, int err, char const *const *words) ;
#define hf_log_warn(...) hf_log_say("warning", 0, hf_words(__VA_ARGS__))
#define hf_log_warnsys(...) hf_log_say("warning", errno, hf_words(__VA_ARGS__))
#define hf_log_info(...) hf_log_say("info", 0, hf_words(__VA_ARGS__))

/* Log directories. */
extern void hf_logdir_init (hf_logdir *d, char const *name) ;
extern int hf_logdir_lock (hf_logdir *d, char const **what) ; /* opens and locks; 1, or 0, errno and what failed */
extern int hf_logdir_config (hf_log *l, hf_logdir *d) ; /* reads config: runit's letters and holdfast's words */
extern int hf_logdir_start (hf_log *l, hf_logdir *d) ;  /* opens current, looks after what a crash left */
extern void hf_logdir_stop (hf_log *l, hf_logdir *d) ;  /* closes current cleanly */
extern void hf_logdir_release (hf_logdir *d) ;          /* gives up the lock */
extern int hf_logdir_deliver (hf_log *l, hf_logdir *d) ;/* 1: has all of the block, 0: stalled */
extern void hf_logdir_tick (hf_log *l, hf_logdir *d) ;  /* deadlines */
extern int64_t hf_logdir_deadline (hf_log const *l, hf_logdir const *d) ;
extern int hf_logdir_rotate (hf_log *l, hf_logdir *d) ; /* 1 done (or nothing to do), 0 stalled */
extern void hf_logdir_want_rotate (hf_log *l, hf_logdir *d) ; /* at the end of the line, if one is being written */
extern void hf_logdir_prune (hf_log *l, hf_logdir *d) ;
extern int hf_logdir_trim (hf_logdir *d) ;              /* 1: deleted one archive to make room */
extern int hf_logdir_again (hf_log *l, hf_logdir *d) ;  /* writes how often the last line came again; 1, or 0 and errno */
extern void hf_logdir_note (hf_log *l, hf_logdir *d, char const *text, size_t n) ;
extern int hf_logdir_open_current (hf_log *l, hf_logdir *d) ;
extern void hf_logdir_newlabel (hf_logdir *d, char *label) ;
extern void hf_logdir_lost_load (hf_logdir *d) ;
extern void hf_logdir_lost_save (hf_logdir *d, hf_loglost const *lost) ;
extern void hf_logdir_process (hf_log *l, hf_logdir *d) ;      /* starts the processor if there is work */
extern int hf_logdir_processed (hf_log *l, hf_logdir *d, pid_t pid, int wstat) ; /* 1: it was this one's */
extern void hf_logdir_recover (hf_log *l, hf_logdir *d) ;      /* multilog's leftovers */

extern size_t hf_log_loss_text (char *s, hf_loglost const *lost) ; /* "svlogd: N lines lost ..."; at most 400 bytes */

/* A name of an archive: 27 bytes beginning with '@'. */
extern int hf_logdir_isarchive (char const *name) ;

/* Hands a rotated file to a child that brings it to the disk; takes the descriptor. */
extern void hf_log_sync (hf_log *l, int fd) ;
extern void hf_log_sync_run (hf_log *l) ;
extern int hf_log_sync_ended (hf_log *l, pid_t pid) ;

/* Other outputs. */
extern void hf_logout_init (hf_log const *l, hf_logout *o, int kind, char const *name) ;
extern int hf_logout_deliver (hf_log *l, hf_logdir *d, hf_logout *o) ;
extern void hf_logout_close (hf_logout *o) ;
extern int hf_logout_poll (hf_logout const *o, short *events) ; /* descriptor to wait for, or -1 */
/* Notes that the output takes nothing now and is to be polled. Always 0: not delivered. */
extern int hf_logout_wait (hf_log *l, hf_logout *o) ;
/* "1.2.3.4[:port]", "::1", "[::1]:port"; 1, 0 bad address, -1 bad port */
extern int hf_logout_address (hf_logout *o, char const *text, unsigned int port) ;
extern int hf_logout_path (hf_logout *o, char const *path) ;    /* a local socket; 1, or 0: too long */

/* One line through a syslog socket. 1 sent (or not severe enough), 0 stalled. */
extern int hf_logout_syslog (hf_log *l, hf_logout *o, size_t at, char const *s, size_t n) ;
extern int hf_logout_flush (hf_log *l, hf_logout *o) ;  /* 1: no record is pending */
extern size_t hf_logout_record (hf_log *l, hf_logout const *o, size_t at, int severity, char const *s, size_t n, char *out) ;

/* Severity (0 to 7) that a line names itself: "<3>", "error:", "WARN ". *skip: bytes of a "<N>". -1: none. */
extern int hf_log_severity (char const *s, size_t n, size_t *skip) ;
/* Large buffers, put behind all other data: a page of one is touched when it is needed, and they
   do not lie between the small variables, which so share few pages. */
#define HF_LOG_COLD __attribute__((common))
extern char hf_log_scratch[] ; /* HF_LOG_OUT + HF_LOG_FRAME: for one rendering at a time */
extern char hf_log_usual[] ;   /* the block, unless a larger one is wanted */

extern int hf_log_severity_scan (char const *word) ;    /* "err", "warning", "3" */
extern int hf_log_facility_scan (char const *word) ;
extern char const *hf_log_severity_name (int severity) ;

#endif
