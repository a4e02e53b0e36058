/* ISC license. */

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/types.h>

#include <holdfast/clock.h>
#include <holdfast/message.h>
#include <holdfast/log.h>

#define out hf_log_scratch

static ssize_t append (hf_logdir *d, char const *s, size_t n)
{
  ssize_t w ;
  do w = write(d->current_fd, s, n) ; while (w < 0 && errno == EINTR) ;
  if (!w) { errno = ENOSPC ; w = -1 ; }
  if (w > 0)
  {
    d->size += w ;
    d->torn = s[w - 1] != '\n' ;
  }
  return w ;
}

/* All or nothing: what cannot be written whole is taken back. */
static int append_whole (hf_logdir *d, char const *s, size_t n)
{
  uint64_t before = d->size ;
  uint8_t torn = d->torn ;
  ssize_t w = append(d, s, n) ;
  if (w == (ssize_t)n) return 1 ;
  if (w > 0)
  {
    if (ftruncate(d->current_fd, before) < 0) return 0 ;
    d->size = before ;
    d->torn = torn ;
    errno = ENOSPC ;
  }
  return 0 ;
}

void hf_logdir_note (hf_log *l, hf_logdir *d, char const *text, size_t n)
{
  size_t k = 0 ;
  if (d->current_fd < 0 || (d->sink.pos.mid && !d->nofile)) return ;
  if (d->torn) out[k++] = '\n' ;
  if (n > HF_LOG_NOTE) n = HF_LOG_NOTE ;
  k += hf_log_frame(l, &d->sink.form, text, n, out + k) ;
  append_whole(d, out, k) ;
}

/* The marker of an outage, in the place of the lines that are missing. */
static int mark_loss (hf_log *l, hf_logdir *d)
{
  char s[400] ;
  hf_loglost *lost = &d->sink.lost ;
  size_t n = hf_log_loss_text(s, lost) ;
  size_t k = 0 ;
  if (d->torn) out[k++] = '\n' ;
  k += hf_log_frame(l, &d->sink.form, s, n, out + k) ;
  if (!append_whole(d, out, k)) return 0 ;
  hf_logdir_lost_save(d, lost) ;
  d->total_lines += lost->lines ;
  d->total_bytes += lost->bytes ;
  memset(lost, 0, sizeof(*lost)) ;
  return 1 ;
}

int hf_logdir_again (hf_log *l, hf_logdir *d)
{
  static char const before[] = "last line repeated " ;
  char s[sizeof(before) + UINT64_FMT + 8] ;
  size_t n = sizeof(before) - 1, k = 0 ;
  if (!d->again_n || d->current_fd < 0) return 1 ;
  memcpy(s, before, n) ;
  n += uint64_fmt(s + n, d->again_n) ;
  memcpy(s + n, " times", 6) ;
  n += 6 ;
  if (d->torn) out[k++] = '\n' ;
  k += hf_log_frame(l, &d->sink.form, s, n, out + k) ;
  if (!append_whole(d, out, k)) return 0 ;
  d->again_n = 0 ;
  return 1 ;
}

/* Passes over a line that is the same as the last one written. 1 passed, 0 to be written,
   -1 trouble. Only lines shorter than len are compared. */
static int collapse (hf_log *l, hf_logdir *d)
{
  hf_logpos *p = &d->sink.pos ;
  size_t end, n ;
  if (p->mid || p->skip || !hf_log_line(l, p->at, l->line_max, &end)) return 0 ;
  n = end - p->at ;
  if (!hf_log_chosen(l, &d->sink.form, p->at, l->s + p->at, n)) return 0 ;
  if (n < l->line_max && n == d->again_len && !memcmp(l->s + p->at, d->again, n))
  {
    if (!d->again_n++) d->again_by = l->now + 60000 ;
    p->at = end + 1 ;
    return 1 ;
  }
  if (!hf_logdir_again(l, d)) return -1 ;
  d->again_len = n < l->line_max ? n : (size_t)-1 ;
  if (n < l->line_max) memcpy(d->again, l->s + p->at, n) ;
  return 0 ;
}

/* What is written as it is needs no copy. The number of bytes from pos that may go in one
   write; *ended as in hf_log_render. */
static size_t direct (hf_log *l, hf_logpos *pos, size_t room, size_t soft, int *ended)
{
  size_t n = l->len - pos->at ;
  if (n > room) n = room ;
  *ended = 0 ;
  if (soft <= n)
  {
    size_t e = hf_log_newline(l->s, pos->at + soft - 1, pos->at + n) ;
    if (e < pos->at + n)
    {
      n = e + 1 - pos->at ;
      *ended = 1 ;
    }
  }
  pos->at += n ;
  pos->mid = l->s[pos->at - 1] != '\n' ;
  pos->chosen = HF_LOG_CHOSEN ;
  return n ;
}

static int is_direct (hf_logform const *f, hf_logpos const *p)
{
  return !f->stamp && !f->prefixlen && !f->whole && !f->json && !p->skip && p->chosen != HF_LOG_CHOSEN_LOST ;
}

/* One write. 1: go on, 0: all of the block is taken (or as much as can be), -1: trouble. */
static int step (hf_log *l, hf_logdir *d)
{
  hf_logsink *k = &d->sink ;
  hf_logpos next = k->pos ;
  size_t room = d->max && d->max - d->size < HF_LOG_OUT ? d->max - d->size : HF_LOG_OUT ;
  size_t soft = (size_t)-1 ;
  char const *s = out ;
  size_t n ;
  ssize_t w ;
  int ended ;
  size_t one = 0 ;            /* collapse: one line at a time, whatever the size */
  if (d->max && d->max > d->margin) soft = d->size >= d->max - d->margin ? 1 : d->max - d->margin - d->size ;
  if (d->want_rotate) soft = 1 ;
  if (d->again)
  {
    int r = collapse(l, d) ;
    if (r) return r ;
    next = k->pos ;
    if (soft > 1) one = soft, soft = 1 ;
  }
  if (is_direct(&k->form, &k->pos))
  {
    s = l->s + k->pos.at ;
    n = direct(l, &next, room, soft, &ended) ;
  }
  else n = hf_log_render(l, &k->form, &next, out, room, soft, &ended) ;
  if (!n)
  {
    k->pos = next ;
    return 0 ;
  }
  w = append(d, s, n) ;
  if (w < 0) return -1 ;
  if ((size_t)w == n) k->pos = next ;
  else if (s != out) direct(l, &k->pos, w, (size_t)-1, &ended) ;
  else hf_log_render(l, &k->form, &k->pos, out, w, (size_t)-1, &ended) ;
  if (ended && (size_t)w == n && n >= one) d->rotation = HF_LOG_ROTATE_RENAME ;
  return 1 ;
}

/* 0: stalled. */
static int attempt (hf_log *l, hf_logdir *d)
{
  hf_logsink *k = &d->sink ;
  while (k->pos.at < l->len || k->lost.lines)
  {
    if (d->rotation && !hf_logdir_rotate(l, d)) return 0 ;
    if (d->max && d->size >= d->max)
    {
      d->rotation = HF_LOG_ROTATE_RENAME ;
      continue ;
    }
    if (k->lost.lines && !k->pos.mid && !mark_loss(l, d)) goto err ;
    hf_log_pass(l, k) ;
    if (k->pos.at >= l->len) break ;
    if (d->torn && !k->pos.mid && !k->pos.skip && append(d, "\n", 1) < 0) goto err ;
    switch (step(l, d))
    {
      case 0 : goto done ;
      case 1 : continue ;
    }
   err:
    if ((errno == ENOSPC || errno == EDQUOT) && hf_logdir_trim(d)) continue ;
    hf_log_stall(l, k, "write to current", d->name) ;
    return 0 ;
  }
 done:
  if (d->rotation && !hf_logdir_rotate(l, d)) return 0 ;
  k->stalled = 0 ;
  return 1 ;
}

int hf_logdir_deliver (hf_log *l, hf_logdir *d)
{
  hf_logsink *k = &d->sink ;
  if (d->fd < 0 || d->nofile)
  {
    k->pos.at = l->len ;
    if (d->fd < 0 || (!d->rotation && !k->stalled)) return 1 ;
  }
  if (!k->stalled || l->now >= k->retry_at)
  {
    if (attempt(l, d)) return 1 ;
    if (k->stalled && k->lost.lines) hf_logdir_lost_save(d, &k->lost) ;
  }
  return k->stalled && !hf_log_behind(l, k) ; /* not stalled: waits for a processor */
}
