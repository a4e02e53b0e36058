/* ISC license. */

/* One loop waits for all services at once. Each is looked at again when its supervisor
   announces a change, when its supervisor goes away (the reader of supervise/ok is gone: POLLERR),
   when its check ends, or at look_at. */

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include <holdfast/clock.h>
#include <holdfast/message.h>
#include <holdfast/watch.h>
#include "sv.h"

/* The watch comes first: a change after the look cannot be missed. */
static void rewatch (sv_unit *u)
{
  if (u->watch_fd >= 0) fd_close(u->watch_fd) ;
  u->watch_fd = hf_watch_open(u->sup) ;
}

static int judge (sv_unit *u, char const *until)
{
  u->look_at = u->watch_fd < 0 ? hf_clock_ms() + HF_WATCH_POLL_MS : HF_NEVER ;
  if (u->ok_fd < 0) return 1 ;
  if (!sv_unit_read(u)) return 1 ;
  if (u->has_rec) hf_state_read(&u->rec, u->sup) ;
  return sv_cond_met(u, until) ;
}

static void settle (sv_unit *u, int timeout, void (*finish) (sv_unit *, int, void *), void *data)
{
  sv_check_kill(u) ;
  (*finish)(u, timeout, data) ;
  u->done = 1 ;
  sv_unit_close(u) ;
}

static unsigned int fill (struct pollfd *x, sv_unit const *u, unsigned int n, int64_t *until)
{
  unsigned int pending = 0 ;
  for (unsigned int i = 0 ; i < n ; i++)
  {
    x[2 * i] = (struct pollfd){ .fd = u[i].done ? -1 : u[i].watch_fd } ;
    x[2 * i + 1] = (struct pollfd){ .fd = u[i].done ? -1 : u[i].ok_fd } ;
    if (u[i].done) continue ;
    pending++ ;
    if (u[i].look_at < *until) *until = u[i].look_at ;
  }
  x[2 * n] = (struct pollfd){ .fd = sv_check_fd(), .events = POLLIN } ;
  return pending ;
}

/* 1: something happened that asks for another look. */
static int news (sv_unit *u, struct pollfd const *x, int64_t now)
{
  if (x[1].fd >= 0 && x[1].revents)
  {
    fd_close(u->ok_fd) ;
    u->ok_fd = -1 ;
    u->reach = SV_NORUNSV ;
    return 1 ;
  }
  if (x[0].fd >= 0 && x[0].revents)
  {
    rewatch(u) ;
    return 1 ;
  }
  return now >= u->look_at ;
}

void sv_wait (sv_unit *u, unsigned int n, char const *until, int64_t deadline,
  void (*finish) (sv_unit *, int, void *), void *data)
{
  struct pollfd *x = sv_alloc((2 * (size_t)n + 1) * sizeof(struct pollfd)) ;
  for (unsigned int i = 0 ; i < n ; i++)
    if (!u[i].done && judge(u + i, until)) settle(u + i, 0, finish, data) ;
  for (;;)
  {
    int64_t wake = deadline, now = hf_clock_ms() ;
    if (!fill(x, u, n, &wake) || now >= deadline) break ;
    if (poll(x, 2 * n + 1, hf_clock_poll(wake, now)) < 0 && errno != EINTR)
      hf_diesys(SV_EXIT_FATAL, "unable to poll") ;
    if (x[2 * n].fd >= 0 && x[2 * n].revents) sv_check_reap(u, n) ;
    now = hf_clock_ms() ;
    for (unsigned int i = 0 ; i < n ; i++)
      if (!u[i].done && news(u + i, x + 2 * i, now) && judge(u + i, until)) settle(u + i, 0, finish, data) ;
  }
  for (unsigned int i = 0 ; i < n ; i++)
    if (!u[i].done)
    {
      sv_unit_read(u + i) ;
      settle(u + i, 1, finish, data) ;
    }
}
