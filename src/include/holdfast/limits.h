/* Resource limits by letter. First all words are read, then all limits are set, so that a
   wrong word leaves nothing half done. The last word for a resource wins.

     a address space    c core          d data             e nice ceiling
     f file size        i signals       l locked memory    m = a d l s together
     o open files       p processes     P real-time priority  q message queues
     r resident set     R real-time microseconds  s stack  t CPU seconds   x file locks

   A value is a decimal number, "=" for the hard limit, "-" for no limit (soft and hard), or
   "@FILE": one of these in the first line of FILE. A soft limit above the hard one becomes the
   hard one. */

#ifndef HF_LIMITS_H
#define HF_LIMITS_H

#include <stdint.h>
#include <sys/resource.h>

#define HF_LIMITS_N 16

enum hf_limit_kind { HF_LIMIT_NONE = 0, HF_LIMIT_SOFT, HF_LIMIT_BOTH, HF_LIMIT_HARD, HF_LIMIT_UNLIMITED } ;

typedef struct hf_limits_s hf_limits ;
struct hf_limits_s
{
  uint8_t kind[HF_LIMITS_N] ; /* indexed by resource */
  rlim_t value[HF_LIMITS_N] ;
} ;
#define HF_LIMITS_ZERO { .kind = { 0 } }

/* Letters of the limits this system has, as hf_option wants them: "a:c:d:...". */
extern char const hf_limits_options[] ;

/* Adds one: both is 1 to set the hard limit to the number too. 1; 0 the word is no value;
   -1 the file named could not be read (errno); -2 unknown letter, or no such limit here. */
extern int hf_limits_add (hf_limits *l, int letter, char const *word, int both) ;

/* Sets them. 0, or -1 with errno and *resource. */
extern int hf_limits_set (hf_limits const *l, int *resource) ;

/* "address space" for RLIMIT_AS. Static. */
extern char const *hf_limit_name (int resource) ;

#endif
