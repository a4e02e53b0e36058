/* ISC license. */

/* sv tree: what a service needs, drawn. */

#include <errno.h>
#include <string.h>

#include <holdfast/message.h>
#include <holdfast/needs.h>
#include "sv.h"

#define DEPTH 64

/* The names on the way down from the root, which is how a cycle is seen. */
struct place
{
  char const *name[DEPTH] ;
  char last[DEPTH] ;          /* is it the last child of its parent? */
  unsigned int depth ;
} ;

static int collect (char const *name, void *data)
{
  sv_names_add(data, sv_copy(name)) ;
  return 0 ;
}

static void needs_of (sv_names *l, char const *word)
{
  char path[HF_PATH] ;
  sv_unit u ;
  sv_unit_find(&u, word) ;
  if (!u.dir || !hf_path_join(path, sizeof(path), u.dir, "needs")) return ;
  if (hf_needs_each(path, &collect, l) < 0) hf_message("warning", errno, hf_words("unable to read ", word, "/needs")) ;
}

static sv_names seen ;

/* 1: it does not exist. */
static int line (struct place const *p, char const *word, char const *note)
{
  sv_unit u ;
  sv_unit_look(&u, word) ;
  sv_names_add(&seen, word) ;
  for (unsigned int i = 1 ; i < p->depth ; i++) sv_put(p->last[i] ? "   " : "|  ") ;
  if (p->depth) sv_put(p->last[p->depth] ? "`- " : "|- ") ;
  sv_put_name(word) ;
  sv_put(u.reach == SV_NODIR ? "  does not exist" : "  ") ;
  if (u.reach != SV_NODIR) sv_put(sv_state_word(&u)) ;
  if (sv_ready(&u) >= 0 && u.st.pid) sv_put(sv_ready(&u) ? ", ready" : ", not ready") ;
  sv_put(note) ;
  sv_put("\n") ;
  return u.reach == SV_NODIR ;
}

static int draw (struct place *p, char const *word)
{
  sv_names l = { .v = 0, .n = 0, .max = 0 } ;
  int bad ;
  for (unsigned int i = 0 ; i < p->depth ; i++)
    if (!strcmp(p->name[i], word)) { line(p, word, "  (a cycle)") ; return 1 ; }
  bad = line(p, word, p->depth == DEPTH - 1 ? "  (too deep)" : "") ;
  if (p->depth == DEPTH - 1) return 1 ;
  needs_of(&l, word) ;
  p->name[p->depth++] = word ;
  for (unsigned int i = 0 ; i < l.n ; i++)
  {
    p->last[p->depth] = i + 1 == l.n ;
    bad |= draw(p, l.v[i]) ;
  }
  p->depth-- ;
  return bad ;
}

static int is_in (sv_names const *all, char const *word)
{
  for (unsigned int i = 0 ; i < all->n ; i++) if (!strcmp(all->v[i], word)) return 1 ;
  return 0 ;
}

/* Without names: those that nobody needs, and then what cycles hide. */
int sv_tree (int argc, char const *const *argv)
{
  static sv_option const opts[] = { { 0, 0, 0 } } ;
  sv_args a = SV_ARGS("tree", "[service ...]", opts, argc, argv) ;
  sv_names l, needed = { .v = 0, .n = 0, .max = 0 }, words = { .v = 0, .n = 0, .max = 0 } ;
  struct place p ;
  int bad = 0 ;
  while (!sv_args_next(&a)) sv_names_add(&words, a.arg) ;
  if (!words.n) sv_opt.all = 1 ;
  sv_opt.needs = 0 ;
  sv_names_all(&l, (int)words.n, words.v) ;
  if (!words.n) for (unsigned int i = 0 ; i < l.n ; i++) needs_of(&needed, l.v[i]) ;
  for (int pass = 0 ; pass < 2 ; pass++)
    for (unsigned int i = 0 ; i < l.n ; i++)
    {
      if (is_in(pass ? &seen : &needed, l.v[i])) continue ;
      p.depth = 0 ;
      bad |= draw(&p, l.v[i]) ;
    }
  sv_flush() ;
  return bad ;
}
