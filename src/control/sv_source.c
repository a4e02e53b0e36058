/* ISC license. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>

#include <holdfast/message.h>
#include "sv_log.h"

static char *copy (char const *s)
{
  size_t n = strlen(s) + 1 ;
  char *p = sv_alloc(n) ;
  memcpy(p, s, n) ;
  return p ;
}

static char *join (char const *dir, char const *name)
{
  char path[HF_PATH] ;
  return hf_path_join(path, sizeof(path), dir, name) ? copy(path) : 0 ;
}

/* @STAMP.s, .u, .t: finished, unfinished, being processed. */
static int is_rotated (char const *name)
{
  int64_t ns ;
  return sv_stamp_scan(name, strlen(name), &ns) == 25 && name[25] == '.' && name[26] && strcmp(name + 25, ".t") ;
}

static int by_name (void const *a, void const *b)
{
  return strcmp(*(char *const *)a, *(char *const *)b) ;
}

static void append (sv_source *s, char *path)
{
  if (!path) return ;
  s->file = sv_more(s->file, (s->nfiles + 1) * sizeof(char *)) ;
  s->file[s->nfiles++] = path ;
}

static void list_files (sv_source *s)
{
  DIR *d = s->dir ? opendir(s->dir) : 0 ;
  struct dirent *e ;
  while (s->nfiles) free(s->file[--s->nfiles]) ;
  while (d && (e = readdir(d))) if (is_rotated(e->d_name)) append(s, join(s->dir, e->d_name)) ;
  if (d) closedir(d) ;
  if (s->nfiles) qsort(s->file, s->nfiles, sizeof(char *), &by_name) ;
  append(s, copy(s->current)) ;
}

/* A rotated file's name is the time of its end. */
static int64_t end_of (char const *path)
{
  int64_t ns ;
  char const *name = strrchr(path, '/') ;
  name = name ? name + 1 : path ;
  return sv_stamp_scan(name, strlen(name), &ns) ? ns : INT64_MAX ;
}

/* What a processor has compressed is no text. */
static int is_compressed (int fd)
{
  static char const magic[4][4] = { "\x1f\x8b", "\x28\xb5\x2f\xfd", "\xfd\067zX", "BZh" } ;
  static unsigned char const len[4] = { 2, 4, 4, 3 } ;
  char s[4] ;
  if (pread(fd, s, 4, 0) != 4) return 0 ;
  for (int i = 0 ; i < 4 ; i++) if (!memcmp(s, magic[i], len[i])) return 1 ;
  return 0 ;
}

static int open_file (sv_source *s, unsigned int i)
{
  struct stat st ;
  if (s->fd >= 0) fd_close(s->fd) ;
  s->at = i ;
  s->fd = open(s->file[i], O_RDONLY | O_CLOEXEC | O_NONBLOCK) ;
  s->ino = s->fd >= 0 && !fstat(s->fd, &st) ? st.st_ino : 0 ;
  s->end_ns = end_of(s->file[i]) ;
  if (s->fd >= 0 && i + 1 < s->nfiles && is_compressed(s->fd))
  {
    if (s->warned <= i) hf_warn("left out, because it is compressed: ", s->file[i]) ;
    s->warned = i + 1 ;
    lseek(s->fd, 0, SEEK_END) ;
  }
  return s->fd >= 0 ;
}

int sv_source_open (sv_source *s, char const *word)
{
  static sv_logfile f[SV_MARKS] ;
  struct stat st ;
  sv_unit u ;
  memset(s, 0, sizeof(*s)) ;
  s->fd = -1 ;
  s->name = word ;
  sv_unit_look(&u, word) ;
  if (u.reach == SV_NODIR)
  {
    hf_message("fatal", u.err, hf_words(word, ": unable to change to service directory")) ;
    return 0 ;
  }
  if (!u.st.pid) sv_log_settle(&u, SV_PATIENCE) ; /* the last words of one that has just ended */
  if (!sv_logfind(&u, f, SV_MARKS))
  {
    hf_message("fatal", 0, hf_words(word, ": no log found: neither its logger nor the service has a file open for writing that may be seen")) ;
    return 0 ;
  }
  s->current = sv_copy(f[0].path) ;
  if (f[0].open[0] && (stat(f[0].path, &st) < 0 || st.st_ino != f[0].id.ino)) s->current = sv_copy(f[0].open) ;
  else if (!strcmp(strrchr(s->current, '/'), "/current"))
  {
    char *dir = copy(s->current) ;
    *strrchr(dir, '/') = 0 ;
    s->dir = dir ;
  }
  s->buf = sv_alloc(SV_LOG_BUFFER) ;
  list_files(s) ;
  return open_file(s, 0) || s->nfiles > 1 || (hf_message("fatal", errno, hf_words("unable to read ", s->current)), 0) ;
}

/* Goes on counting lines from the end of a file: the number found, and the place where the nth
   from the end, or the file, begins. */
static uint64_t count_back (int fd, uint64_t n, uint64_t found, char *buf, int64_t *place)
{
  struct stat st ;
  int64_t end = fstat(fd, &st) < 0 ? 0 : (int64_t)st.st_size - 1 ; /* the last byte ends the last line */
  *place = 0 ;
  if (end < 0) return found ;
  while (end > 0)
  {
    size_t k = end < SV_LOG_BUFFER ? (size_t)end : SV_LOG_BUFFER ;
    if (pread(fd, buf, k, (off_t)(end - (int64_t)k)) != (ssize_t)k) break ;
    end -= (int64_t)k ;
    for (size_t i = k ; i-- ;)
      if (buf[i] == '\n' && ++found == n)
      {
        *place = end + (int64_t)i + 1 ;
        return found ;
      }
  }
  return found + 1 ;
}

uint64_t sv_source_last (sv_source *s, uint64_t n)
{
  uint64_t found = 0 ;
  int64_t place = 0 ;
  unsigned int i = s->nfiles, first = i - 1 ;
  if (!n)
  {
    if (open_file(s, s->nfiles - 1)) lseek(s->fd, 0, SEEK_END) ;
    return 0 ;
  }
  while (i-- && found < n)
    if (open_file(s, i) && (i + 1 == s->nfiles || !is_compressed(s->fd)))
    {
      found = count_back(s->fd, n, found, s->buf, &place) ;
      first = i ;
    }
  if (open_file(s, first)) lseek(s->fd, (off_t)place, SEEK_SET) ;
  return found ;
}

void sv_source_skip (sv_source *s, int64_t since_ns)
{
  unsigned int i = s->at ;
  while (i + 1 < s->nfiles && end_of(s->file[i]) < since_ns) i++ ;
  if (i != s->at) open_file(s, i) ;
}

static int take_line (sv_source *s, size_t n, size_t gap, int goes_on)
{
  s->came_on = s->goes_on ;
  s->goes_on = goes_on ? 1 : 0 ;
  s->line = s->buf + s->start ;
  s->line_len = n ;
  s->start += n + gap ;
  s->len -= n + gap ;
  s->stamp_len = s->came_on ? 0 : sv_stamp_scan(s->line, n, &s->ns) ;
  if (!s->stamp_len && !s->ns) s->ns = s->end_ns == INT64_MAX ? 0 : s->end_ns ;
  return s->has_line = 1 ;
}

static ssize_t fill (sv_source *s)
{
  ssize_t r ;
  if (s->start)
  {
    memmove(s->buf, s->buf + s->start, s->len) ;
    s->start = 0 ;
  }
  if (s->fd < 0) return 0 ;
  r = fd_read(s->fd, s->buf + s->len, SV_LOG_BUFFER - s->len) ;
  if (r > 0) s->len += (size_t)r ;
  return r > 0 ? r : 0 ;
}

int sv_source_next (sv_source *s, int whole)
{
  s->has_line = 0 ;
  for (;;)
  {
    char *nl = memchr(s->buf + s->start, '\n', s->len) ;
    if (nl) return take_line(s, (size_t)(nl - s->buf) - s->start, 1, 0) ;
    if (s->len == SV_LOG_BUFFER) return take_line(s, s->len, 0, 1) ;
    if (fill(s)) continue ;
    if (s->len && (!whole || s->at + 1 < s->nfiles)) return take_line(s, s->len, 0, 0) ;
    if (s->at + 1 >= s->nfiles) return 0 ;
    open_file(s, s->at + 1) ;
  }
}

/* The file that was current may have been renamed, even more than once: the files after it in
   the directory are read in their order. */
void sv_source_again (sv_source *s)
{
  struct stat st ;
  if (stat(s->current, &st) < 0 || st.st_ino == s->ino) return ;
  list_files(s) ;
  s->at = s->nfiles - 1 ;
  for (unsigned int i = 0 ; i < s->nfiles ; i++)
    if (!stat(s->file[i], &st) && st.st_ino == s->ino) { s->at = i ; return ; }
  append(s, copy(s->current)) ; /* it was removed: what is left of it, then the new one */
  s->at = s->nfiles - 2 ;
}
