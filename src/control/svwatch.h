/* What the two parts of svwatch share: an event is the state of a service after a change. */

#ifndef SVWATCH_H
#define SVWATCH_H

#include <stddef.h>
#include <stdint.h>
#include "look.h"

#define EVENT_MAX 4096        /* longest line */

typedef struct event_s event ;
struct event_s
{
  uint8_t state ;             /* enum event_state */
  uint8_t want, why ;
  uint8_t ready ;
  uint32_t pid, starts, deaths ;
  int32_t wstat ;             /* of the last run, or -1 */
} ;

/* What a look shows. */
extern void event_take (event *e, look const *l) ;

/* Is there anything to tell between the two? */
extern int event_differs (event const *a, event const *b) ;

/* The state in one word. */
extern char const *event_word (event const *e) ;

/* One line with its newline into s (EVENT_MAX). Length. */
extern size_t event_line (event const *e, char const *name, char *s) ;
extern size_t event_json (event const *e, char const *name, char *s) ;

/* The variables SVWATCH_* for a program. */
extern void event_setenv (event const *e, char const *name, char const *old) ;

#endif
