/* ISC license. */

/* The circle test: a walk down the files "needs", with the way from the start kept to be
   shown. Services that were found to be without a circle are not walked again. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <holdfast/message.h>
#include <holdfast/needs.h>
#include <holdfast/service.h>
#include "svneed_order.h"

#define DEPTH 100

static struct
{
  char const *scandir ;
  char const *way[DEPTH + 1] ;
  unsigned int depth ;
  char **done ;
  unsigned int ndone ;
} g ;

static void show (unsigned int from, char const *name)
{
  char s[1024] ;
  size_t n = 0 ;
  for (unsigned int i = from ; i <= g.depth ; i++)
  {
    char const *w = i < g.depth ? g.way[i] : name ;
    size_t len = strlen(w) ;
    if (n + len + 5 > sizeof(s)) break ;
    if (n) { memcpy(s + n, " -> ", 4) ; n += 4 ; }
    memcpy(s + n, w, len) ;
    n += len ;
  }
  s[n] = 0 ;
  hf_die(HF_EXIT_USAGE, "the needs go in a circle: ", s) ;
}

static int is_done (char const *name)
{
  for (unsigned int i = 0 ; i < g.ndone ; i++) if (!strcmp(g.done[i], name)) return 1 ;
  return 0 ;
}

static void set_done (char const *name)
{
  char **p = realloc(g.done, (g.ndone + 1) * sizeof(char *)) ;
  char *s = strdup(name) ;
  if (!p || !s) hf_die(HF_EXIT_SYSTEM, "out of memory") ;
  g.done = p ;
  g.done[g.ndone++] = s ;
}

/* DIR/needs of the service. 1, or 0: no such name. */
static int needs_path (char *path, char const *name)
{
  static hf_service s ;
  int r = !g.scandir || name[0] == '/' || name[0] == '.' ? hf_service_find(&s, name) : hf_service_in(&s, g.scandir, name) ;
  return r && hf_path_join(path, HF_PATH, s.dir, "needs") ;
}

static int walk (char const *name, void *data)
{
  char path[HF_PATH] ;
  (void)data ;
  for (unsigned int i = 0 ; i < g.depth ; i++) if (!strcmp(g.way[i], name)) show(i, name) ;
  if (is_done(name) || !needs_path(path, name)) return 0 ;
  if (g.depth >= DEPTH) hf_die(HF_EXIT_USAGE, "the needs are nested too deeply at ", name) ;
  g.way[g.depth++] = name ;
  if (hf_needs_each(path, &walk, 0) < 0) hf_warnsys("unable to read ", path) ;
  g.depth-- ;
  set_done(name) ;
  return 0 ;
}

void svneed_order (char const *scandir, char const *self, char const *name)
{
  char const *slash = self ? strrchr(self, '/') : 0 ;
  g.scandir = scandir ;
  g.depth = 0 ;
  if (self) g.way[g.depth++] = slash ? slash + 1 : self ;
  walk(name, 0) ;
}
