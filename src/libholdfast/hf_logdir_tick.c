/* ISC license. */

#include <holdfast/clock.h>
#include <holdfast/log.h>

#define LINE_WAIT 1000        /* ms that a wanted rotation waits for the line to be finished */

static void rotate_now (hf_log *l, hf_logdir *d)
{
  d->rotation = HF_LOG_ROTATE_RENAME ;
  if (!d->sink.stalled) hf_logdir_rotate(l, d) ;
}

void hf_logdir_want_rotate (hf_log *l, hf_logdir *d)
{
  if (d->current_fd < 0 || d->rotation || !d->size) return ;
  if (!d->torn) rotate_now(l, d) ;
  else if (!d->want_rotate)
  {
    d->want_rotate = 1 ;
    d->rotate_by = l->now + LINE_WAIT ;
  }
}

void hf_logdir_tick (hf_log *l, hf_logdir *d)
{
  if (d->fd < 0) return ;
  if (d->want_rotate && l->now >= d->rotate_by) rotate_now(l, d) ;
  if (d->current_fd >= 0 && l->now >= d->age_at)
  {
    d->age_at = l->now + d->period ;
    hf_logdir_want_rotate(l, d) ;
  }
  if (d->again_n && l->now >= d->again_by && !d->torn)
  {
    hf_logdir_again(l, d) ;
    d->again_by = l->now + 60000 ;
  }
  hf_logdir_process(l, d) ;
}

static int64_t least (int64_t a, int64_t b)
{
  return a < b ? a : b ;
}

int64_t hf_logdir_deadline (hf_log const *l, hf_logdir const *d)
{
  int64_t t = HF_NEVER ;
  (void)l ;
  if (d->fd < 0) return t ;
  if (d->want_rotate) t = least(t, d->rotate_by) ;
  if (d->current_fd >= 0) t = least(t, d->age_at) ;
  if (d->again_n) t = least(t, d->again_by) ;
  if (d->sink.stalled) t = least(t, d->sink.retry_at) ;
  if (d->processor && d->waiting && !d->pid && d->failures) t = least(t, d->process_at) ;
  return t ;
}
