/* ISC license. */

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include <skalibs/djbunix.h>

#include <holdfast/needs.h>

static int is_blank (char c)
{
  return c == ' ' || c == '\t' || c == '\r' ;
}

int hf_needs_scan (char *s, size_t n, int (*f) (char const *, void *), void *data)
{
  size_t pos = 0 ;
  while (pos < n)
  {
    char *nl = memchr(s + pos, '\n', n - pos) ;
    size_t end = nl ? (size_t)(nl - s) : n ;
    size_t next = end + 1 ;
    int r ;
    while (pos < end && is_blank(s[pos])) pos++ ;
    while (end > pos && is_blank(s[end - 1])) end-- ;
    /* A name cannot hold a NUL: a line with one is none. */
    if (end > pos && s[pos] != '#' && !memchr(s + pos, 0, end - pos))
    {
      char keep = s[end] ;
      s[end] = 0 ;
      r = (*f)(s + pos, data) ;
      s[end] = keep ;
      if (r) return r ;
    }
    pos = next ;
  }
  return 0 ;
}

/* A link that leads nowhere is not the same as no file. Keeps errno. */
static int is_absent (char const *file)
{
  struct stat st ;
  int e = errno ;
  int r = (e == ENOENT && lstat(file, &st) < 0) || e == ENOTDIR ;
  errno = e ;
  return r ;
}

int hf_needs_each (char const *file, int (*f) (char const *, void *), void *data)
{
  char s[HF_NEEDS_MAX + 2] ;
  ssize_t r = openreadnclose_nb(file, s, HF_NEEDS_MAX + 1) ;
  if (r < 0) return is_absent(file) ? 0 : -1 ;
  if (r > HF_NEEDS_MAX) return (errno = EMSGSIZE, -1) ;
  return hf_needs_scan(s, (size_t)r, f, data) ;
}
