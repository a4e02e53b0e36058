/* ISC license. */

/* The files named "needs": who needs whom, as a list of entry numbers for each entry. Read
   when an order is wanted, for a start of many or for the stop of all. */

#include <stdlib.h>

#include <holdfast/needs.h>
#include "runsvdir.h"

static int add_edge (struct needs *n, uint32_t to)
{
  if (n->n == n->max)
  {
    size_t max = n->max ? 2 * n->max : 64 ;
    uint32_t *p = realloc(n->edge, max * sizeof(uint32_t)) ;
    if (!p) return 0 ;
    n->edge = p ;
    n->max = max ;
  }
  n->edge[n->n++] = to ;
  return 1 ;
}

/* A name that is none of ours is no matter of order. Nonzero: no memory. */
static int add_name (char const *name, void *data)
{
  struct tree *t = data ;
  uint32_t j = table_by_name(&t->t, name) ;
  return j != NONE && j != t->needs.of && !add_edge(&t->needs, j) ;
}

/* A file that cannot be read is svneed's to complain of. */
static int read_one (struct tree *t, uint32_t i)
{
  struct entry *e = t->t.e + i ;
  char path[HF_NAME + 16] ;
  t->needs.of = i ;
  e->edge = (uint32_t)t->needs.n ;
  if (hf_path_join(path, sizeof(path), e->name, "needs") && hf_needs_each(path, &add_name, t) > 0) return 0 ;
  e->edge_n = (uint32_t)t->needs.n - e->edge ;
  return 1 ;
}

int needs_read (struct tree *t, int starting)
{
  int ok = 1 ;
  t->needs.n = 0 ;
  for (uint32_t i = 0 ; i < t->t.used ; i++)
  {
    struct entry *e = t->t.e + i ;
    e->edge_n = e->users = 0 ;
    e->after = i ;
    if (e->flags & FLAG_USED && (!starting || e->line == LINE_START)) ok = ok && read_one(t, i) ;
  }
  return ok ;
}

/* Depth first: an entry goes to the end of the line when all that it needs has gone there. A
   circle is cut where it was entered. Here users counts the edges that were followed. */
static void put_after_needs (struct tree *t, uint32_t i)
{
  t->t.e[i].after = NONE ;
  while (i != NONE)
  {
    struct entry *e = t->t.e + i ;
    if (e->users < e->edge_n)
    {
      uint32_t j = t->needs.edge[e->edge + e->users++] ;
      if (t->t.e[j].line != LINE_START || t->t.e[j].after != j) continue ;
      t->t.e[j].after = i ;
      i = j ;
    }
    else
    {
      line_put(&t->t, i, LINE_START, e->due) ;
      i = e->after ;
    }
  }
}

void needs_order (struct tree *t)
{
  struct line const *l = t->t.line + LINE_START ;
  if (!needs_read(t, 1) || !t->needs.n) return ;
  while (t->t.e[l->head].after == l->head) put_after_needs(t, l->head) ;
}
