/* ISC license. */

/* Finding the files that a service's output ends in, whatever logger it has: they are what its
   logger, or a child of that, has open for writing. Without a logger they may be what the
   service, or its supervisor, has as descriptors 1 and 2. */

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/types.h>
#include <skalibs/uint64.h>

#include <holdfast/clock.h>
#include "sv.h"

#define TAIL 16384            /* bytes that are looked at for the last lines */

struct search
{
  sv_logfile *f ;
  int n ;
  int max ;
  int current ;               /* one called "current" is among them: others do not count */
  int streams ;               /* descriptors 1 and 2 only */
  uint32_t heir_of ;          /* the supervisor: what it has open itself, and hands down, is no log */
} ;

static size_t proc_path (char *s, uint32_t pid, char const *what, char const *fd)
{
  size_t n = 6, w = strlen(what), f = strlen(fd) ;
  memcpy(s, "/proc/", 6) ;
  n += uint32_fmt(s + n, pid) ;
  memcpy(s + n, what, w) ;
  memcpy(s + n + w, fd, f + 1) ;
  return n + w + f ;
}

/* The beginning of a small file, as text: its length, or 0. */
static size_t read_text (char const *path, char *s, size_t max)
{
  int fd = openat(AT_FDCWD, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC) ;
  ssize_t r = 0 ;
  if (fd >= 0)
  {
    r = fd_read(fd, s, max - 1) ;
    fd_close(fd) ;
  }
  s[r > 0 ? r : 0] = 0 ;
  return r > 0 ? (size_t)r : 0 ;
}

/* /proc/PID/fdinfo/N has a line "flags:" with the octal flags of open(2). */
static int is_written (uint32_t pid, char const *fd)
{
  char path[64], s[256] ;
  char *p ;
  proc_path(path, pid, "/fdinfo/", fd) ;
  read_text(path, s, sizeof(s)) ;
  p = strstr(s, "flags:") ;
  if (!p) return 0 ;
  p[strcspn(p, "\n")] = 0 ;
  return (p[strlen(p) - 1] & 3) != 0 ;
}

static int is_aside (char const *name)
{
  static char const *const aside[] = { "lock", "state", "newstate", "previous", "processed" } ;
  for (unsigned int i = 0 ; i < sizeof(aside) / sizeof(aside[0]) ; i++) if (!strcmp(name, aside[i])) return 1 ;
  return 0 ;
}

static int same (sv_mark const *a, sv_mark const *b)
{
  return a->ino == b->ino && a->dev == b->dev ;
}

/* Handed down under the same number, or as one of the streams. */
static int is_inherited (uint32_t from, char const *fd, sv_mark const *id)
{
  char const *const at[] = { "1", "2", fd } ;
  char path[64] ;
  struct stat st ;
  for (int i = 0 ; i < 3 ; i++)
  {
    proc_path(path, from, "/fd/", at[i]) ;
    if (!stat(path, &st) && same(&(sv_mark){ .dev = st.st_dev, .ino = st.st_ino }, id)) return 1 ;
  }
  return 0 ;
}

static void consider (struct search *s, uint32_t pid, char const *fd)
{
  sv_logfile *f = s->f + s->n ;
  struct stat st ;
  char const *name ;
  ssize_t r ;
  if (s->n == s->max || strlen(fd) > 10) return ;
  proc_path(f->open, pid, "/fd/", fd) ;
  if (stat(f->open, &st) < 0 || !S_ISREG(st.st_mode)) return ;
  r = readlink(f->open, f->path, sizeof(f->path) - 1) ;
  if (r <= 0 || f->path[0] != '/') return ;
  f->path[r] = 0 ;
  name = strrchr(f->path, '/') + 1 ;
  if (is_aside(name) || !is_written(pid, fd)) return ;
  f->id = (sv_mark){ .dev = st.st_dev, .ino = st.st_ino, .size = (uint64_t)st.st_size } ;
  for (int i = 0 ; i < s->n ; i++) if (same(&s->f[i].id, &f->id)) return ;
  if (s->heir_of && is_inherited(s->heir_of, fd, &f->id)) return ;
  if (!strcmp(name, "current") && !s->current)
  {
    s->current = 1 ;
    s->f[0] = *f ;
    s->n = 0 ;
  }
  else if (s->current && strcmp(name, "current")) return ;
  s->n++ ;
}

static void look_into (struct search *s, uint32_t pid, int depth)
{
  char path[64] ;
  pid_t child[16] ;
  DIR *d ;
  struct dirent *e ;
  int had = s->n, n ;
  if (s->streams)
  {
    consider(s, pid, "1") ;
    consider(s, pid, "2") ;
    return ;
  }
  proc_path(path, pid, "/fd", "") ;
  d = opendir(path) ;
  if (d) while ((e = readdir(d))) if (e->d_name[0] != '.') consider(s, pid, e->d_name) ;
  if (d) closedir(d) ;
  if (s->n > had || depth > 2) return ;
  n = hf_proc_children((pid_t)pid, child, 16) ;
  for (int i = 0 ; i < n ; i++) look_into(s, (uint32_t)child[i], depth + 1) ;
}

static int take_dir (struct search *s, char const *base, char const *word)
{
  char path[HF_PATH] ;
  struct stat st ;
  sv_logfile *f = s->f + s->n ;
  if (s->n == s->max || !hf_path_join(path, sizeof(path), base, word)) return 0 ;
  if (!hf_path_join(f->path, sizeof(f->path), word[0] == '/' ? word : path, "current")) return 0 ;
  if (stat(f->path, &st) < 0 || !S_ISREG(st.st_mode)) return 0 ;
  f->open[0] = 0 ;
  f->id = (sv_mark){ .dev = st.st_dev, .ino = st.st_ino, .size = (uint64_t)st.st_size } ;
  for (int i = 0 ; i < s->n ; i++) if (same(&s->f[i].id, &f->id)) return 0 ;
  s->n++ ;
  return 1 ;
}

/* The logger is not running, or not ours to look into: the directories that its run names. */
static void guess (struct search *s, sv_unit const *log)
{
  char path[HF_PATH], text[4096] ;
  take_dir(s, log->dir, "main") ;
  take_dir(s, log->dir, ".") ;
  if (!hf_path_join(path, sizeof(path), log->dir, "run")) return ;
  read_text(path, text, sizeof(text)) ;
  for (char *w = strtok(text, " \t\n\"'") ; w ; w = strtok(0, " \t\n\"'"))
    if (w[0] != '-' && w[0] != '#') take_dir(s, log->dir, w) ;
}

/* PPid of /proc/PID/status, or 0. */
static uint32_t parent_of (uint32_t pid)
{
  char path[64], s[1024] ;
  char *p ;
  uint32_t parent = 0 ;
  proc_path(path, pid, "/status", "") ;
  read_text(path, s, sizeof(s)) ;
  p = strstr(s, "\nPPid:") ;
  if (p) uint32_scan(p + 6 + strspn(p + 6, " \t"), &parent) ;
  return parent ;
}

int sv_logfind (sv_unit const *u, sv_logfile *f, int max)
{
  struct search s = { .f = f, .max = max } ;
  sv_unit log ;
  if (sv_unit_log(&log, u))
  {
    int runs = log.reach == SV_OK && log.st.pid ;
    if (runs) s.heir_of = u->has_rec ? u->rec.supervisor.pid : parent_of(log.st.pid) ;
    if (runs) look_into(&s, log.st.pid, 0) ;
    if (!s.n) guess(&s, &log) ;
    if (s.n) return s.n ;
  }
  s.heir_of = 0 ;
  s.streams = 1 ;
  if (u->reach == SV_OK && u->st.pid) look_into(&s, u->st.pid, 0) ;
  if (!s.n && u->has_rec) look_into(&s, u->rec.supervisor.pid, 0) ;
  return s.n ;
}

/* svlogd's file "lost": lines of text, "lines N" among them. */
uint64_t sv_log_lost (char const *dir)
{
  char path[HF_PATH], s[512] ;
  char *p ;
  uint64_t n = 0 ;
  if (!hf_path_join(path, sizeof(path), dir, "lost")) return 0 ;
  read_text(path, s, sizeof(s)) ;
  p = strstr(s, "lines ") ;
  if (p) uint64_scan(p + 6, &n) ;
  return n ;
}

static uint64_t lost_in (sv_unit const *log, char const *word)
{
  char cwd[64], path[HF_PATH] ;
  if (word[0] == '/') return sv_log_lost(word) ;
  proc_path(cwd, log->st.pid, "/cwd", "") ;
  if (hf_path_join(path, sizeof(path), cwd, word) && !access(path, X_OK)) return sv_log_lost(path) ;
  return hf_path_join(path, sizeof(path), log->dir, word) ? sv_log_lost(path) : 0 ;
}

/* Its directories are among the words of its command line, or, if it does not run, of its script. */
uint64_t sv_logger_lost (sv_unit const *log)
{
  static sv_logfile f[SV_MARKS] ;
  struct search s = { .f = f, .n = 0, .max = SV_MARKS } ;
  char path[64], words[4096] ;
  uint64_t n = 0 ;
  size_t len ;
  if (log->reach != SV_OK || !log->st.pid)
  {
    guess(&s, log) ;
    for (int i = 0 ; i < s.n ; i++) { *strrchr(f[i].path, '/') = 0 ; n += sv_log_lost(f[i].path) ; }
    return n ;
  }
  proc_path(path, log->st.pid, "/cmdline", "") ;
  len = read_text(path, words, sizeof(words)) ;
  for (char *w = words ; w < words + len ; w += strlen(w) + 1) if (w > words && *w && *w != '-') n += lost_in(log, w) ;
  return n ;
}

void sv_log_mark (sv_unit *u)
{
  static sv_logfile f[SV_MARKS] ;
  int n = sv_logfind(u, f, SV_MARKS) ;
  u->nmarks = (unsigned int)n & 7 ;
  for (int i = 0 ; i < n ; i++) u->mark[i] = f[i].id ;
}

/* Where the part written since then begins. A file that was not there is new as a whole. */
static uint64_t start_of (sv_unit const *u, sv_mark const *now)
{
  for (unsigned int i = 0 ; i < u->nmarks ; i++)
    if (u->mark[i].ino == now->ino && u->mark[i].dev == now->dev && u->mark[i].size <= now->size) return u->mark[i].size ;
  return 0 ;
}

static int print_tail (sv_unit const *u, sv_logfile const *f, uint64_t from, int max, void (*prefix) (sv_unit const *))
{
  static char s[TAIL] ;
  int fd = open(f->open[0] ? f->open : f->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) ;
  ssize_t r ;
  char *p ;
  int lines = 0 ;
  if (fd < 0) return 0 ;
  if (f->id.size > from + TAIL) from = f->id.size - TAIL ;
  r = pread(fd, s, sizeof(s), (off_t)from) ;
  fd_close(fd) ;
  if (r <= 0) return 0 ;
  for (p = s + r - (s[r - 1] == '\n') ; p > s ; p--) if (p[-1] == '\n' && ++lines == max) break ;
  for (lines = 0 ; p < s + r ; lines++)
  {
    char *nl = memchr(p, '\n', (size_t)(s + r - p)) ;
    char *end = nl ? nl : s + r ;
    (*prefix)(u) ;
    sv_put_safe(p, (size_t)(end - p)) ;
    sv_put("\n") ;
    p = end + 1 ;
  }
  return lines ;
}

/* Bytes in the pipe to the logger, or -1. runsv itself keeps it open, so that a look disturbs nobody. */
static int unread (sv_unit const *u, uint32_t logger)
{
  char path[HF_PATH] ;
  int n = -1, fd = -1 ;
  if (hf_path_join(path, sizeof(path), u->sup, "logpipe")) fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) ;
  if (fd < 0 && logger)
  {
    proc_path(path, logger, "/fd/", "0") ;
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) ;
  }
  if (fd < 0) return -1 ;
  if (ioctl(fd, FIONREAD, &n) < 0) n = -1 ;
  fd_close(fd) ;
  return n ;
}

/* Has the logger written all it was given? It has when it waits at an empty pipe. -1: who knows. */
static int is_drained (sv_unit const *u)
{
  sv_unit log ;
  uint32_t pid ;
  int n ;
  if (!sv_unit_log(&log, u)) return 1 ;
  if (access("/proc/self", X_OK) < 0) return -1 ;
  pid = log.reach == SV_OK ? log.st.pid : 0 ;
  n = unread(u, pid) ;
  return n < 0 ? -1 : !n && (!pid || hf_proc_state((pid_t)pid) == 'S') ;
}

static int print_since (sv_unit const *u, int max, void (*prefix) (sv_unit const *))
{
  static sv_logfile f[SV_MARKS] ;
  int n = sv_logfind(u, f, SV_MARKS), lines = 0 ;
  for (int i = 0 ; i < n && lines < max ; i++)
  {
    uint64_t from = start_of(u, &f[i].id) ;
    if (from < f[i].id.size) lines += print_tail(u, f + i, from, max - lines, prefix) ;
  }
  return lines ;
}

int sv_log_settle (sv_unit const *u, int patience)
{
  int64_t until = hf_clock_ms() + patience ;
  int drained ;
  while (!(drained = is_drained(u)) && hf_clock_ms() < until) poll(0, 0, 2) ;
  return drained ;
}

int sv_log_since (sv_unit const *u, int max, void (*prefix) (sv_unit const *))
{
  int drained = sv_log_settle(u, u->st.pid ? SV_PATIENCE / 20 : SV_PATIENCE) ; /* one that runs goes on writing */
  int lines = print_since(u, max, prefix) ;
  for (int again = 0 ; drained < 0 && !lines && again < 5 ; again++)
  {
    poll(0, 0, 20) ;
    lines = print_since(u, max, prefix) ;
  }
  return lines ;
}
