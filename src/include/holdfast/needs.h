/* The file "needs" of a service directory: the services that must be ready before this one
   runs. One name a line, as in the scan directory (a name that begins with '/' or '.' is a
   path); blanks around it are not part of it; empty lines and lines beginning with '#' are
   skipped. */

#ifndef HF_NEEDS_H
#define HF_NEEDS_H

#include <stddef.h>

#define HF_NEEDS_MAX 16384    /* bytes in the file */

/* Calls f(name, data) for each name in the text s of length n, which is changed and must have
   room for a NUL after it. Stops when f returns nonzero and returns that; else 0. */
extern int hf_needs_scan (char *s, size_t n, int (*f) (char const *, void *), void *data) ;

/* The same for a file. An absent file has no names. 0, f's nonzero value, or -1 and errno
   (EMSGSIZE: larger than HF_NEEDS_MAX; ENOENT: a link that leads nowhere). */
extern int hf_needs_each (char const *file, int (*f) (char const *, void *), void *data) ;

#endif
