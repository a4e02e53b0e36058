/* ISC license. */

#ifndef SV_EDIT_H
#define SV_EDIT_H

#include <stddef.h>

/* Reads a line without its newline: edited, with history and completion, on a terminal; as it
   comes otherwise. 1, or 0 at the end. */
extern int sv_edit_line (char const *prompt, char *line, size_t n) ;

#endif
