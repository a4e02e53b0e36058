/* Finding another of these programs: the one that lies in the same directory as this one, so
   that another suite's program of that name is never taken for it. */

#ifndef BESIDE_H
#define BESIDE_H

#define BESIDE 4096

/* The path of the program name into s. */
extern void beside (char *s, char const *name) ;

#endif
