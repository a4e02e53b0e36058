/* What daemontools' clients share: an argument is a directory, relative to the current one. */

#ifndef SVDIR_H
#define SVDIR_H

#include <stddef.h>
#include <holdfast/service.h>

/* Finds the directory and its supervise directory. 1; or 0 and errno, as chdir would have it. */
extern int svdir_find (hf_service *s, char const *dir) ;

/* The same for its logger. */
extern int svdir_find_log (hf_service *s, char const *dir) ;

#endif
