/* ISC license. */

/* The services: one array, four indexes (name, identity, pid of the runsv, name that a link leads
   to) and the waiting lines. It grows here and nowhere else, by doubling; what cannot be added is tried again at
   a later look, and nothing that runs is touched. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runsvdir.h"

#define TABLE_MIN 64

uint32_t hash_name (char const *s, size_t n)
{
  uint32_t h = 2166136261u ;
  for (size_t i = 0 ; i < n ; i++) h = (h ^ (unsigned char)s[i]) * 16777619u ;
  return h ^ h >> 15 ;
}

static uint32_t hash_number (uint64_t x)
{
  x *= UINT64_C(0x9e3779b97f4a7c15) ;
  return (uint32_t)(x >> 32) ;
}

static uint32_t hash_id (dev_t dev, ino_t ino)
{
  return hash_number((uint64_t)ino ^ (uint64_t)dev << 40) ;
}

static uint32_t hash_of (struct entry const *e, unsigned int kind)
{
  switch (kind)
  {
    case BY_NAME : return hash_name(e->name, strlen(e->name)) ;
    case BY_ID : return hash_id(e->dev, e->ino) ;
    case BY_PID : return hash_number((uint64_t)e->pid) ;
    default : return e->target ;
  }
}

static void index_put (struct table *t, uint32_t i, unsigned int kind)
{
  uint32_t *head = t->head[kind] + (hash_of(t->e + i, kind) & (t->size - 1)) ;
  t->e[i].next[kind] = *head ;
  *head = i ;
}

static void index_take (struct table *t, uint32_t i, unsigned int kind)
{
  uint32_t *p = t->head[kind] + (hash_of(t->e + i, kind) & (t->size - 1)) ;
  while (*p != NONE && *p != i) p = &t->e[*p].next[kind] ;
  if (*p == i) *p = t->e[i].next[kind] ;
}

/* An entry without a runsv is not in the index of pids, nor one that is no link in that of
   targets. */
static void index_all (struct table *t)
{
  for (unsigned int kind = 0 ; kind < INDEX_N ; kind++)
    memset(t->head[kind], 0xff, t->size * sizeof(uint32_t)) ;
  for (uint32_t i = 0 ; i < t->used ; i++)
  {
    if (!(t->e[i].flags & FLAG_USED)) continue ;
    index_put(t, i, BY_NAME) ;
    index_put(t, i, BY_ID) ;
    if (t->e[i].pid) index_put(t, i, BY_PID) ;
    if (t->e[i].target) index_put(t, i, BY_TARGET) ;
  }
}

static int grow (struct table *t)
{
  uint32_t size = t->size ? 2 * t->size : TABLE_MIN ;
  void *p ;
  if (size > NONE / 4) return (errno = ENOMEM, 0) ;
  for (unsigned int kind = 0 ; kind < INDEX_N ; kind++)
  {
    p = realloc(t->head[kind], size * sizeof(uint32_t)) ;
    if (!p) return 0 ;
    t->head[kind] = p ;
  }
  p = realloc(t->e, size * sizeof(struct entry)) ;
  if (!p) return 0 ;
  t->e = p ;
  t->size = size ;
  index_all(t) ;
  return 1 ;
}

int table_init (struct table *t)
{
  memset(t, 0, sizeof(*t)) ;
  t->free = NONE ;
  for (unsigned int i = 0 ; i < LINE_N ; i++) t->line[i].head = t->line[i].tail = NONE ;
  return grow(t) ;
}

uint32_t table_add (struct table *t, char const *name, dev_t dev, ino_t ino)
{
  uint32_t i = t->free ;
  struct entry *e ;
  if (i == NONE)
  {
    if (t->used == t->size && !grow(t)) return NONE ;
    i = t->used++ ;
  }
  else t->free = t->e[i].next[0] ;
  e = t->e + i ;
  memset(e, 0, sizeof(*e)) ;
  strncpy(e->name, name, sizeof(e->name) - 1) ;
  e->dev = dev ;
  e->ino = ino ;
  e->pidfd = e->event_fd = e->fill_wd = -1 ;
  e->line = LINE_NONE ;
  e->flags = FLAG_USED ;
  index_put(t, i, BY_NAME) ;
  index_put(t, i, BY_ID) ;
  t->n++ ;
  return i ;
}

void table_remove (struct table *t, uint32_t i)
{
  line_take(t, i) ;
  table_set_pid(t, i, 0) ;
  table_set_link(t, i, 0, 0) ;
  index_take(t, i, BY_NAME) ;
  index_take(t, i, BY_ID) ;
  t->e[i].flags = 0 ;
  t->e[i].next[0] = t->free ;
  t->free = i ;
  t->n-- ;
}

uint32_t table_by_name (struct table const *t, char const *name)
{
  uint32_t i = t->head[BY_NAME][hash_name(name, strlen(name)) & (t->size - 1)] ;
  while (i != NONE && strcmp(t->e[i].name, name)) i = t->e[i].next[BY_NAME] ;
  return i ;
}

uint32_t table_by_id (struct table const *t, dev_t dev, ino_t ino)
{
  uint32_t i = t->head[BY_ID][hash_id(dev, ino) & (t->size - 1)] ;
  while (i != NONE && (t->e[i].ino != ino || t->e[i].dev != dev)) i = t->e[i].next[BY_ID] ;
  return i ;
}

uint32_t table_by_pid (struct table const *t, pid_t pid)
{
  uint32_t i = t->head[BY_PID][hash_number((uint64_t)pid) & (t->size - 1)] ;
  while (i != NONE && t->e[i].pid != pid) i = t->e[i].next[BY_PID] ;
  return i ;
}

static uint32_t same_target (struct table const *t, uint32_t i, uint32_t hash)
{
  while (i != NONE && t->e[i].target != hash) i = t->e[i].next[BY_TARGET] ;
  return i ;
}

uint32_t table_by_target (struct table const *t, uint32_t hash)
{
  return same_target(t, t->head[BY_TARGET][hash & (t->size - 1)], hash) ;
}

uint32_t table_next_target (struct table const *t, uint32_t i)
{
  return same_target(t, t->e[i].next[BY_TARGET], t->e[i].target) ;
}

void table_set_pid (struct table *t, uint32_t i, pid_t pid)
{
  if (t->e[i].pid) index_take(t, i, BY_PID) ;
  t->e[i].pid = pid ;
  if (pid) index_put(t, i, BY_PID) ;
}

void table_set_id (struct table *t, uint32_t i, dev_t dev, ino_t ino)
{
  index_take(t, i, BY_ID) ;
  t->e[i].dev = dev ;
  t->e[i].ino = ino ;
  index_put(t, i, BY_ID) ;
}

void table_set_link (struct table *t, uint32_t i, uint32_t link, uint32_t target)
{
  if (t->e[i].target) index_take(t, i, BY_TARGET) ;
  t->e[i].link = link ;
  t->e[i].target = target ;
  if (target) index_put(t, i, BY_TARGET) ;
}

void line_take (struct table *t, uint32_t i)
{
  struct entry *e = t->e + i ;
  struct line *l ;
  if (e->line == LINE_NONE) return ;
  l = t->line + e->line ;
  if (e->line_prev == NONE) l->head = e->line_next ; else t->e[e->line_prev].line_next = e->line_next ;
  if (e->line_next == NONE) l->tail = e->line_prev ; else t->e[e->line_next].line_prev = e->line_prev ;
  l->n-- ;
  e->line = LINE_NONE ;
}

void line_put (struct table *t, uint32_t i, unsigned int line, int64_t due)
{
  struct entry *e = t->e + i ;
  struct line *l = t->line + line ;
  line_take(t, i) ;
  e->line = (uint8_t)line ;
  e->due = due ;
  e->line_next = NONE ;
  e->line_prev = l->tail ;
  if (l->tail == NONE) l->head = i ; else t->e[l->tail].line_next = i ;
  l->tail = i ;
  l->n++ ;
}

int64_t line_due (struct table const *t)
{
  int64_t due = HF_NEVER ;
  for (unsigned int i = LINE_START + 1 ; i < LINE_N ; i++)
  {
    uint32_t head = t->line[i].head ;
    if (head != NONE && t->e[head].due < due) due = t->e[head].due ;
  }
  return due ;
}
