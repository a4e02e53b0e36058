/* ISC license. */

/* mkdirs: makes the directories a daemon needs, with owner and mode, before it starts. Those
   that are there already get owner and mode too; what is in them is left alone.
   fds: none kept. files: the directories. signals: none touched.
   Never: follows a symbolic link below the place that a name is relative to, since the owner
   of a directory there may be anybody; changes what is not a directory. */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

#include <skalibs/djbunix.h>
#include <skalibs/posixplz.h>
#include <skalibs/types.h>

#include <holdfast/chain.h>
#include <holdfast/env.h>
#include <holdfast/message.h>
#include "owner.h"

#define USAGE "mkdirs [-R root] [-u user[:group]] [-m mode] [-r name] [-s name] [-c name] [-l name] [-d path] ... prog..."
#define dieusage() hf_die_usage(HF_EXIT_USAGE, USAGE, 0)
#ifndef O_PATH
#define O_PATH O_RDONLY
#endif
#define DIRSMAX 64
#define PATHMAX 4096
#define KINDS 5

static struct { char const *below, *variable ; } const kinds[KINDS] =
{
  { "/run/", "RUNTIME_DIRECTORY" },
  { "/var/lib/", "STATE_DIRECTORY" },
  { "/var/cache/", "CACHE_DIRECTORY" },
  { "/var/log/", "LOGS_DIRECTORY" },
  { "", 0 }
} ;
static char const letters[] = "rscld" ;

struct dir
{
  unsigned int kind ;
  char const *name ;
  char const *root ;
  unsigned int mode ;
  owner who ;
} ;

static unsigned int read_mode (char const *word)
{
  unsigned int mode ;
  if (!uint0_oscan(word, &mode) || mode > 07777) hf_die(HF_EXIT_USAGE, "invalid mode: ", word) ;
  return mode ;
}

/* No empty, "." or ".." part; relative, unless absolute is asked for. */
static int is_clean (char const *name, int absolute)
{
  if ((*name == '/') != absolute) return 0 ;
  name += absolute ;
  for (;;)
  {
    size_t n = strcspn(name, "/") ;
    if (!n || (n == 1 && name[0] == '.') || (n == 2 && name[0] == '.' && name[1] == '.')) return 0 ;
    if (!name[n]) return 1 ;
    name += n + 1 ;
  }
}

static void path_of (struct dir const *d, char *path)
{
  char const *below = kinds[d->kind].below ;
  if (strlen(d->root) + strlen(below) + strlen(d->name) >= PATHMAX)
  {
    errno = ENAMETOOLONG ;
    hf_diesys(HF_EXIT_USAGE, "unable to use ", d->name) ;
  }
  *path = 0 ;
  strncat(path, d->root, PATHMAX - 1) ;
  strncat(path, below, PATHMAX - 1 - strlen(path)) ;
  strncat(path, d->name, PATHMAX - 1 - strlen(path)) ;
}

/* Into the directory called name in at, made if need be; closes at. */
static int step (int at, char const *name, int flags, mode_t mode)
{
  int fd = -1 ;
  if (!mkdirat(at, name, mode) || errno == EEXIST)
    fd = openat(at, name, O_DIRECTORY | O_CLOEXEC | flags) ;
  fd_close(at) ;
  return fd ;
}

/* From the path's start to its last part. Links are followed in the first `trusted` bytes
   only. */
static int walk (char *path, size_t trusted)
{
  char *s = path ;
  int fd = open(*s == '/' ? "/" : ".", O_PATH | O_DIRECTORY | O_CLOEXEC) ;
  while (fd >= 0)
  {
    size_t n ;
    int follow ;
    s += strspn(s, "/") ;
    n = strcspn(s, "/") ;
    follow = (size_t)(s - path) + n <= trusted ? 0 : O_NOFOLLOW ;
    if (!s[n]) return step(fd, s, O_RDONLY | follow, 0700) ;
    s[n] = 0 ;
    fd = step(fd, s, O_PATH | follow, 0755) ;
    s[n] = '/' ;
    s += n ;
  }
  return -1 ;
}

/* Owner before mode: a change of owner takes set-id bits away. A new directory is closed to
   everybody until it has both. */
static void settle (int fd, char const *path, struct dir const *d)
{
  struct stat st ;
  if (fstat(fd, &st) < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to stat ", path) ;
  if ((d->who.uid != (uid_t)-1 && st.st_uid != d->who.uid) || (d->who.gid != (gid_t)-1 && st.st_gid != d->who.gid))
    if (fchown(fd, d->who.uid, d->who.gid) < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to change the owner of ", path) ;
  if (fchmod(fd, d->mode) < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to change the mode of ", path) ;
}

/* A name's own parts are not trusted; of a path, only the last one is not. */
static void make (struct dir const *d)
{
  char path[PATHMAX] ;
  char *last ;
  size_t trusted ;
  int fd, e ;
  path_of(d, path) ;
  last = strrchr(path, '/') ;
  trusted = kinds[d->kind].variable ? strlen(path) - strlen(d->name) : last ? (size_t)(last - path) : 0 ;
  fd = walk(path, trusted) ;
  e = errno ;
  path_of(d, path) ;
  errno = e ;
  if (fd < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to make directory ", path) ;
  settle(fd, path, d) ;
  fd_close(fd) ;
}

/* As others do it: all directories of a kind in one variable, with colons between. */
static void export (hf_env *env, unsigned int kind, struct dir const *dirs, unsigned int n)
{
  static char all[DIRSMAX * 128] ;
  size_t len = 0 ;
  for (unsigned int i = 0 ; i < n ; i++)
  {
    char path[PATHMAX] ;
    size_t m ;
    if (dirs[i].kind != kind) continue ;
    path_of(dirs + i, path) ;
    m = strlen(path) ;
    if (len + m + 2 > sizeof(all)) hf_die(HF_EXIT_USAGE, "too many directories") ;
    if (len) all[len++] = ':' ;
    memcpy(all + len, path, m) ;
    len += m ;
  }
  all[len] = 0 ;
  if (len && !hf_env_put(env, kinds[kind].variable, all)) hf_diesys(HF_EXIT_SYSTEM, "unable to set ", kinds[kind].variable) ;
}

int main (int argc, char const *const *argv)
{
  static struct dir dirs[DIRSMAX] ;
  static hf_env env ;
  struct dir next = { .root = "", .mode = 0755, .who = OWNER_ZERO } ;
  unsigned int n = 0 ;
  subgetopt l = SUBGETOPT_ZERO ;
  PROG = "mkdirs" ;
  hf_version(PROG, argc, argv) ;
  for (;;)
  {
    int opt = hf_option(argc, argv, "R:u:m:r:s:c:l:d:", &l) ;
    if (opt == -1) break ;
    switch (opt)
    {
      case 'R' : next.root = l.arg ; break ;
      case 'u' : owner_read(&next.who, l.arg) ; break ;
      case 'm' : next.mode = read_mode(l.arg) ; break ;
      case 'r' : case 's' : case 'c' : case 'l' : case 'd' :
        next.kind = (unsigned int)(strchr(letters, opt) - letters) ;
        next.name = l.arg ;
        if (!is_clean(l.arg, opt == 'd' && *l.arg == '/')) hf_die(HF_EXIT_USAGE, "invalid directory name: ", l.arg) ;
        if (n >= DIRSMAX) hf_die(HF_EXIT_USAGE, "too many directories") ;
        dirs[n++] = next ;
        break ;
      default : dieusage() ;
    }
  }
  argc -= l.ind ; argv += l.ind ;
  if (!argc || !n) dieusage() ;
  if (!hf_env_init(&env, (char const *const *)environ)) hf_diesys(HF_EXIT_SYSTEM, "unable to copy the environment") ;
  for (unsigned int i = 0 ; i < n ; i++) make(dirs + i) ;
  for (unsigned int k = 0 ; kinds[k].variable ; k++) export(&env, k, dirs, n) ;
  hf_exec(argv, env.v, 0) ;
}
