/* ISC license. */

#include <errno.h>
#include <sys/stat.h>

#include "svdir.h"

int svdir_find (hf_service *s, char const *dir)
{
  char path[HF_PATH] ;
  struct stat st ;
  int r = dir[0] == '/' || dir[0] == '.' ? hf_service_find(s, dir) : hf_service_in(s, ".", dir) ;
  if (!dir[0]) return (errno = ENOENT, 0) ;
  return r && hf_path_join(path, sizeof(path), s->dir, ".") && stat(path, &st) >= 0 ;
}

int svdir_find_log (hf_service *s, char const *dir)
{
  char path[HF_PATH] ;
  return hf_path_join(path, sizeof(path), dir, "log") && svdir_find(s, path) ;
}
