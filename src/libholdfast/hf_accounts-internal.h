/* ISC license. */

#ifndef HF_ACCOUNTS_INTERNAL_H
#define HF_ACCOUNTS_INTERNAL_H

#include <stddef.h>

#include <holdfast/ids.h>

#include "config.h"

#define HF_PASSWD "/etc/passwd"
#define HF_GROUP "/etc/group"

/* Which sources there are: see ids.h. */
#if defined(__GLIBC__) && !HF_STATIC_GLIBC
# define HF_ACCOUNTS_FILES 0
# define HF_ACCOUNTS_LIBC 1
#elif HF_STATIC_GLIBC
# define HF_ACCOUNTS_FILES 1
# define HF_ACCOUNTS_LIBC 0
#else
# define HF_ACCOUNTS_FILES 1
# define HF_ACCOUNTS_LIBC 1
#endif

/* A whole file: in buf if it fits, else in mapped memory. Its text, or null and errno (ENOENT
   gives an empty text: no file, no accounts). */
#define HF_ACCOUNTS_BUF 4096
extern char const *hf_accounts_read (char const *file, char *buf, size_t *len) ;

/* A line cut at its colons. */
#define HF_FIELDS 7
typedef struct hf_fields_s hf_fields ;
struct hf_fields_s
{
  char const *s[HF_FIELDS] ;
  size_t len[HF_FIELDS] ;
} ;

/* Cuts the line at *text into n fields and moves on to the next one. 1; 0 at the end. Lines
   with fewer fields are passed over. */
extern int hf_accounts_line (char const **text, size_t *len, unsigned int n, hf_fields *f) ;

extern int hf_accounts_is (hf_fields const *f, unsigned int i, char const *word) ;
extern int hf_accounts_id (hf_fields const *f, unsigned int i, unsigned int *id) ;

/* Adds a group unless it is there. 1, or 0: full. */
extern int hf_ids_add (hf_ids *ids, gid_t gid) ;

#endif
