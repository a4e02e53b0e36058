/* ISC license. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <holdfast/chain.h>

#define PATHS "/bin:/usr/bin"
#define LONGEST 4096

/* Errors after which a later directory may still have the program. */
static int goes_on (int e, int *kept)
{
  switch (e)
  {
    case ENOENT : case ENOTDIR : case ENAMETOOLONG : return 1 ;
    case EACCES : case EPERM : case EISDIR : *kept = e ; return 1 ;
    default : return 0 ;
  }
}

static void try (char const *dir, size_t n, char const *file, size_t len, char const *const *argv, char const *const *envp)
{
  char s[LONGEST] ;
  if (!n) { dir = "." ; n = 1 ; }
  if (n + len + 2 > LONGEST) { errno = ENAMETOOLONG ; return ; }
  memcpy(s, dir, n) ;
  s[n] = '/' ;
  memcpy(s + n + 1, file, len + 1) ;
  execve(s, (char *const *)argv, (char *const *)envp) ;
}

void hf_pathexec (char const *file, char const *const *argv, char const *const *envp)
{
  char const *path ;
  size_t len = strlen(file) ;
  int kept = ENOENT ;
  if (!len) { errno = ENOENT ; return ; }
  if (memchr(file, '/', len))
  {
    execve(file, (char *const *)argv, (char *const *)envp) ;
    return ;
  }
  path = getenv("PATH") ;
  if (!path) path = PATHS ;
  for (;;)
  {
    size_t n = strcspn(path, ":") ;
    try(path, n, file, len, argv, envp) ;
    if (!goes_on(errno, &kept)) return ;
    if (!path[n]) break ;
    path += n + 1 ;
  }
  errno = kept ;
}
