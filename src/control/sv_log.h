/* ISC license. */

/* Reading the log of a service: the rotated files of its directory in order, then "current". */

#ifndef SV_LOG_H
#define SV_LOG_H

#include <stddef.h>
#include <stdint.h>

#include "sv.h"

#define SV_LOG_BUFFER 65536

typedef struct sv_source_s sv_source ;
struct sv_source_s
{
  char const *name ;
  char const *dir ;           /* with rotated files; null: a single file */
  char const *current ;       /* what is written now */
  char **file ;               /* all, the oldest first; the last is current */
  unsigned int nfiles ;
  unsigned int at ;           /* the one being read */
  unsigned int warned ;       /* one more than the last compressed one that was told of */
  int fd ;
  uint64_t ino ;
  int64_t end_ns ;            /* unstamped lines of a rotated file are not younger than this */
  char *buf ;
  size_t start, len ;         /* unread bytes in buf */
  char const *line ;          /* the present line, without newline; null: none */
  size_t line_len ;
  size_t stamp_len ;          /* how much of it is a stamp */
  int64_t ns ;                /* its time; Unix time in nanoseconds */
  unsigned int has_line : 1 ;
  unsigned int goes_on : 1 ;  /* this was a part only: more of the line comes */
  unsigned int came_on : 1 ;  /* this is not the first part */
} ;

/* 1, or 0: there is no log that can be found (said). */
extern int sv_source_open (sv_source *s, char const *word) ;

/* Goes to where the last n lines begin. Number of lines that are there, at most n. */
extern uint64_t sv_source_last (sv_source *s, uint64_t n) ;

/* Leaves out rotated files that end before that time. */
extern void sv_source_skip (sv_source *s, int64_t since_ns) ;

/* The next line; 1, or 0 where there is none (yet). whole: only what ends in a newline. */
extern int sv_source_next (sv_source *s, int whole) ;

/* After the end, when following: is there more, perhaps in a new file? Keeps its place. */
extern void sv_source_again (sv_source *s) ;

/* sv_stamp.c: a stamp at the beginning of a line: TAI64N, or svlogd's -tt and -ttt.
   Its length with the blank after it, or 0. */
extern size_t sv_stamp_scan (char const *s, size_t n, int64_t *ns) ;

/* "10m", "2h", "2026-11-28", "2026-11-28 10:00[:00]" (local time), "@1795851110", a TAI64N
   label. 1, or 0. */
extern int sv_stamp_since (char const *word, int64_t *ns) ;
extern void sv_put_local (int64_t ns) ;

#endif
