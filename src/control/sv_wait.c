/* ISC license. */

/* One loop waits for all services at once. Each is looked at again when its supervisor
   announces a change, when its supervisor goes away (the reader of supervise/ok is gone: POLLERR),
   when its check ends, or at look_at. Supervisors of other families announce nothing: inotify on
   the supervise directory stands in. */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include <holdfast/clock.h>
#include <holdfast/message.h>
#include <holdfast/watch.h>
#include "sv.h"
#include "config.h"

#define LOOK_MS 500           /* a look now and then, should inotify have nothing to say */
#define FRESH_MS 20
#define LOST_MS 5000          /* so long a supervisor that was killed may be without successor */
#define SOON_NS 150000        /* for what changes within the first millisecond of a process */

/* The watch comes first: a change after the look cannot be missed. */
static void rewatch (sv_unit *u)
{
  sv_unit_unwatch(u) ;
  u->watch_fd = hf_watch_open(u->sup) ;
}

/* When to look again, if nothing is told. */
static int64_t next_look (sv_unit const *u)
{
  int64_t now = hf_clock_ms() ;
  if (u->watch_fd >= 0) return HF_NEVER ;
  if (u->is_fresh)
  {
    sv_notify_add(u->dir) ;
    return now + (sv_notify_add(u->sup) ? LOOK_MS : FRESH_MS) ;
  }
  return now + (sv_notify_add(u->sup) ? LOOK_MS : HF_WATCH_POLL_MS) ;
}

/* A supervisor that was killed is replaced where there is a runsvdir. */
static int is_awaited (sv_unit *u)
{
  int64_t now = hf_clock_ms() ;
  if (!u->lost_at) u->lost_at = now ;
  if (!u->has_rec || u->rec.m.want == HF_WANT_EXIT || now >= u->lost_at + LOST_MS) return 0 ;
  u->look_at = now + FRESH_MS ;
  return 1 ;
}

static int has_boss (sv_unit *u)
{
  return (u->ok_fd >= 0 || sv_unit_open(u)) && sv_unit_record(u) && u->rec.supervisor.pid ; /* 0: it is leaving */
}

/* Reads the record of the one there is; 0 if nobody is. A new one is told what the one before
   may not have heard. */
static int find_boss (sv_unit *u, sv_waiter const *w)
{
  int there = has_boss(u) ;
  if (there && (u->boss.pid != u->rec.supervisor.pid || u->boss.start_lo != u->rec.supervisor.start_lo))
  {
    u->boss = u->rec.supervisor ;
    u->lost_at = 0 ;
    rewatch(u) ;
    (*w->again)(u, w->data) ;
    there = has_boss(u) ;
  }
  u->has_rec = 1 ;
  u->reach = there ? SV_OK : SV_NORUNSV ;
  if (!there) sv_unit_close(u) ;
  return there ;
}

static int judge (sv_unit *u, sv_waiter const *w)
{
  u->soon = 0 ;
  u->look_at = next_look(u) ;
  if (u->is_fresh)
  {
    if (!sv_unit_open(u)) return 0 ;
    (*w->arrive)(u, w->data) ;
    if (u->done) return 0 ;
    u->look_at = next_look(u) ;
  }
  if (u->until[0] == 'x') return u->ok_fd < 0 ; /* the process itself, not only its last word */
  if (u->ok_fd < 0 && !u->has_rec) return 1 ;
  if (u->seen) u->seen = 0 ;
  else if (u->has_rec ? !find_boss(u, w) : !sv_unit_read(u)) return !is_awaited(u) ;
  return sv_cond_met(u, u->until) ;
}

static void settle (sv_unit *u, int timeout, sv_waiter const *w)
{
  sv_check_kill(u) ;
  sv_progress_clear() ;
  (*w->finish)(u, timeout, w->data) ;
  u->done = 1 ;
  sv_unit_close(u) ;
}

/* Two for each unit, then the end of a check, then inotify. */
static unsigned int fill (struct pollfd *x, sv_unit const *u, unsigned int n, int64_t *wake, int *soon)
{
  unsigned int pending = 0 ;
  for (unsigned int i = 0 ; i < n ; i++)
  {
    x[2 * i] = (struct pollfd){ .fd = u[i].done ? -1 : u[i].watch_fd } ;
    x[2 * i + 1] = (struct pollfd){ .fd = u[i].done ? -1 : u[i].ok_fd } ;
    if (u[i].done) continue ;
    pending++ ;
    *soon |= u[i].soon ;
    if (u[i].look_at < *wake) *wake = u[i].look_at ;
  }
  x[2 * n] = (struct pollfd){ .fd = sv_check_fd(), .events = POLLIN } ;
  x[2 * n + 1] = (struct pollfd){ .fd = sv_notify_fd(), .events = POLLIN } ;
  return pending ;
}

/* 1: something happened that asks for another look. 2: and the watch is over. */
static int news (sv_unit *u, struct pollfd const *x, int notified, int64_t now)
{
  if (x[1].fd >= 0 && x[1].revents)
  {
    fd_close(u->ok_fd) ;
    u->ok_fd = -1 ;
    u->reach = SV_NORUNSV ;
    return 1 ;
  }
  if (x[0].fd >= 0 && x[0].revents) return 2 ;
  return u->soon || now >= u->look_at || (notified && u->watch_fd < 0) ;
}

/* What is wanted has come with the end of a watch, mostly. Only if not is there another. */
static int look_again (sv_unit *u, int what, sv_waiter const *w)
{
  if (!what) return 0 ;
  if (judge(u, w)) return 1 ;
  if (what == 1) return 0 ;
  rewatch(u) ;
  return judge(u, w) ;
}

static void look_all (sv_unit *u, unsigned int n, struct pollfd const *x, sv_waiter const *w)
{
  int64_t now = hf_clock_ms() ;
  int notified = x[2 * n + 1].fd >= 0 && x[2 * n + 1].revents ;
  if (x[2 * n].fd >= 0 && x[2 * n].revents) sv_check_reap(u, n) ;
  if (notified) sv_notify_drain() ;
  for (unsigned int i = 0 ; i < n ; i++)
    if (!u[i].done && look_again(u + i, news(u + i, x + 2 * i, notified, now), w)) settle(u + i, 0, w) ;
}

static int wait_for (struct pollfd *x, nfds_t n, int soon, int ms)
{
#if HF_LINUX
  struct timespec ts = { .tv_sec = 0, .tv_nsec = SOON_NS } ;
  if (soon && ms) return ppoll(x, n, &ts, 0) ;
#endif
  return poll(x, n, soon && ms ? 1 : ms) ;
}

void sv_wait (sv_unit *u, unsigned int n, sv_waiter const *w)
{
  static struct pollfd *x ;
  static unsigned int room ;
  int64_t told = hf_clock_ms() + 1000 ;
  if (n > room) x = sv_keep((2 * (size_t)(room = n) + 2) * sizeof(struct pollfd)) ;
  for (unsigned int i = 0 ; i < n ; i++) if (!u[i].done && judge(u + i, w)) settle(u + i, 0, w) ;
  for (;;)
  {
    int64_t wake = w->deadline, now = hf_clock_ms() ;
    int soon = 0 ;
    if (!fill(x, u, n, &wake, &soon) || now >= w->deadline) break ;
    if (now >= told && sv_progress_due(&told)) sv_progress_show(u, n) ;
    if (told < wake) wake = told ;
    if (wait_for(x, 2 * n + 2, soon, hf_clock_poll(wake, now)) >= 0) look_all(u, n, x, w) ;
    else if (errno != EINTR) hf_diesys(SV_EXIT_FATAL, "unable to poll") ;
  }
  for (unsigned int i = 0 ; i < n ; i++)
    if (!u[i].done)
    {
      if (u[i].ok_fd >= 0) sv_unit_read(u + i) ;
      settle(u + i, 1, w) ;
    }
}
