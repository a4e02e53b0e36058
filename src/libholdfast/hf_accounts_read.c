/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/types.h>

#include "hf_accounts-internal.h"

/* The rest of a file of which n bytes are in buf. */
static char const *rest (int fd, char const *buf, size_t n, size_t *len)
{
  struct stat st ;
  size_t max ;
  char *s ;
  if (fstat(fd, &st) < 0) return 0 ;
  max = (size_t)st.st_size + HF_ACCOUNTS_BUF ;
  s = hf_env_alloc(max) ;
  if (!s) return 0 ;
  memcpy(s, buf, n) ;
  errno = 0 ;
  *len = n + allread(fd, s + n, max - n) ;
  return errno && errno != EPIPE ? 0 : s ;
}

char const *hf_accounts_read (char const *file, char *buf, size_t *len)
{
  char const *s = buf ;
  size_t n = 0 ;
  ssize_t r = 1 ;
  int fd = openat(AT_FDCWD, file, O_RDONLY | O_CLOEXEC) ;
  if (fd < 0)
  {
    *len = 0 ;
    return errno == ENOENT ? buf : 0 ;
  }
  while (r > 0 && n < HF_ACCOUNTS_BUF)
  {
    r = fd_read(fd, buf + n, HF_ACCOUNTS_BUF - n) ;
    if (r > 0) n += (size_t)r ;
  }
  *len = n ;
  if (r < 0) s = 0 ;
  else if (r) s = rest(fd, buf, n, len) ;
  fd_close(fd) ;
  return s ;
}

/* Cuts s into exactly n fields. */
static int cut (char const *s, size_t len, unsigned int n, hf_fields *f)
{
  for (unsigned int i = 0 ; i < n ; i++)
  {
    char const *p = memchr(s, ':', len) ;
    size_t l = p ? (size_t)(p - s) : len ;
    if (!p != (i == n - 1)) return 0 ;
    f->s[i] = s ;
    f->len[i] = l ;
    if (!p) break ;
    s += l + 1 ;
    len -= l + 1 ;
  }
  return 1 ;
}

int hf_accounts_line (char const **text, size_t *len, unsigned int n, hf_fields *f)
{
  while (*len)
  {
    char const *s = *text ;
    char const *nl = memchr(s, '\n', *len) ;
    size_t l = nl ? (size_t)(nl - s) : *len ;
    size_t all = nl ? l + 1 : l ;
    *text += all ;
    *len -= all ;
    if (cut(s, l, n, f)) return 1 ;
  }
  return 0 ;
}

int hf_accounts_is (hf_fields const *f, unsigned int i, char const *word)
{
  size_t n = strlen(word) ;
  return n && f->len[i] == n && !memcmp(f->s[i], word, n) ;
}

int hf_accounts_id (hf_fields const *f, unsigned int i, unsigned int *id)
{
  char s[UINT_FMT] ;
  if (f->len[i] >= sizeof(s)) return 0 ;
  memcpy(s, f->s[i], f->len[i]) ;
  s[f->len[i]] = 0 ;
  return hf_id_scan(s, id) ;
}
