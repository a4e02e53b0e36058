/* ISC license. */

/* chpst's two halves. */

#ifndef CHPST_H
#define CHPST_H

#include <holdfast/env.h>
#include <holdfast/limits.h>

/* The environment directory: subdirectories are passed over (chpst -e) or fatal (envdir). */
extern void chpst_envdir (hf_env *env, char const *dir, int fatal, int verbose) ;

/* A lock on file, kept through the exec. */
extern void chpst_lock (char const *file, int wait) ;

/* One limit from a command line. Only digits, or also "=". 1, or 0: no number. */
extern int chpst_limit (hf_limits *limits, int letter, char const *word, int equals) ;
extern void chpst_limits (hf_limits const *limits) ;

extern void chpst_usage (char const *name) __attribute__((noreturn)) ;

/* Runs as the tool that name (argv[0]'s last part) means, and does not return; returns where
   it means none. */
extern void chpst_alias (char const *name, int argc, char const *const *argv) ;

#endif
