/* "user", "user:group" or ":group", as chown(1) takes it. */

#ifndef OWNER_H
#define OWNER_H

#include <sys/types.h>

typedef struct owner_s owner ;
struct owner_s { uid_t uid ; gid_t gid ; } ; /* -1: unchanged */
#define OWNER_ZERO { .uid = (uid_t)-1, .gid = (gid_t)-1 }

/* A user without a group brings the login group along. Dies of a word that names nobody. */
extern void owner_read (owner *o, char const *word) ;

#endif
