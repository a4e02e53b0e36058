/* ISC license. */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <stdint.h>
#include <sys/resource.h>

#include <skalibs/types.h>

#include <holdfast/limits.h>
#include <holdfast/policy.h>

static struct { char letter ; int8_t resource ; char const *name ; } const table[] =
{
#ifdef RLIMIT_AS
  { 'a', RLIMIT_AS, "address space" },
#endif
  { 'c', RLIMIT_CORE, "core size" },
  { 'd', RLIMIT_DATA, "data segment" },
#ifdef RLIMIT_NICE
  { 'e', RLIMIT_NICE, "nice ceiling" },
#endif
  { 'f', RLIMIT_FSIZE, "file size" },
#ifdef RLIMIT_SIGPENDING
  { 'i', RLIMIT_SIGPENDING, "pending signals" },
#endif
#ifdef RLIMIT_MEMLOCK
  { 'l', RLIMIT_MEMLOCK, "locked memory" },
#endif
  { 'o', RLIMIT_NOFILE, "open files" },
#ifdef RLIMIT_NPROC
  { 'p', RLIMIT_NPROC, "processes" },
#endif
#ifdef RLIMIT_RTPRIO
  { 'P', RLIMIT_RTPRIO, "real-time priority" },
#endif
#ifdef RLIMIT_MSGQUEUE
  { 'q', RLIMIT_MSGQUEUE, "message queues" },
#endif
#ifdef RLIMIT_RSS
  { 'r', RLIMIT_RSS, "resident set" },
#endif
#ifdef RLIMIT_RTTIME
  { 'R', RLIMIT_RTTIME, "real-time run" },
#endif
  { 's', RLIMIT_STACK, "stack" },
  { 't', RLIMIT_CPU, "CPU time" },
#ifdef RLIMIT_LOCKS
  { 'x', RLIMIT_LOCKS, "file locks" },
#endif
} ;
#define N (sizeof(table) / sizeof(table[0]))

char const hf_limits_options[] = "a:c:d:e:f:i:l:m:o:p:P:q:r:R:s:t:x:" ;

static int resource (int letter)
{
  for (unsigned int i = 0 ; i < N ; i++) if (table[i].letter == letter) return table[i].resource ;
  return -1 ;
}

static int scan (char const *word, int both, uint8_t *kind, rlim_t *value)
{
  uint64_t u ;
  *value = 0 ;
  if (word[0] == '=' && !word[1]) { *kind = HF_LIMIT_HARD ; return 1 ; }
  if (word[0] == '-' && !word[1]) { *kind = HF_LIMIT_UNLIMITED ; return 1 ; }
  if (!uint640_scan(word, &u)) return 0 ;
  *kind = both ? HF_LIMIT_BOTH : HF_LIMIT_SOFT ;
  *value = u >= (uint64_t)RLIM_INFINITY ? RLIM_INFINITY : (rlim_t)u ;
  return 1 ;
}

int hf_limits_add (hf_limits *l, int letter, char const *word, int both)
{
  char const one[2] = { (char)letter, 0 } ;
  char value[64] ;
  uint8_t kind ;
  rlim_t v ;
  int found = 0 ;
  if (word[0] == '@')
  {
    if (hf_value_read(word + 1, value, sizeof(value)) < 0) return -1 ;
    word = value ;
  }
  if (!scan(word, both, &kind, &v)) return 0 ;
  for (char const *p = letter == 'm' ? "adls" : one ; *p ; p++)
  {
    int r = resource(*p) ;
    if (r < 0 || r >= HF_LIMITS_N) continue ;
    l->kind[r] = kind ;
    l->value[r] = v ;
    found = 1 ;
  }
  return found ? 1 : -2 ;
}

char const *hf_limit_name (int r)
{
  for (unsigned int i = 0 ; i < N ; i++) if (table[i].resource == r) return table[i].name ;
  return "?" ;
}
