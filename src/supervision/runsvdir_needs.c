/* ISC license. */

/* The files named "needs": who needs whom, as a list of entry numbers for each entry. Read
   when an order is wanted, for a start of many or for the stop of all. */

#include <stdlib.h>
#include <string.h>

#include <skalibs/djbunix.h>

#include "runsvdir.h"

#define NEEDS_MAX 4096
#define RANK_MAX 63

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

/* Names, one a line; a name that is none of ours is no matter of order. */
static int read_one (struct tree *t, uint32_t i)
{
  char path[HF_NAME + 16] ;
  char text[NEEDS_MAX] ;
  char *line, *next ;
  ssize_t r ;
  if (!hf_path_join(path, sizeof(path), t->t.e[i].name, "needs")) return 1 ;
  r = openreadnclose_nb(path, text, sizeof(text) - 1) ;
  if (r <= 0) return 1 ;
  text[r] = 0 ;
  for (line = text ; line ; line = next)
  {
    uint32_t j ;
    next = strchr(line, '\n') ;
    if (next) *next++ = 0 ;
    line += strspn(line, " \t") ;
    line[strcspn(line, " \t\r")] = 0 ;
    j = *line && *line != '#' ? table_by_name(&t->t, line) : NONE ;
    if (j != NONE && j != i && !add_edge(&t->needs, j)) return 0 ;
  }
  return 1 ;
}

int needs_read (struct tree *t)
{
  t->needs.n = 0 ;
  for (uint32_t i = 0 ; i < t->t.used ; i++)
  {
    struct entry *e = t->t.e + i ;
    e->edge = (uint32_t)t->needs.n ;
    e->edge_n = 0 ;
    e->rank = 0 ;
    if (!(e->flags & FLAG_USED)) continue ;
    if (!read_one(t, i)) return 0 ;
    e->edge_n = (uint32_t)t->needs.n - e->edge ;
  }
  return 1 ;
}

/* One above the highest of what it needs. A circle ends at the top rank. */
static int raise_ranks (struct tree *t)
{
  int raised = 0 ;
  for (uint32_t i = 0 ; i < t->t.used ; i++)
  {
    struct entry *e = t->t.e + i ;
    if (!(e->flags & FLAG_USED)) continue ;
    for (uint32_t k = 0 ; k < e->edge_n ; k++)
    {
      unsigned int rank = t->t.e[t->needs.edge[e->edge + k]].rank + 1u ;
      if (rank > e->rank && rank <= RANK_MAX) { e->rank = (uint8_t)rank ; raised = 1 ; }
    }
  }
  return raised ;
}

void needs_order (struct tree *t)
{
  struct line *l = t->t.line + LINE_START ;
  int top = 0 ;
  if (!needs_read(t) || !t->needs.n) return ;
  while (top < RANK_MAX && raise_ranks(t)) top++ ;
  for (int rank = 0 ; rank <= top ; rank++)
  {
    uint32_t i = l->head ;
    for (uint32_t n = l->n ; n ; n--)
    {
      uint32_t next = t->t.e[i].line_next ;
      if (t->t.e[i].rank == rank) line_put(&t->t, i, LINE_START, t->t.e[i].due) ;
      i = next ;
    }
  }
}
