/* ISC license. */

#include <holdfast/env.h>

/* The linker puts common storage last. */
hf_env hf_env_here __attribute__((common)) ;
