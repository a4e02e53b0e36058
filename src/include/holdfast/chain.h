/* What every link of a chain does: read its options, and run the rest of its command line. */

#ifndef HF_CHAIN_H
#define HF_CHAIN_H

#include <skalibs/sgetopt.h>

/* Next option of opts (subgetopt's form), -1 at the end, '?' for a wrong one, which has then
   been announced the way getopt does: "PROG: illegal option -- z" or "PROG: option requires
   an argument -- m". */
extern int hf_option (int argc, char const *const *argv, char const *opts, subgetopt *l) ;

/* The number that is an option's argument, one that fits into an int; else says so and how the
   program is called, and exits 100. */
extern unsigned int hf_option_number (char const *word, char const *usage) ;

/* Executes file, searched in PATH unless it has a slash, with these arguments. Returns on
   failure, with errno. PATH is the caller's own, not envp's; an empty element is the current
   directory; a file that may not be executed does not end the search, but its errno is kept
   when nothing better is found. */
extern void hf_pathexec (char const *file, char const *const *argv, char const *const *envp) ;

/* Says "PROG: fatal: WHATFILE: REASON" with errno's reason, which it keeps; where the file is
   there but not the interpreter its #! line names, or its dynamic loader, it says that. */
extern void hf_exec_failed (char const *what, char const *file) ;

/* hf_pathexec with argv[0] for file; on failure says "PROG: fatal: unable to run ARGV0: REASON"
   and exits 111, as all of daemontools does. (hf_exec in message.h has runit's wording.) */
extern void hf_run (char const *const *argv, char const *const *envp) __attribute__((noreturn)) ;

#endif
