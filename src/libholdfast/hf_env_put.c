/* ISC license. */

#include <errno.h>
#include <string.h>

#include <holdfast/env.h>

#include "hf_env-internal.h"

#define CHUNK 65536

static void drop (hf_env *e, char const *name, size_t n)
{
  size_t j = 0 ;
  for (size_t i = 0 ; i < e->n ; i++)
  {
    char const *s = e->v[i] ;
    if (*s == *name && !strncmp(s, name, n) && s[n] == '=') continue ;
    if (i != j) e->v[j] = s ;
    j++ ;
  }
  if (e->n != j) e->v[e->n = j] = 0 ;
}

/* One more pointer, and the null after it. */
static int room (hf_env *e)
{
  char const **v ;
  if (e->n + 1 < e->max) return 1 ;
  v = hf_env_alloc(2 * e->max * sizeof(char *)) ;
  if (!v) return 0 ;
  memcpy(v, e->v, (e->n + 1) * sizeof(char *)) ;
  e->v = v ;
  e->max *= 2 ;
  return 1 ;
}

char *hf_env_reserve (hf_env *e, char const *start, size_t have, size_t want)
{
  size_t n = have + want ;
  char *s ;
  if (n < have) { errno = ENOMEM ; return 0 ; }
  if (n <= e->left) return e->text ;
  if (n < CHUNK) n = CHUNK ;
  s = hf_env_alloc(n) ;
  if (!s) return 0 ;
  if (have) memcpy(s, start, have) ;
  e->text = s ;
  e->left = n ;
  return s ;
}

/* The string "name=value" stands at e->text, len bytes with its null: it becomes a variable. */
int hf_env_commit (hf_env *e, size_t namelen, size_t len)
{
  drop(e, e->text, namelen) ;
  if (!room(e)) return 0 ;
  e->v[e->n++] = e->text ;
  e->v[e->n] = 0 ;
  e->text += len ;
  e->left -= len ;
  return 1 ;
}

int hf_env_put (hf_env *e, char const *name, char const *value)
{
  size_t n = strlen(name) ;
  size_t m ;
  char *s ;
  if (!n || memchr(name, '=', n)) { errno = EINVAL ; return 0 ; }
  if (!value) { drop(e, name, n) ; return 1 ; }
  m = strlen(value) + 1 ;
  s = hf_env_reserve(e, 0, 0, n + 1 + m) ;
  if (!s) return 0 ;
  memcpy(s, name, n) ;
  s[n] = '=' ;
  memcpy(s + n + 1, value, m) ;
  return hf_env_commit(e, n, n + 1 + m) ;
}
