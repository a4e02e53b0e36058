/* ISC license. */

/* Being told of changes, by inotify: names that come and go in the scan directory, and that
   the path may lead to another directory (a link on the way was changed, something was moved
   or removed). Without it the callers look from time to time. */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>

#include <holdfast/message.h>
#include "runsvdir.h"
#include "config.h"

#define SETTLE_MS 100
#define TARGET_MS 1000
#define LINKS_DEEP 40

#if HF_LINUX

#include <sys/inotify.h>

#define NAMES (IN_CREATE | IN_MOVED_TO | IN_DELETE | IN_MOVED_FROM)
#define SELF (IN_DELETE_SELF | IN_MOVE_SELF)

static int listed (int const *wds, unsigned int n, int wd)
{
  for (unsigned int i = 0 ; i < n ; i++) if (wds[i] == wd) return 1 ;
  return 0 ;
}

/* Said once until all is well again. */
static void complain (struct scan *s)
{
  if (s->complained_told == errno || errno == ENOENT) return ;
  s->complained_told = errno ;
  hf_message("warning", errno == ENOSPC ? 0 : errno, hf_words("unable to be told of changes, will look every 5 seconds",
    errno == ENOSPC ? ": the limit max_user_watches of inotify is reached" : "")) ;
}

void notify_init (struct tree *t)
{
  t->scan.wd = t->scan.parent_wd = -1 ;
  t->scan.notify_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC) ;
  if (t->scan.notify_fd < 0) complain(&t->scan) ;
}

static int watch_link (struct tree *t, char const *path, uint32_t mask)
{
  struct scan *s = &t->scan ;
  int wd ;
  if (s->links == LINKS_MAX) return -1 ;
  wd = inotify_add_watch(s->notify_fd, *path ? path : "/", mask | IN_ONLYDIR | IN_MASK_ADD) ;
  if (wd >= 0) s->link_wd[s->links++] = wd ;
  return wd ;
}

/* One component: at is the path so far. Its directory is watched, for its own fate only, or
   for names too where the component is a link or is missing. That the last one is removed is
   told by its parent alone: the scan directory itself is open here, and lives on. 1 a link,
   whose text is put before rest; 0 a directory, added to at; -1 the end. */
static int follow (struct tree *t, char *at, char const *name, char *rest)
{
  char full[HF_PATH], text[HF_PATH], more[HF_PATH] ;
  int last = !rest[strspn(rest, "/")] ;
  int wd ;
  ssize_t n ;
  if (!hf_path_join(full, sizeof(full), *at ? at : "/", name)) return -1 ;
  n = readlink(full, text, sizeof(text) - 1) ;
  wd = watch_link(t, at, n >= 0 || access(full, F_OK) < 0 ? NAMES | SELF : last ? SELF | IN_DELETE : SELF) ;
  if (last && n < 0)
  {
    t->scan.parent_wd = wd ;
    t->scan.last = hash_name(name, strlen(name)) ;
  }
  if (n < 0) return (strcpy(at, full), access(full, F_OK)) ;
  text[n] = 0 ;
  if (!hf_path_join(more, sizeof(more), text, rest)) return -1 ;
  strcpy(rest, more) ;
  if (text[0] == '/') at[0] = 0 ;
  return 1 ;
}

void notify_links (struct tree *t)
{
  struct scan *s = &t->scan ;
  char at[HF_PATH] = "", rest[HF_PATH], name[HF_PATH] ;
  int deep = 0, r = 0 ;
  if (s->notify_fd < 0) return ;
  for (unsigned int i = 0 ; i < s->links ; i++)
    if (s->link_wd[i] != s->wd && !listed(s->target_wd, s->targets, s->link_wd[i])) inotify_rm_watch(s->notify_fd, s->link_wd[i]) ;
  s->links = 0 ;
  s->parent_wd = -1 ;
  strcpy(rest, s->path) ;
  while (deep < LINKS_DEEP && r >= 0)
  {
    size_t skip = strspn(rest, "/") ;
    size_t len = strcspn(rest + skip, "/") ;
    if (!len) break ;
    memcpy(name, rest + skip, len) ;
    name[len] = 0 ;
    memmove(rest, rest + skip + len, strlen(rest + skip + len) + 1) ;
    r = follow(t, at, name, rest) ;
    deep += r > 0 ;
  }
}

int notify_here (struct tree *t)
{
  struct scan *s = &t->scan ;
  int wd ;
  if (s->notify_fd < 0) return 0 ;
  wd = inotify_add_watch(s->notify_fd, ".", NAMES | SELF | IN_ONLYDIR | IN_MASK_ADD) ;
  if (wd < 0) complain(s) ; else s->complained_told = 0 ;
  if (s->wd >= 0 && s->wd != wd) inotify_rm_watch(s->notify_fd, s->wd) ;
  s->wd = wd ;
  return wd >= 0 ;
}

int notify_told (struct tree const *t)
{
  return t->scan.wd >= 0 ;
}

/* What a link leads to may be removed and made anew without any change here. The directory that
   it is in is mostly the same for all links. */
int notify_target (struct tree *t, char const *text, size_t len)
{
  struct scan *s = &t->scan ;
  char dir[HF_PATH] ;
  uint32_t hash = hash_name(text, len) | 1 ;
  int wd ;
  if (s->notify_fd < 0) return 0 ;
  if (hash == s->target) return 1 ;
  memcpy(dir, text, len) ;
  dir[len] = 0 ;
  wd = inotify_add_watch(s->notify_fd, len ? dir : ".", NAMES | IN_MOVE_SELF | IN_ONLYDIR | IN_MASK_ADD) ;
  if (wd < 0) return (complain(s), 0) ;
  if (wd != s->wd && !listed(s->target_wd, s->targets, wd))
  {
    if (s->targets == TARGETS_MAX) return 0 ;
    s->target_wd[s->targets++] = wd ;
  }
  s->target = hash ;
  return 1 ;
}

void notify_fill (struct tree *t, uint32_t i)
{
  if (t->scan.notify_fd < 0) return ;
  t->t.e[i].fill_wd = inotify_add_watch(t->scan.notify_fd, t->t.e[i].name,
    IN_CREATE | IN_MOVED_TO | IN_ATTRIB | IN_CLOSE_WRITE | IN_DELETE | IN_MOVED_FROM | IN_ONLYDIR) ;
}

void notify_filled (struct tree *t, uint32_t i)
{
  if (t->t.e[i].fill_wd < 0) return ;
  inotify_rm_watch(t->scan.notify_fd, t->t.e[i].fill_wd) ;
  t->t.e[i].fill_wd = -1 ;
}

/* Few are being filled at any time. */
static uint32_t by_fill_wd (struct table const *t, int wd)
{
  for (unsigned int l = LINE_SETTLE ; l <= LINE_PATIENCE ; l++)
    for (uint32_t i = t->line[l].head ; i != NONE ; i = t->e[i].line_next)
      if (t->e[i].fill_wd == wd) return i ;
  return NONE ;
}

/* A name came or went in a directory that links lead into. One that no service leads to may be
   what a link to nothing waits for. */
static void target_name (struct tree *t, char const *target, int went)
{
  char name[HF_NAME] ;
  uint32_t i = table_by_target(&t->t, hash_name(target, strlen(target)) | 1) ;
  if (i == NONE ? !went && t->scan.dangling : table_next_target(&t->t, i) != NONE) t->scan.all |= ALL_QUIETLY ;
  else if (i != NONE) scan_name(t, strcpy(name, t->t.e[i].name), 0) ;
}

static void target_event (struct tree *t, struct inotify_event const *ev, int went)
{
  struct scan *s = &t->scan ;
  if (ev->mask & IN_IGNORED)
  {
    for (unsigned int i = 0 ; i < s->targets ; i++)
      if (s->target_wd[i] == ev->wd) { s->target_wd[i] = s->target_wd[--s->targets] ; break ; }
    s->target = 0 ;
    s->all |= ALL_QUIETLY ;
  }
  else if (ev->mask & IN_MOVE_SELF) inotify_rm_watch(s->notify_fd, ev->wd) ;
  else if (ev->len && went == !!(ev->mask & (IN_DELETE | IN_MOVED_FROM))) target_name(t, ev->name, went) ;
}

/* Another name than the scan directory's was removed from its parent. */
static int of_others (struct scan const *s, struct inotify_event const *ev)
{
  return ev->wd == s->parent_wd && ev->mask & IN_DELETE && ev->len && hash_name(ev->name, strlen(ev->name)) != s->last ;
}

/* Names that came are looked at before names that went, so that a renamed service is seen
   under its new name first. */
static void one_event (struct tree *t, struct inotify_event const *ev, int went)
{
  struct scan *s = &t->scan ;
  uint32_t i ;
  if (ev->mask & IN_Q_OVERFLOW) { s->all |= ALL_AGAIN ; s->where = 1 ; }
  else if (ev->wd == s->wd)
  {
    if (ev->mask & IN_IGNORED) s->wd = -1 ;
    if (ev->mask & (SELF | IN_UNMOUNT | IN_IGNORED)) s->where = 1 ;
    else if (ev->len && went == !!(ev->mask & (IN_DELETE | IN_MOVED_FROM)))
      scan_name(t, ev->name, (ev->mask & (IN_CREATE | IN_ISDIR)) == (IN_CREATE | IN_ISDIR)) ;
  }
  else if (listed(s->link_wd, s->links, ev->wd) || listed(s->target_wd, s->targets, ev->wd))
  {
    if (listed(s->target_wd, s->targets, ev->wd)) target_event(t, ev, went) ;
    if (!went && listed(s->link_wd, s->links, ev->wd) && !of_others(s, ev)) s->where = 1 ;
  }
  else if (!went && (i = by_fill_wd(&t->t, ev->wd)) != NONE) notify_fill_event(t, i) ;
}

void notify_read (struct tree *t)
{
  static union { struct inotify_event ev ; char s[16384] ; } b ;
  for (int turn = 0 ; turn < 16 ; turn++)
  {
    ssize_t r = fd_read(t->scan.notify_fd, b.s, sizeof(b.s)) ;
    if (r <= 0) return ;
    for (int went = 0 ; went < 2 ; went++)
      for (ssize_t pos = 0 ; pos < r ;)
      {
        struct inotify_event const *ev = (struct inotify_event const *)(void *)(b.s + pos) ;
        one_event(t, ev, went) ;
        pos += (ssize_t)(sizeof(*ev) + ev->len) ;
      }
  }
}

#else

void notify_init (struct tree *t)
{
  t->scan.wd = t->scan.notify_fd = -1 ;
}

void notify_links (struct tree *t) { (void)t ; }
int notify_here (struct tree *t) { return (void)t, 0 ; }
int notify_told (struct tree const *t) { return (void)t, 0 ; }
int notify_target (struct tree *t, char const *text, size_t len) { return (void)t, (void)text, (void)len, 0 ; }
void notify_read (struct tree *t) { (void)t ; }
void notify_fill (struct tree *t, uint32_t i) { (void)t ; (void)i ; }
void notify_filled (struct tree *t, uint32_t i) { (void)t ; (void)i ; }

#endif

/* Complete once run can be executed, or needs is there and no run, and then quiet for a while:
   a "down" or a "log", or the run of what looks like a target, may be on its way. */
void notify_fill_event (struct tree *t, uint32_t i)
{
  char const *name = t->t.e[i].name ;
  int64_t end = t->t.e[i].started_at + 5000 ;
  int run = scan_has(name, "run", X_OK) ;
  int64_t at = t->now + (run ? SETTLE_MS : TARGET_MS) ;
  if (run || (scan_has(name, "needs", F_OK) && !scan_has(name, "run", F_OK)))
    line_put(&t->t, i, run ? LINE_SETTLE : LINE_TARGET, at < end ? at : end) ;
}
