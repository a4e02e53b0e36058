/* The datagram socket of notifysocket. */

#ifndef HF_NOTIFYSOCK_H
#define HF_NOTIFYSOCK_H

#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>

#include "notifymsg.h"

#define NOTIFYSOCK_NAME (sizeof(((struct sockaddr_un *)0)->sun_path) + 2)

/* One datagram. What was sent along with it is closed by notifysock_release only: the sender of
   a BARRIER waits for just this. */
typedef struct notifysock_s notifysock ;
struct notifysock_s
{
  pid_t pid ;                 /* of the sender, or 0: not known */
  uid_t uid ;
  size_t len ;
  char s[NOTIFYMSG_MAX] ;
  struct msghdr m ;
  union { struct cmsghdr align ; char s[CMSG_SPACE(253 * sizeof(int)) + 256] ; } control ;
} ;

/* Makes it at this path, or where there is none with a name of the kernel's choice. Dies. */
extern int notifysock_open (char const *path) ;
extern void notifysock_forget (char const *path) ;       /* removes it, if it still is that one */
extern void notifysock_name (int fd, int is_path, char *name) ; /* as NOTIFY_SOCKET has it; NOTIFYSOCK_NAME */
extern int notifysock_receive (int fd, notifysock *d) ;  /* 1 whole, -1 it was too long, 0 there is none */
extern void notifysock_release (notifysock *d) ;

#endif
