/* ISC license. */

/* From what the user typed to the names of services: patterns, -a, and -r. */

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <holdfast/message.h>
#include <holdfast/needs.h>
#include "sv.h"

void sv_names_add (sv_names *l, char const *word)
{
  if (l->n == l->max)
  {
    char const **old = l->v ;
    l->max = l->max ? 4 * l->max : 16 ;
    l->v = sv_keep(l->max * sizeof(char const *)) ;
    if (l->n) memcpy(l->v, old, l->n * sizeof(char const *)) ;
  }
  l->v[l->n++] = word ;
}

int sv_is_pattern (char const *word)
{
  return !!word[strcspn(word, "*?[")] ;
}

static int is_in (sv_names const *l, char const *word)
{
  for (unsigned int i = 0 ; i < l->n ; i++) if (!strcmp(l->v[i], word)) return 1 ;
  return 0 ;
}

struct match
{
  sv_names *l ;
  int again ;                 /* there are names already: none twice */
  char const *prefix ;        /* the directory as it was typed, with its slash */
  char const *suffix ;        /* "/log" or nothing */
} ;

static int found (char const *name, void *data)
{
  struct match *m = data ;
  char word[HF_PATH] ;
  size_t p = strlen(m->prefix), n = strlen(name), s = strlen(m->suffix) ;
  if (name[n - 1] == '@') return 0 ; /* a template runs nothing itself */
  if (p + n + s >= sizeof(word)) return 0 ;
  memcpy(word, m->prefix, p) ;
  memcpy(word + p, name, n) ;
  memcpy(word + p + n, m->suffix, s + 1) ;
  if (!m->again || !is_in(m->l, word)) sv_names_add(m->l, sv_copy(word)) ;
  return 0 ;
}

static int exists (char const *word)
{
  struct stat st ;
  hf_service s ;
  return hf_service_find(&s, word) && !lstat(s.dir, &st) ;
}

/* DIR/PATTERN or PATTERN, either with /log behind it. */
void sv_names_expand (sv_names *l, char const *word)
{
  struct match m = { .l = l, .again = l->n != 0, .prefix = "", .suffix = "" } ;
  char s[HF_PATH] ;
  size_t n = strlen(word) ;
  char *slash ;
  int r ;
  if (!sv_is_pattern(word) || n >= sizeof(s) || exists(word)) { sv_names_add(l, word) ; return ; }
  memcpy(s, word, n + 1) ;
  if (n > 4 && !strcmp(s + n - 4, "/log"))
  {
    m.suffix = "/log" ;
    s[n - 4] = 0 ;
  }
  slash = strrchr(s, '/') ;
  if (!slash) r = hf_service_each(hf_scandir(), s, &found, &m) ;
  else
  {
    char pattern[HF_PATH] ;
    memcpy(pattern, slash + 1, strlen(slash + 1) + 1) ;
    slash[1] = 0 ;
    m.prefix = s ;
    r = hf_service_each(s, pattern, &found, &m) ;
  }
  if (r <= 0) sv_names_add(l, word) ;
}

/* What a service needs comes before it in the list. */
struct closure
{
  sv_names *l ;
  char const *dir ;
  int depth ;
} ;

static void add_with_needs (sv_names *l, char const *word, int depth) ;

static int needed (char const *name, void *data)
{
  struct closure *c = data ;
  char path[HF_PATH] ;
  if (name[0] == '.' && hf_path_join(path, sizeof(path), c->dir, name)) name = path ;
  add_with_needs(c->l, sv_copy(name), c->depth + 1) ;
  return 0 ;
}

static void add_with_needs (sv_names *l, char const *word, int depth)
{
  static sv_names seen ;      /* also on the way down, which ends cycles */
  struct closure c = { .l = l, .depth = depth } ;
  sv_unit u ;
  char path[HF_PATH] ;
  if (is_in(&seen, word) || depth > 1000) return ;
  sv_names_add(&seen, word) ;
  sv_unit_find(&u, word) ;
  c.dir = u.dir ;
  if (u.dir && hf_path_join(path, sizeof(path), u.dir, "needs") && hf_needs_each(path, &needed, &c) < 0)
  {
    sv_flush() ;
    hf_message("warning", errno, hf_words("unable to read ", word, "/needs")) ;
  }
  sv_names_add(l, word) ;
}

void sv_names_all (sv_names *l, int n, char const *const *words)
{
  sv_names plain = { .v = 0, .n = 0, .max = 0 } ;
  struct match all = { .l = &plain, .again = 0, .prefix = "", .suffix = "" } ;
  memset(l, 0, sizeof(*l)) ;
  if (sv_opt.all && hf_service_each(hf_scandir(), "*", &found, &all) < 0)
    hf_diesys(SV_EXIT_FATAL, "unable to read ", hf_scandir()) ;
  for (int i = 0 ; i < n ; i++) sv_names_expand(&plain, words[i]) ;
  if (!sv_opt.needs) { *l = plain ; return ; }
  for (unsigned int i = 0 ; i < plain.n ; i++) add_with_needs(l, plain.v[i], 0) ;
}
