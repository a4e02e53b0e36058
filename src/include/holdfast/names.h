/* The names in a directory, without allocating anything (where the system is Linux). */

#ifndef HF_NAMES_H
#define HF_NAMES_H

/* Calls f(name, data) for each name in the directory path but "." and "..", until it returns
   nonzero: returns that, or 0, or -1 and errno if the directory cannot be read. */
extern int hf_names_each (char const *path, int (*f) (char const *, void *), void *data) ;

#endif
