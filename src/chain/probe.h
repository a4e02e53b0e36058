/* The probes of readywhen: questions whose answer tells whether a daemon is usable. */

#ifndef HF_PROBE_H
#define HF_PROBE_H

#include <stdint.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <netinet/in.h>

#include <holdfast/companion.h>

enum probe_kind { PROBE_COMMAND, PROBE_TCP, PROBE_UNIX, PROBE_FILE, PROBE_LOG, PROBE_UP } ;

/* Quiet probes only look; the others run something or connect, and so are asked in turn and
   not at every change that inotify tells of. */
#define probe_is_quiet(p) ((p)->kind >= PROBE_FILE)

typedef struct probe_s probe ;
struct probe_s
{
  enum probe_kind kind ;
  char const *arg ;
  union { struct sockaddr sa ; struct sockaddr_in in ; struct sockaddr_in6 in6 ; struct sockaddr_un un ; } addr ;
  socklen_t addrlen ;
  struct stat before ;        /* PROBE_FILE: as it was before the daemon; st_nlink 0: absent */
  char const *logfile ;       /* PROBE_LOG */
  int fd ;                    /* PROBE_LOG: open where it was read last, or -1 */
  int seen ;                  /* PROBE_LOG: the pattern has been there */
  unsigned int len ;
  char line[1024] ;           /* PROBE_LOG: the last line so far */
  int64_t since ;             /* PROBE_UP: hf_clock_ms when it began */
  uint32_t ms ;               /* PROBE_UP */
} ;

/* Is the word a port, or address:port, [address]:port? 1, or 0. */
extern int probe_scan_tcp (probe *p, char const *word) ;

/* Fills the address of a Unix socket; '@' begins an abstract name. 1, or 0: too long. */
extern int probe_scan_unix (probe *p, char const *path) ;

/* Feeds bytes of the log; sets seen. */
extern void probe_feed (probe *p, char const *s, unsigned int n) ;

/* Remembers how things are before the daemon starts. 1, or 0 and errno. */
extern int probe_begin (probe *p, int64_t now) ;

/* Asks. 1 yes, 0 no. health: the daemon was ready before, so a file need only be there, and
   log and time are done. Ends at the deadline, or when the daemon dies; what it ran is killed. */
extern int probe_ask (probe *p, hf_companion const *c, int64_t deadline, int health, int verbose) ;

/* The directory whose changes may change the answer, into s (HF_PATH). 1, or 0: none. */
extern int probe_directory (probe const *p, char *s) ;

#endif
