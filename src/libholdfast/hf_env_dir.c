/* ISC license. */

#include <skalibs/nonposix.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>

#include <holdfast/env.h>

#include "config.h"
#include "hf_env-internal.h"

#define BLOCK 512             /* least room for a read */

typedef int trouble_func (int, char const *) ;

/* The names in a directory. On Linux without the C library's DIR, which would allocate. */

#if HF_LINUX
#include <sys/syscall.h>

struct names { int fd ; size_t pos ; size_t n ; uint64_t buf[256] ; } ;
#define RECLEN 16             /* struct linux_dirent64: 64-bit inode, 64-bit offset, then these */
#define NAME 19

static int names_open (struct names *d, char const *dir)
{
  d->fd = openat(AT_FDCWD, dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  d->pos = d->n = 0 ;
  return d->fd >= 0 ;
}

static char const *names_next (struct names *d)
{
  uint16_t len ;
  char *p ;
  if (d->pos >= d->n)
  {
    long r = syscall(SYS_getdents64, d->fd, d->buf, sizeof(d->buf)) ;
    if (r < 0) return 0 ;
    if (!r) { errno = 0 ; return 0 ; }
    d->n = (size_t)r ;
    d->pos = 0 ;
  }
  p = (char *)d->buf + d->pos ;
  memcpy(&len, p + RECLEN, 2) ;
  d->pos += len ;
  return p + NAME ;
}

static void names_close (struct names *d)
{
  fd_close(d->fd) ;
}

#else

struct names { int fd ; DIR *dir ; } ;

static int names_open (struct names *d, char const *dir)
{
  d->fd = openat(AT_FDCWD, dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (d->fd < 0) return 0 ;
  d->dir = fdopendir(d->fd) ;
  if (!d->dir) { fd_close(d->fd) ; return 0 ; }
  return 1 ;
}

static char const *names_next (struct names *d)
{
  struct dirent *p ;
  errno = 0 ;
  p = readdir(d->dir) ;
  return p ? p->d_name : 0 ;
}

static void names_close (struct names *d)
{
  int e = errno ;
  closedir(d->dir) ;
  errno = e ;
}

#endif

/* Reads the first line of fd behind the n bytes at e->text. Its length, or -1; *empty: there
   was not one byte. */
static ssize_t line (hf_env *e, int fd, size_t n, int *empty)
{
  size_t len = 0 ;
  *empty = 0 ;
  for (;;)
  {
    char *nl ;
    ssize_t r ;
    if (!hf_env_reserve(e, e->text, n + len, BLOCK)) return -1 ;
    r = fd_read(fd, e->text + n + len, e->left - n - len - 1) ;
    if (r < 0) return -1 ;
    if (!r) { *empty = !len ; return (ssize_t)len ; }
    nl = memchr(e->text + n + len, '\n', (size_t)r) ;
    if (nl) return nl - (e->text + n) ;
    len += (size_t)r ;
  }
}

static void polish (char *s, ssize_t *len)
{
  while (*len && (s[*len - 1] == ' ' || s[*len - 1] == '\t')) --*len ;
  s[*len] = 0 ;
  for (char *p = s ; (p = memchr(p, 0, (size_t)(s + *len - p))) ;) *p = '\n' ;
}

/* "PREFIXNAME=" to e->text. Its length, or 0. */
static size_t start (hf_env *e, char const *prefix, char const *name)
{
  size_t p = strlen(prefix) ;
  size_t n = strlen(name) ;
  char *s = hf_env_reserve(e, 0, 0, p + n + 1 + BLOCK) ;
  if (!s) return 0 ;
  memcpy(s, prefix, p) ;
  memcpy(s + p, name, n) ;
  s[p + n] = '=' ;
  return p + n + 1 ;
}

/* A name that was listed and is not there: a dangling link is an error, a file that somebody
   just removed is none. */
static int gone (int dir, char const *name)
{
  struct stat st ;
  int r = fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0 && errno == ENOENT ;
  errno = ENOENT ;
  return r ;
}

static int one (hf_env *e, int dir, char const *prefix, char const *name, trouble_func *trouble)
{
  int empty ;
  ssize_t len ;
  size_t n ;
  int fd ;
  if (strchr(name, '=')) return trouble(HF_ENVDIR_NAME, name) ;
  fd = openat(dir, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC) ;
  if (fd < 0)
    return (errno == ENOENT && gone(dir, name)) || trouble(HF_ENVDIR_FILE, name) ;
  n = start(e, prefix, name) ;
  if (!n) { fd_close(fd) ; return trouble(HF_ENVDIR_MEMORY, name) ; }
  len = line(e, fd, n, &empty) ;
  fd_close(fd) ;
  if (len < 0) return trouble(errno == EISDIR ? HF_ENVDIR_SUBDIR : errno == ENOMEM ? HF_ENVDIR_MEMORY : HF_ENVDIR_FILE, name) ;
  if (empty) { e->text[n - 1] = 0 ; return hf_env_put(e, e->text, 0) ; }
  polish(e->text + n, &len) ;
  return hf_env_commit(e, n - 1, n + (size_t)len + 1) || trouble(HF_ENVDIR_MEMORY, name) ;
}

int hf_env_dir (hf_env *e, char const *dir, char const *prefix, int (*trouble) (int, char const *))
{
  struct names d ;
  char const *name ;
  int ok = 1 ;
  if (!names_open(&d, dir)) return trouble(HF_ENVDIR_DIR, dir) ;
  while (ok && (name = names_next(&d)))
    if (*name != '.') ok = one(e, d.fd, prefix ? prefix : "", name, trouble) ;
  if (ok && errno) ok = trouble(HF_ENVDIR_DIR, dir) ;
  names_close(&d) ;
  return ok ;
}
