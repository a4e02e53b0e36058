/* The sd_notify protocol, as far as notifysocket speaks it: pure, no system calls. */

#ifndef HF_NOTIFYMSG_H
#define HF_NOTIFYMSG_H

#include <stddef.h>
#include <stdint.h>

#define NOTIFYMSG_MAX 8192    /* longest datagram that is read */
#define NOTIFYMSG_STATUS 512  /* longest STATUS kept */
#define NOTIFYMSG_TEXT (NOTIFYMSG_STATUS + 256)

enum notify_state { NOTIFY_STARTING, NOTIFY_READY, NOTIFY_RELOADING, NOTIFY_STOPPING } ;

#define NOTIFY_GOT_READY 1u
#define NOTIFY_GOT_RELOADING 2u
#define NOTIFY_GOT_STOPPING 4u
#define NOTIFY_GOT_STATUS 8u
#define NOTIFY_GOT_ERRNO 16u
#define NOTIFY_GOT_MAINPID 32u
#define NOTIFY_GOT_ALIVE 64u      /* WATCHDOG=1 */
#define NOTIFY_GOT_TRIGGER 128u   /* WATCHDOG=trigger */
#define NOTIFY_GOT_USEC 256u      /* WATCHDOG_USEC= */
#define NOTIFY_GOT_EXTEND 512u    /* EXTEND_TIMEOUT_USEC= */

typedef struct notifymsg_s notifymsg ;
struct notifymsg_s
{
  unsigned int got ;          /* what the last datagram held */
  enum notify_state state ;
  uint32_t mainpid ;
  uint32_t err ;              /* ERRNO=, 0 if never told */
  uint32_t watchdog_ms ;
  uint32_t extend_ms ;
  char status[NOTIFYMSG_STATUS] ;
} ;

/* Takes one datagram in. 1, or 0 if it is no message (a NUL inside); unknown and wrong
   assignments are skipped. */
extern int notifymsg_scan (notifymsg *m, char const *s, size_t n) ;

/* Would the two be written differently? */
extern int notifymsg_differs (notifymsg const *a, notifymsg const *b) ;

/* The text of the status file into s (NOTIFYMSG_TEXT). Length. */
extern size_t notifymsg_text (notifymsg const *m, uint32_t pid, char *s) ;

#endif
