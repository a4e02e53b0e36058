/* ISC license. */

#ifndef HF_ENV_INTERNAL_H
#define HF_ENV_INTERNAL_H

#include <holdfast/env.h>

/* Makes room for want bytes after the have bytes that stand at start (which is e->text, or
   nothing): they are moved if need be. The new e->text, or null and errno. */
extern char *hf_env_reserve (hf_env *e, char const *start, size_t have, size_t want) ;

extern int hf_env_commit (hf_env *e, size_t namelen, size_t len) ;

#endif
