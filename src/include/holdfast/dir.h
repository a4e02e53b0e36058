/* ISC license. */

#ifndef HF_DIR_H
#define HF_DIR_H

/* Calls f(name, data) for each entry of dir, "." and ".." among them, until it returns nonzero.
   That value; 0 at the end; -1 and errno if the directory cannot be read. Allocates nothing
   where the system has getdents64(2); readdir(3), the fallback, does. */
extern int hf_dir_each (char const *dir, int (*f) (char const *name, void *data), void *data) ;

#endif
