/* ISC license. */

#include <skalibs/nonposix.h>

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <skalibs/direntry.h>
#include <skalibs/genalloc.h>
#include <skalibs/stralloc.h>

#include <holdfast/service.h>

static int compare (void const *a, void const *b)
{
  return strcmp(*(char const *const *)a, *(char const *const *)b) ;
}

/* Most entries are known to be directories without a further look. */
static int is_service (char const *scandir, struct dirent const *e)
{
  char const *name = e->d_name ;
  char path[HF_PATH] ;
  struct stat st ;
#ifdef DT_DIR
  if (e->d_type == DT_DIR) return 1 ;
#endif
  return hf_path_join(path, sizeof(path), scandir, name) && !stat(path, &st) && S_ISDIR(st.st_mode) ;
}

/* Appends the matching names, each with its NUL. Number, or -1. */
static int collect (char const *scandir, char const *pattern, stralloc *names)
{
  DIR *d = opendir(scandir) ;
  int n = 0 ;
  if (!d) return -1 ;
  for (;;)
  {
    struct dirent *e ;
    errno = 0 ;
    e = readdir(d) ;
    if (!e) break ;
    if (e->d_name[0] == '.' || fnmatch(pattern, e->d_name, 0) || !is_service(scandir, e)) continue ;
    if (!stralloc_catb(names, e->d_name, strlen(e->d_name) + 1)) break ;
    n++ ;
  }
  if (errno) n = -1 ;
  dir_close(d) ;
  return n ;
}

int hf_service_each (char const *scandir, char const *pattern, int (*f) (char const *, void *), void *data)
{
  stralloc names = STRALLOC_ZERO ;
  char const **v = 0 ;
  int i, n = collect(scandir, pattern, &names), seen = n ;
  if (n > 0)
  {
    char const *s = names.s ;
    v = malloc((size_t)n * sizeof(char const *)) ;
    if (!v) { seen = -1 ; n = 0 ; }
    for (i = 0 ; i < n ; i++) { v[i] = s ; s += strlen(s) + 1 ; }
    if (v) qsort(v, (size_t)n, sizeof(char const *), &compare) ;
    for (i = 0 ; i < n ; i++) if ((*f)(v[i], data)) { seen = i + 1 ; break ; }
  }
  free(v) ;
  stralloc_free(&names) ;
  return seen ;
}
