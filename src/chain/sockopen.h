/* Opening one listening socket for opensock. */

#ifndef SOCKOPEN_H
#define SOCKOPEN_H

#include "owner.h"

typedef struct sockspec_s sockspec ;
struct sockspec_s
{
  char const *word ;          /* "tcp:ADDRESS:PORT", "unix:PATH", ... or a holder's path */
  char const *name ;          /* for LISTEN_FDNAMES */
  int holder ;
  unsigned int mode ;         /* Unix sockets: mode and owner */
  owner who ;
  int backlog ;
} ;

/* Dies if the word is no socket's: to be asked before the first socket is opened. */
extern void sockopen_check (char const *word) ;

/* A socket, close-on-exec, bound and, where its type has that, listening. Dies saying why. */
extern int sockopen (sockspec const *s) ;

/* A new socket, close-on-exec, for the thing called word; -1 only for a family this machine
   does not have, else it dies. */
extern int sockopen_new (int family, int type, char const *word) ;

#endif
