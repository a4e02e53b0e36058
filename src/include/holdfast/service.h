/* Finding a service: from the word a user types to its service directory and to the
   directory that holds its state.

   A name beginning with '/' or '.', or ending with '/', is a path; any other name is
   relative to the scan directory ($SVDIR, else the built-in one). NAME/log is the logger of NAME.

   The state is in, in this order:
     $HF_STATEDIR/NAME/supervise      if HF_STATEDIR is set and not empty
     SCANDIR/.state/NAME/supervise    if SCANDIR/.state exists and has NAME, or NAME is an instance
     DIR/supervise                    otherwise
   where SCANDIR is the directory that NAME lies in. An instance is a symbolic link "name@inst"
   to a directory whose own name ends in '@'. */

#ifndef HF_SERVICE_H
#define HF_SERVICE_H

#include <limits.h>

#define HF_PATH 1024         /* longer paths are refused: a buffer is a page a supervisor dirties */
#define HF_NAME 256

typedef struct hf_service_s hf_service ;
struct hf_service_s
{
  char name[HF_NAME] ;        /* last component; "foo/log" for a logger */
  char instance[HF_NAME] ;    /* "inst" of "name@inst", else empty */
  char dir[HF_PATH] ;         /* the service directory */
  char state[HF_PATH] ;       /* its supervise directory; need not exist */
} ;

/* The scan directory in force: $SVDIR or the built-in one. Static, never null. */
extern char const *hf_scandir (void) ;

/* Joins up to n-1 bytes of a, '/', b. 1, or 0 and ENAMETOOLONG. */
extern int hf_path_join (char *out, size_t n, char const *a, char const *b) ;

/* Fills s from what the user typed. Checks nothing on disk but what the rules above need.
   1, or 0 and errno (ENOENT for an empty word, ENAMETOOLONG). */
extern int hf_service_find (hf_service *s, char const *word) ;

/* The same for an entry of a given scan directory (a path, "." allowed). */
extern int hf_service_in (hf_service *s, char const *scandir, char const *name) ;

/* All services of a scan directory whose names match the shell pattern, sorted.
   Entries beginning with '.', plain files and dangling links are left out. For each calls
   f(name, data); stops when f returns nonzero. Number visited, or -1 and errno. */
extern int hf_service_each (char const *scandir, char const *pattern, int (*f) (char const *, void *), void *data) ;

#endif
