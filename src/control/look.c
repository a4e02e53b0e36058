/* ISC license. */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/types.h>

#include <holdfast/clock.h>
#include <holdfast/message.h>
#include <holdfast/watch.h>
#include "config.h"
#include "look.h"

#if HF_LINUX
#include <sys/inotify.h>
#endif

#define SETTLE_MS 20
#define SETTLE_LONG_MS 1000
#define LOOK_MS 500           /* a look now and then, even where inotify should tell */

static int notify = -1 ;
int look_notified ;
int look_extra = -1 ;

int look_inotify (void)
{
#if HF_LINUX
  static int tried ;
  if (!tried++) notify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK) ;
#endif
  return notify ;
}

/* 1: a change there will be told. */
static int watch_directory (char const *dir)
{
#if HF_LINUX
  return look_inotify() >= 0
    && inotify_add_watch(notify, dir, IN_CREATE | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR) >= 0 ;
#else
  (void)dir ;
  return 0 ;
#endif
}

static char *copy (char const *s)
{
  size_t n = strlen(s) + 1 ;
  char *p = malloc(n) ;
  if (!p) hf_die(HF_EXIT_SYSTEM, "out of memory") ;
  return memcpy(p, s, n) ;
}

void look_find (look *l, char const *scandir, char const *word)
{
  static hf_service s ;
  int r ;
  memset(l, 0, sizeof(*l)) ;
  l->word = word ;
  l->watch_fd = l->ok_fd = l->check_fd = -1 ;
  l->look_at = HF_NEVER ;
  if (!scandir || word[0] == '/' || word[0] == '.' || !word[0]) r = hf_service_find(&s, word) ;
  else r = hf_service_in(&s, scandir, word) ;
  l->err = errno ;
  if (!r) return ;
  l->dir = copy(s.dir) ;
  l->sup = copy(s.state) ;
}

/* Is there a supervisor? Holding "ok" open tells of its end (POLLERR). */
static void open_ok (look *l)
{
  char path[HF_PATH] ;
  struct stat st ;
  if (!hf_path_join(path, sizeof(path), l->sup, "ok")) { l->reach = LOOK_NODIR ; l->err = errno ; return ; }
  l->ok_fd = openc_write(path) ;
  l->err = errno ;
  if (l->ok_fd >= 0) { l->reach = LOOK_OK ; return ; }
  if (l->err == ENXIO) { l->reach = LOOK_ALONE ; return ; }
  if (stat(l->dir, &st) < 0 || (!S_ISDIR(st.st_mode) && (errno = ENOTDIR)))
  {
    l->reach = LOOK_NODIR ;
    l->err = errno ;
  }
  else l->reach = l->err == ENOENT ? LOOK_ALONE : LOOK_DENIED ;
}

static int is_this_boot (hf_state const *rec)
{
  static char boot[HF_BOOTID] ;
  static int known ;
  if (!known) known = hf_boot_id(boot) ? 1 : -1 ;
  return known < 0 || !memcmp(boot, rec->boot, HF_BOOTID) ;
}

static void take_record (look *l)
{
  hf_machine const *m = &l->rec.m ;
  l->phase = m->phase ;
  l->want = m->want ;
  l->why = m->why ;
  l->paused = !!(m->flags & HF_FLAG_PAUSED) ;
  l->told = m->phase == HF_PHASE_RUN && m->flags & HF_FLAG_READY ;
  l->pid = l->rec.child.pid ;
  l->starts = m->starts ;
  l->deaths = m->deaths ;
  l->since = l->rec.since ;
}

/* The 20 bytes of runit, the 18 of daemontools (which has no finish). */
static void take_status (look *l)
{
  hf_status const *st = &l->st ;
  if (st->pid != l->pid)
  {
    if (st->pid && st->state != 2) l->starts++ ;
    if (l->pid) l->deaths++ ;
  }
  l->phase = st->state == 2 ? HF_PHASE_FINISH : st->pid ? HF_PHASE_RUN : st->want == 'u' ? HF_PHASE_BACKOFF : HF_PHASE_DOWN ;
  l->want = st->want == 'u' ? HF_WANT_UP : st->want == 'd' ? HF_WANT_DOWN : HF_WANT_ONCE ;
  l->why = HF_WHY_NEVER ;
  l->paused = st->paused ;
  l->told = 0 ;
  l->pid = st->pid ;
  l->since = st->stamp ;
}

static void read_state (look *l)
{
  int held ;
  int got = hf_state_read_held(&l->rec, l->sup, &held) && (held || is_this_boot(&l->rec)) ;
  int lives = got && (held || hf_proc_same(&l->rec.supervisor)) ;
  l->orphan = 0 ;
  if (lives && l->reach == LOOK_DENIED) l->reach = LOOK_OK ;
  l->has_rec = l->reach == LOOK_OK && lives ;
  if (l->has_rec) { take_record(l) ; return ; }
  if (l->reach == LOOK_OK)
  {
    if (hf_status_read(&l->st, l->sup, HF_STATUS_DAEMONTOOLS)) { take_status(l) ; return ; }
    l->err = errno ;
    l->reach = errno == ENOENT ? LOOK_ALONE : LOOK_DENIED ;
  }
  l->phase = HF_PHASE_DOWN ;
  l->told = l->paused = 0 ;
  l->pid = 0 ;
  if (l->reach == LOOK_ALONE && got && l->rec.m.phase == HF_PHASE_RUN) l->orphan = hf_proc_same(&l->rec.child) ;
}

/* What was looked at before is closed only now: hf_watch_open comes before the look. */
static void rewatch (look *l)
{
  int fd = hf_watch_open(l->sup) ;
  if (l->watch_fd >= 0) fd_close(l->watch_fd) ;
  l->watch_fd = fd ;
}

/* With needs, the process is svneed until they are met, and runsv before that. */
static int is_svneed (look const *l)
{
  char path[32] = "/proc/" ;
  char s[16] ;
  size_t n = 6 + uint32_fmt(path + 6, l->pid) ;
  memcpy(path + n, "/comm", 6) ;
  n = (size_t)openreadnclose_nb(path, s, sizeof(s)) ;
  return (n == 7 && !memcmp(s, "svneed\n", 7)) || (n == 6 && !memcmp(s, "runsv\n", 6)) ;
}

void look_take (look *l)
{
  int64_t now = hf_clock_ms() ;
  int told ;
  l->fresh = 1 ;
  l->look_at = now + LOOK_MS ;
  if (!l->dir) { l->reach = LOOK_NODIR ; return ; }
  rewatch(l) ;
  told = l->watch_fd >= 0 || watch_directory(l->sup) || watch_directory(l->dir) ;
  if (l->ok_fd < 0) open_ok(l) ;
  read_state(l) ;
  if (l->reach != LOOK_ALONE) l->alone_since = 0 ;
  else if (!l->alone_since) l->alone_since = now ;
  if (!told || l->orphan) l->look_at = now + HF_WATCH_POLL_MS ;
  else if (l->watch_fd >= 0 && l->reach == LOOK_OK) l->look_at = HF_NEVER ;
}

void look_close (look *l)
{
  look_check_end(l) ;
  if (l->watch_fd >= 0) fd_close(l->watch_fd) ;
  if (l->ok_fd >= 0) fd_close(l->ok_fd) ;
  l->watch_fd = l->ok_fd = -1 ;
}

/* Waiting. */

static int drain (void)
{
  int told = 1 ;
#if HF_LINUX
  union { struct inotify_event align ; char s[4096] ; } b ;
  ssize_t r ;
  while ((r = fd_read(notify, b.s, sizeof(b.s))) > 0)
    for (ssize_t i = 0 ; i + (ssize_t)sizeof(struct inotify_event) <= r ; )
    {
      struct inotify_event ev ;
      memcpy(&ev, b.s + i, sizeof(ev)) ;
      if (ev.wd == look_extra || ev.mask & IN_Q_OVERFLOW) told |= 2 ;
      i += (ssize_t)(sizeof(ev) + ev.len) ;
    }
#endif
  return told ;
}

/* Three for each, then inotify, then the extra one. */
static int64_t fill (struct pollfd *x, look const *l, unsigned int n, int extra, int64_t deadline)
{
  int64_t wake = deadline ;
  for (unsigned int i = 0 ; i < n ; i++)
  {
    int64_t at = l[i].check_at && l[i].check_at < l[i].look_at ? l[i].check_at : l[i].look_at ;
    x[3 * i] = (struct pollfd){ .fd = l[i].watch_fd } ;
    x[3 * i + 1] = (struct pollfd){ .fd = l[i].ok_fd } ;
    x[3 * i + 2] = (struct pollfd){ .fd = l[i].check_fd, .events = POLLIN } ;
    if (at < wake) wake = at ;
  }
  x[3 * n] = (struct pollfd){ .fd = notify, .events = POLLIN } ;
  x[3 * n + 1] = (struct pollfd){ .fd = extra, .events = POLLIN } ;
  return wake ;
}

static int has_news (look *l, struct pollfd const *x, int notified, int64_t now)
{
  int yes = x[0].revents || x[1].revents || now >= l->look_at || (notified && l->watch_fd < 0) ;
  if (x[1].revents)
  {
    fd_close(l->ok_fd) ;
    l->ok_fd = -1 ;
  }
  if (x[2].revents || (l->check_at && now >= l->check_at)) yes |= look_check_news(l, now) ;
  return yes ;
}

int look_wait (look *l, unsigned int n, int extra, int64_t deadline)
{
  static struct pollfd *x ;
  static unsigned int room ;
  int64_t wake, now ;
  int r, any = 0 ;
  if (3 * n + 2 > room)
  {
    room = 3 * n + 2 ;
    x = realloc(x, room * sizeof(struct pollfd)) ;
    if (!x) hf_die(HF_EXIT_SYSTEM, "out of memory") ;
  }
  for (unsigned int i = 0 ; i < n ; i++) l[i].fresh = 0 ;
  look_notified = 0 ;
  wake = fill(x, l, n, extra, deadline) ;
  r = poll(x, 3 * n + 2, hf_clock_poll(wake, hf_clock_ms())) ;
  if (r < 0 && errno != EINTR) hf_diesys(HF_EXIT_SYSTEM, "unable to poll") ;
  if (r < 0) return 1 ;
  now = hf_clock_ms() ;
  if (x[3 * n].revents) look_notified = drain() ;
  for (unsigned int i = 0 ; i < n ; i++)
    if (has_news(l + i, x + 3 * i, look_notified, now)) { look_take(l + i) ; any = 1 ; }
  if (x[3 * n + 1].revents) return 2 ;
  return any || look_notified || now < deadline ;
}

/* Judging. */

static int has (look const *l, char const *file)
{
  char path[HF_PATH] ;
  return hf_path_join(path, sizeof(path), l->dir, file) && !access(path, F_OK) ;
}

int look_is_up (look *l)
{
  if (l->reach != LOOK_OK || l->phase != HF_PHASE_RUN || !l->pid) return 0 ;
  if (!l->has_rec || l->told || !has(l, "needs") || !is_svneed(l)) return 1 ;
  if (l->look_at > hf_clock_ms() + 20) l->look_at = hf_clock_ms() + 20 ; /* no event tells of the exec */
  return 0 ;
}

/* Did the run before this one end badly? */
static int was_bad (look const *l)
{
  int w = l->rec.m.last_wstat ;
  if (!(l->rec.m.flags & HF_FLAG_ENDED)) return 0 ;
  if (!(l->rec.m.flags & HF_FLAG_KNOWN)) return 1 ;
  return WIFSIGNALED(w) ? WTERMSIG(w) != SIGTERM : !!WEXITSTATUS(w) ;
}

/* Being up is all there is to judge by. A start that fails does so in its first moments, mostly:
   it is given a few, and more after a bad end. */
static int is_settled (look *l)
{
  int64_t at = l->rec.m.started_at + (was_bad(l) ? SETTLE_LONG_MS : SETTLE_MS) ;
  if (hf_clock_ms() >= at) return 1 ;
  if (l->look_at > at) l->look_at = at ;
  return 0 ;
}

/* A oneshot that ended well and has not been told down. */
static int is_done (look const *l)
{
  return l->reach == LOOK_OK && l->has_rec && l->phase == HF_PHASE_DOWN && l->rec.m.flags & HF_FLAG_READY ;
}

int look_is_ready (look *l)
{
  if (is_done(l)) return 1 ;
  if (!look_is_up(l)) return 0 ;
  if (l->told) return 1 ;
  if (has(l, "check")) return look_check_passed(l) ;
  return !l->has_rec || (!has(l, "notification-fd") && !has(l, "background") && is_settled(l)) ;
}

int look_is_down (look const *l)
{
  if (l->reach == LOOK_OK) return l->phase == HF_PHASE_DOWN ;
  return l->reach == LOOK_ALONE && !l->orphan ;
}

int look_is_gone (look const *l)
{
  return l->reach == LOOK_NODIR ? l->err == ENOENT : l->reach == LOOK_ALONE && !l->orphan ;
}

int look_is_failed (look const *l)
{
  return l->reach == LOOK_OK && l->has_rec && l->phase == HF_PHASE_DOWN
    && (l->why == HF_WHY_FAILED || l->why == HF_WHY_GAVEUP) ;
}
