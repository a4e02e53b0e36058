/* ISC license. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

#include <holdfast/service.h>
#include "config.h"

#define STATE_DIR ".state"

char const *hf_scandir (void)
{
  char const *x = getenv("SVDIR") ;
  return x && *x ? x : HF_SERVICEDIR ;
}

/* name@inst is an instance if it is a link to a directory whose own name ends in '@'. */
static void find_instance (hf_service *s, char const *path, char const *name)
{
  char target[HF_PATH] ;
  char const *at = strchr(name, '@') ;
  ssize_t n ;
  s->instance[0] = 0 ;
  if (!at || at == name || !at[1]) return ;
  n = readlink(path, target, sizeof(target) - 1) ;
  while (n > 1 && target[n - 1] == '/') n-- ;
  if (n > 0 && target[n - 1] == '@') strcpy(s->instance, at + 1) ;
}

static int exists (char const *path)
{
  struct stat st ;
  return !stat(path, &st) ;
}

/* base/name/supervise into s->state: 1, or 0 if it does not fit. */
static int state_below (hf_service *s, char const *base, char const *name, char const *log)
{
  char tmp[HF_PATH] ;
  return hf_path_join(tmp, sizeof(tmp), base, name)
    && (!log || hf_path_join(tmp, sizeof(tmp), tmp, log))
    && hf_path_join(s->state, sizeof(s->state), tmp, "supervise") ;
}

static int find_state (hf_service *s, char const *scandir, char const *name, char const *log)
{
  char tmp[HF_PATH] ;
  char const *base = getenv("HF_STATEDIR") ;
  if (base && *base) return state_below(s, base, name, log) ;
  if (!hf_path_join(tmp, sizeof(tmp), scandir, STATE_DIR)) return 0 ;
  if (!s->instance[0])
  {
    char sub[HF_PATH] ;
    if (!hf_path_join(sub, sizeof(sub), tmp, name)) return 0 ;
    if (!exists(sub)) return hf_path_join(s->state, sizeof(s->state), s->dir, "supervise") ;
  }
  return state_below(s, tmp, name, log) ;
}

/* path is SCANDIR/NAME or SCANDIR/NAME/log, without a trailing slash. */
static int fill (hf_service *s, char const *path)
{
  char scan[HF_PATH] ;
  char name[HF_PATH] ;
  char const *log = 0 ;
  size_t len = strlen(path) ;
  char *slash ;
  if (len >= sizeof(s->dir)) return (errno = ENAMETOOLONG, 0) ;
  memcpy(s->dir, path, len + 1) ;
  memcpy(scan, path, len + 1) ;
  slash = strrchr(scan, '/') ;
  if (slash && slash != scan && !strcmp(slash + 1, "log"))
  {
    log = "log" ;
    *slash = 0 ;
    slash = strrchr(scan, '/') ;
  }
  strcpy(name, slash ? slash + 1 : scan) ;
  if (strlen(name) + 5 > sizeof(s->name)) return (errno = ENAMETOOLONG, 0) ;
  strcpy(s->name, name) ;
  if (!log) find_instance(s, path, name) ;
  else
  {
    find_instance(s, scan, name) ;
    strcat(s->name, "/log") ;
  }
  if (!slash) strcpy(scan, ".") ;
  else if (slash == scan) scan[1] = 0 ;
  else *slash = 0 ;
  return find_state(s, scan, name, log) ;
}

static size_t trim_slashes (char *path)
{
  size_t len = strlen(path) ;
  while (len > 1 && path[len - 1] == '/') path[--len] = 0 ;
  return len ;
}

int hf_service_find (hf_service *s, char const *word)
{
  char path[HF_PATH] ;
  size_t len = strlen(word) ;
  if (!len) return (errno = ENOENT, 0) ;
  if (len >= sizeof(path)) return (errno = ENAMETOOLONG, 0) ;
  if (word[0] == '/' || word[0] == '.' || word[len - 1] == '/') strcpy(path, word) ;
  else if (!hf_path_join(path, sizeof(path), hf_scandir(), word)) return 0 ;
  trim_slashes(path) ;
  return fill(s, path) ;
}

int hf_service_in (hf_service *s, char const *scandir, char const *name)
{
  char path[HF_PATH] ;
  if (!strcmp(scandir, "."))
  {
    if (strlen(name) >= sizeof(path)) return (errno = ENAMETOOLONG, 0) ;
    strcpy(path, name) ;
  }
  else if (!hf_path_join(path, sizeof(path), scandir, name)) return 0 ;
  trim_slashes(path) ;
  return fill(s, path) ;
}
