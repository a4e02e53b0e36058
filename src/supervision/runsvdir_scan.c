/* ISC license. */

/* What is in the scan directory, and what follows from it. A service is known by the device
   and inode of its directory, as runit has it: a renamed entry keeps its runsv, two names for
   one directory are one service. Instances are known by their names, since many of them are
   links to one directory. */

#include <skalibs/nonposix.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/stat.h>

#include <skalibs/djbunix.h>

#include <holdfast/message.h>
#include "runsvdir.h"

#define LOOK_MS 5000          /* where nobody tells of changes */
#define RETRY_MS 1000
#define GONE_MS 1000          /* for a directory that is gone: it may come back */
#define PATIENCE_MS 5000      /* for a directory made in place */

static void complain (struct scan *s, char const *what)
{
  if (s->complained == errno) return ;
  s->complained = errno ;
  hf_warnsys("unable to ", what, " ", s->path) ;
}

/* The runsvs that are there would look for a directory made anew where they were started. */
static void mark_elsewhere (struct tree *t)
{
  for (uint32_t i = 0 ; i < t->t.used ; i++)
    if (t->t.e[i].flags & FLAG_USED && (t->t.e[i].pid || t->t.e[i].flags & FLAG_HELD)) t->t.e[i].flags |= FLAG_ELSEWHERE ;
}

/* Makes the open directory the current one. 1, or 0 and errno with fd closed. */
static int move_to (struct scan *s, int fd, struct stat const *st)
{
  DIR *d = fdopendir(fd) ;
  if (!d) return (fd_close(fd), 0) ;
  if (fchdir(fd) < 0) return (closedir(d), 0) ;
  if (s->dir) closedir(s->dir) ;
  s->dir = d ;
  s->dev = st->st_dev ;
  s->ino = st->st_ino ;
  s->all |= ALL_AGAIN ;
  return 1 ;
}

void scan_where (struct tree *t)
{
  struct scan *s = &t->scan ;
  struct stat st ;
  int fd ;
  s->where = 0 ;
  notify_links(t) ;
  s->look_at = t->now + RETRY_MS ;
  fd = open(s->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (fd < 0 || fstat(fd, &st) < 0)
  {
    complain(s, "open directory") ;
    if (fd >= 0) fd_close(fd) ;
    return ;
  }
  if (s->dir && st.st_dev == s->dev && st.st_ino == s->ino) fd_close(fd) ;
  else if (!move_to(s, fd, &st)) { complain(s, "change directory to") ; return ; }
  else mark_elsewhere(t) ;
  if (!notify_here(t)) s->look_at = t->now + (s->all ? RETRY_MS : LOOK_MS) ;
  else if (!s->untold) s->look_at = HF_NEVER ;
  s->complained = 0 ;
}

static int below (char *out, char const *name, char const *file)
{
  return hf_path_join(out, HF_NAME + 16, name, file) ;
}

int scan_has (char const *name, char const *file, int mode)
{
  char path[HF_NAME + 16] ;
  return below(path, name, file) && !access(path, mode) ;
}

/* What is found under a name. */
enum found { FOUND, NOTHING, DANGLING, UNKNOWN, NO_DIRECTORY } ;

struct place { dev_t dev ; ino_t ino ; uint32_t link, target ; } ;

/* Of what is not told it must be looked for. */
static void look_later (struct tree *t)
{
  t->scan.untold++ ;
  if (t->scan.look_at > t->now + LOOK_MS) t->scan.look_at = t->now + LOOK_MS ;
}

/* Through a link. Its text is remembered, to tell a directory made anew from a link that leads
   elsewhere now; the last name in it is how changes of what it leads to are told. One that
   leads nowhere may lead into another directory than the one that is watched under that path. */
static int through_link (struct tree *t, char const *name, struct place *p, struct stat *st)
{
  char text[HF_PATH] ;
  ssize_t n = readlink(name, text, sizeof(text) - 1) ;
  size_t len, last ;
  if (n <= 0) return n < 0 && errno == ENOENT ? NOTHING : UNKNOWN ;
  text[n] = 0 ;
  p->link = hash_name(text, (size_t)n) | 1 ;
  for (len = (size_t)n ; len > 1 && text[len - 1] == '/' ;) len-- ;
  for (last = len ; last && text[last - 1] != '/' ;) last-- ;
  p->target = hash_name(text + last, len - last) | 1 ;
  if (stat(name, st) < 0) t->scan.target = 0 ;
  if (!notify_target(t, text, last)) look_later(t) ;
  if (!stat(name, st)) return FOUND ;
  return errno == ENOENT || errno == ENOTDIR || errno == ELOOP ? DANGLING : UNKNOWN ;
}

static int look_at (struct tree *t, char const *name, struct place *p)
{
  struct stat st ;
  int found ;
  p->link = p->target = 0 ;
  if (lstat(name, &st) < 0) return errno == ENOENT ? NOTHING : UNKNOWN ;
  if (S_ISLNK(st.st_mode) && (found = through_link(t, name, p, &st)) != FOUND) return found ;
  p->dev = st.st_dev ;
  p->ino = st.st_ino ;
  return S_ISDIR(st.st_mode) ? FOUND : NO_DIRECTORY ;
}

/* The runsv of this entry shall go, and the entry with it. */
static void leave (struct tree *t, uint32_t i)
{
  struct entry *e = t->t.e + i ;
  line_take(&t->t, i) ;
  notify_filled(t, i) ;
  if (!e->pid && !(e->flags & FLAG_HELD)) { table_remove(&t->t, i) ; return ; }
  e->flags |= FLAG_LEAVING ;
  stop_tell(t, i) ;
}

/* The directory is not there. A link that was removed or leads elsewhere was meant; but a
   directory may be being made anew, by a package manager for example, and has a second. */
static void vanish (struct tree *t, uint32_t i, int directory)
{
  struct entry *e = t->t.e + i ;
  if (e->flags & FLAG_LEAVING) e->flags &= ~FLAG_AGAIN ;
  else if (e->flags & FLAG_SHARED)
  {
    e->flags &= ~FLAG_SHARED ;
    t->scan.all |= ALL_QUIETLY ;
  }
  else if (!directory || e->flags & FLAG_GONE || (!e->pid && !(e->flags & FLAG_HELD))) leave(t, i) ;
  else if (!(e->flags & FLAG_GOING))
  {
    e->flags |= FLAG_GOING ;
    line_put(&t->t, i, LINE_1S, t->now + GONE_MS) ;
  }
}

/* It has had its second. */
void scan_going (struct tree *t, uint32_t i)
{
  struct entry *e = t->t.e + i ;
  e->flags = (uint16_t)((e->flags & ~FLAG_GOING) | FLAG_GONE) ;
  scan_name(t, e->name, 0) ;
}

void scan_gone (struct tree *t, uint32_t i)
{
  char name[HF_NAME] ;
  unsigned int flags = t->t.e[i].flags ;
  memcpy(name, t->t.e[i].name, sizeof(name)) ;
  table_remove(&t->t, i) ;
  if (flags & FLAG_AGAIN) scan_name(t, name, 0) ;
  if (flags & FLAG_RESCAN) t->scan.all |= ALL_QUIETLY ;
}

/* A link to nothing, or something that cannot be looked at. */
static void cannot_look (struct tree *t, char const *name, uint32_t i, struct place const *p, int dangling)
{
  int e = errno ;
  if (dangling) t->scan.dangling++ ; else look_later(t) ;
  if (i != NONE) t->t.e[i].seen = t->scan.number ;
  if (i != NONE && dangling) vanish(t, i, t->t.e[i].link == p->link) ;
  else if (!t->scan.quiet) hf_message("warning", e, hf_words("unable to stat ", name)) ;
}

/* The name is known. */
static void present (struct tree *t, uint32_t i, struct place const *p)
{
  struct entry *e = t->t.e + i ;
  int going = e->flags & (FLAG_GOING | FLAG_GONE) ;
  e->seen = t->scan.number ;
  if (e->flags & FLAG_LEAVING) { e->flags |= FLAG_AGAIN ; return ; }
  e->flags &= ~(FLAG_GOING | FLAG_GONE) ;
  if (going) line_take(&t->t, i) ;
  if (going && !e->pid) line_put(&t->t, i, LINE_START, t->now) ;
  if (e->dev == p->dev && e->ino == p->ino) return ;
  if (e->link == p->link ? renew_entry(t, i) : (!e->pid && !(e->flags & FLAG_HELD)))
  {
    e->flags |= FLAG_REPLACED ;
    e->was_dev = e->dev ;
    e->was_ino = e->ino ;
    table_set_id(&t->t, i, p->dev, p->ino) ;
    table_set_link(&t->t, i, p->link, p->target) ;
    return ;
  }
  leave(t, i) ;
  t->t.e[i].flags |= FLAG_AGAIN ;
}

static int is_instance (char const *name)
{
  hf_service s ;
  return strchr(name, '@') && hf_service_in(&s, ".", name) && s.instance[0] ;
}

/* A new name for a known directory: 1, or 0 if it is a service of its own all the same. */
static int another_name (struct tree *t, char const *name, uint32_t i)
{
  struct entry *e = t->t.e + i ;
  struct stat st ;
  char const *statedir = getenv("HF_STATEDIR") ;
  if (is_instance(name) || is_instance(e->name)) return 0 ;
  e->flags |= FLAG_SHARED ;
  e->seen = t->scan.number ;
  if (e->flags & FLAG_LEAVING) { e->flags |= FLAG_RESCAN ; return 1 ; }
  if (!statedir || !*statedir || !lstat(e->name, &st)) return 1 ;
  /* Renamed, and the state is kept by name: the old one goes, then the new one comes. */
  leave(t, i) ;
  if (!(e->flags & FLAG_USED)) return 0 ;
  e->flags |= FLAG_RESCAN ;
  return 1 ;
}

/* A directory made in place has no run yet, perhaps no "down" either: it is given a little
   time to be filled. One that was moved or linked in is complete, but what a link leads to may
   have been made after the link. */
static int wait_filled (struct tree *t, uint32_t i, int made)
{
  char const *name = t->t.e[i].name ;
  if (!made && (!t->t.e[i].link || scan_has(name, "run", F_OK) || scan_has(name, "needs", F_OK))) return 0 ;
  notify_fill(t, i) ;
  t->t.e[i].started_at = t->now ;
  line_put(&t->t, i, LINE_PATIENCE, t->now + PATIENCE_MS) ;
  notify_fill_event(t, i) ;
  return 1 ;
}

static void appear (struct tree *t, char const *name, struct place const *p, int made)
{
  uint32_t i = table_add(&t->t, name, p->dev, p->ino) ;
  struct entry *e = t->t.e + i ;
  if (i == NONE)
  {
    complain(&t->scan, "remember all services of") ;
    t->scan.look_at = t->now + RETRY_MS ;
    return ;
  }
  e->seen = t->scan.number ;
  table_set_link(&t->t, i, p->link, p->target) ;
  if (scan_has(name, "essential", F_OK)) e->flags |= FLAG_ESSENTIAL ;
  if (!wait_filled(t, i, made)) line_put(&t->t, i, LINE_START, t->now) ;
}

static void new_name (struct tree *t, char const *name, struct place const *p, int made)
{
  uint32_t other = table_by_id(&t->t, p->dev, p->ino) ;
  if (other != NONE && another_name(t, name, other)) return ;
  if (strlen(name) + 5 > HF_NAME) hf_warn("name too long: ", name) ;
  else appear(t, name, p, made) ;
}

void scan_name (struct tree *t, char const *name, int made)
{
  struct place p ;
  uint32_t i ;
  int found ;
  if (name[0] == '.') return ;
  i = table_by_name(&t->t, name) ;
  found = look_at(t, name, &p) ;
  if (found == DANGLING || found == UNKNOWN) cannot_look(t, name, i, &p, found == DANGLING) ;
  else if (found == FOUND)
  {
    if (i == NONE) new_name(t, name, &p, made) ;
    else present(t, i, &p) ;
  }
  else if (i != NONE) vanish(t, i, found == NOTHING && !t->t.e[i].link) ;
}

/* Reads all names: 1, or 0 and errno. */
static int read_names (struct tree *t)
{
  rewinddir(t->scan.dir) ;
  for (;;)
  {
    struct dirent *d ;
    errno = 0 ;
    d = readdir(t->scan.dir) ;
    if (!d) return !errno ;
    scan_name(t, d->d_name, 0) ;
  }
}

static int64_t mtime_of (struct scan const *s)
{
  struct stat st ;
  if (fstat(dirfd(s->dir), &st) < 0) return 0 ;
  return (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec ;
}

void scan_all (struct tree *t)
{
  struct scan *s = &t->scan ;
  int ok ;
  s->quiet = !(s->all & ALL_AGAIN) ;
  s->all = 0 ;
  if (!s->dir) return ;
  s->number++ ;
  s->dangling = s->untold = 0 ;
  s->look_at = notify_told(t) ? HF_NEVER : t->now + LOOK_MS ;
  s->mtime = mtime_of(s) ;
  ok = read_names(t) ;
  s->quiet = 0 ;
  if (!ok)
  {
    complain(s, "read directory") ;
    s->look_at = t->now + RETRY_MS ;
    return ;
  }
  for (uint32_t i = 0 ; i < t->t.used ; i++)
    if (t->t.e[i].flags & FLAG_USED && !(t->t.e[i].flags & FLAG_LEAVING) && t->t.e[i].seen != s->number) vanish(t, i, !t->t.e[i].link) ;
  if (t->t.line[LINE_START].n > 1) needs_order(t) ;
}

/* Where nobody tells of changes: has the directory changed? A change within the tick of the
   last look cannot be told from it, so a young stamp is not believed. */
static int changed (struct scan const *s)
{
  struct timespec ts ;
  int64_t mtime = mtime_of(s) ;
  clock_gettime(CLOCK_REALTIME, &ts) ;
  return mtime != s->mtime || (int64_t)ts.tv_sec * 1000000000 - mtime < 2000000000 ;
}

void scan_time (struct tree *t)
{
  struct scan *s = &t->scan ;
  if (t->now < s->look_at) return ;
  scan_where(t) ;
  if (!s->dir || (!s->all && !s->untold && !changed(s))) return ;
  scan_all(t) ;
  if (!notify_told(t) && changed(s)) s->look_at = t->now + RETRY_MS ;
}
