/* What opensock and holdsock share: listening sockets passed by number (LISTEN_FDS) and by
   message (a holder's socket). */

#ifndef LISTEN_H
#define LISTEN_H

#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

#define LISTEN_FIRST 3        /* where LISTEN_FDS begins */
#define LISTEN_MAX 200        /* fewer than the kernel takes in one message */
#define LISTEN_NAME 255
#define LISTEN_NAMES 16384

/* The sockets this process was passed: how many, 0 if none or if they are another's. names gets
   the value of LISTEN_FDNAMES, or null. Dies of a value that is none. */
extern unsigned int listen_passed (char const **names) ;

/* Is this a name for a descriptor: printable, no colon, not too long? */
extern int listen_name_ok (char const *name) ;

/* An address for a path. 1, or 0 and ENAMETOOLONG. */
extern int listen_address (struct sockaddr_un *sa, char const *path) ;

/* One message with n descriptors and text. 1, or 0 and errno. */
extern int listen_send (int fd, int const *fds, unsigned int n, char const *text, size_t len) ;

/* The other side: descriptors close-on-exec. Their number, or -1 and errno (EPROTO: not such a
   message). text is ended with a null byte. */
extern int listen_receive (int fd, int *fds, unsigned int max, char *text, size_t size) ;

#endif
