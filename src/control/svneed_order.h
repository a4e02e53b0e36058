#ifndef SVNEED_ORDER_H
#define SVNEED_ORDER_H

/* Follows the needs of a service, and theirs. Dies with a message if they go in a circle. */
extern void svneed_order (char const *scandir, char const *self, char const *name) ;

#endif
