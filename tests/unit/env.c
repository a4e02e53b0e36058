/* ISC license. */

#include <errno.h>
#include <string.h>

#include <holdfast/env.h>
#include <holdfast/limits.h>

#include "tap.h"

static hf_env env ;

static char const *last (void) { return env.n ? env.v[env.n - 1] : "" ; }

static void growth (void)
{
  static char const *from[301] ;
  static char big[100000] ;
  char name[8] = "V000" ;
  int good = 1 ;
  for (int i = 0 ; i < 300 ; i++) from[i] = "X=1" ;
  ok(hf_env_init(&env, from) && env.n == 300 && !env.v[300], "a large environment") ;
  memset(big, 'b', sizeof(big) - 1) ;
  ok(hf_env_put(&env, "BIG", big) && env.n == 301 && !strcmp(last() + 4, big), "a large value") ;
  ok(hf_env_put(&env, "X", 0) && env.n == 1 && !env.v[1], "all of a name are removed") ;
  ok(hf_env_init(&env, 0) && !env.n && !env.v[0], "an empty environment") ;
  for (int i = 0 ; i < 999 ; i++)
  {
    name[1] = (char)('0' + i / 100) ;
    name[2] = (char)('0' + i / 10 % 10) ;
    name[3] = (char)('0' + i % 10) ;
    good = good && hf_env_put(&env, name, "some value that fills the room there is") && env.n == (size_t)i + 1 ;
  }
  ok(good && !strncmp(env.v[0], "V000=some", 9) && !env.v[999], "it grows") ;
  ok(hf_env_put(&env, "V00", "shorter") && env.n == 1000 && !strcmp(last(), "V00=shorter"), "a part of a name is another name") ;
}

static void words (void)
{
  hf_limits l = HF_LIMITS_ZERO ;
  ok(hf_limits_add(&l, 'o', "10", 0) == 1 && l.kind[RLIMIT_NOFILE] == HF_LIMIT_SOFT && l.value[RLIMIT_NOFILE] == 10, "a number") ;
  ok(hf_limits_add(&l, 'o', "=", 0) == 1 && l.kind[RLIMIT_NOFILE] == HF_LIMIT_HARD, "the last word wins") ;
  ok(hf_limits_add(&l, 'm', "-", 0) == 1 && l.kind[RLIMIT_AS] == HF_LIMIT_UNLIMITED && l.kind[RLIMIT_DATA] == HF_LIMIT_UNLIMITED
    && l.kind[RLIMIT_STACK] == HF_LIMIT_UNLIMITED && l.kind[RLIMIT_MEMLOCK] == HF_LIMIT_UNLIMITED, "m is four limits") ;
  ok(!hf_limits_add(&l, 'o', "", 0) && !hf_limits_add(&l, 'o', "1x", 0) && !hf_limits_add(&l, 'o', "-1", 0)
    && !hf_limits_add(&l, 'o', "99999999999999999999", 0), "no values") ;
  ok(hf_limits_add(&l, 'o', "@/no/such/file", 0) == -1 && errno == ENOENT, "a file that is not there") ;
  ok(hf_limits_add(&l, 'Z', "1", 0) == -2, "an unknown letter") ;
  ok(!strcmp(hf_limit_name(RLIMIT_NOFILE), "open files"), "names") ;
}

int main (void)
{
  growth() ;
  words() ;
  return done() ;
}
