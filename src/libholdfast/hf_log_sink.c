/* ISC license. */

#include <errno.h>

#include <holdfast/message.h>
#include <holdfast/log.h>

#define SAY_EVERY 60000       /* ms between two complaints about the same trouble */

void hf_log_stall (hf_log *l, hf_logsink *k, char const *what, char const *name)
{
  int e = errno ;
  if (!k->stalled)
  {
    k->stalled = 1 ;
    k->since = l->now ;
    k->said_at = l->now - SAY_EVERY ;
  }
  k->lost.err = e ;
  k->retry_at = l->now + l->retry_ms ;
  if (l->now - k->said_at >= SAY_EVERY)
  {
    k->said_at = l->now ;
    hf_log_say("pausing", e, hf_words("unable to ", what, ": ", name)) ;
  }
  errno = e ;
}

void hf_log_drop (hf_log *l, hf_logsink *k)
{
  hf_logpos *p = &k->pos ;
  struct timespec now ;
  uint64_t before = k->lost.bytes ;
  while (p->at < l->len)
  {
    size_t end ;
    if (!p->mid && !p->skip)
    {
      p->chosen = 1 ;
      if (k->form.whole)
      {
        if (!hf_log_line(l, p->at, l->line_max, &end)) break ;
        p->chosen = hf_log_chosen(l, &k->form, p->at, l->s + p->at, end - p->at) ;
      }
    }
    if (p->chosen == HF_LOG_CHOSEN) { k->lost.lines++ ; p->chosen = HF_LOG_CHOSEN_LOST ; }
    p->skip = 0 ;
    p->mid = 1 ;
    hf_log_pass(l, k) ;
  }
  if (k->lost.bytes == before) return ;
  clock_gettime(CLOCK_REALTIME, &now) ;
  if (!before) k->lost.from = now ;
  k->lost.to = now ;
}

/* The rest of a line whose beginning was lost is lost too. */
void hf_log_pass (hf_log *l, hf_logsink *k)
{
  hf_logpos *p = &k->pos ;
  size_t end ;
  if (!p->mid || p->chosen == HF_LOG_CHOSEN) return ;
  end = hf_log_newline(l->s, p->at, l->len) ;
  p->mid = end == l->len ;
  end += end < l->len ;
  if (p->chosen == HF_LOG_CHOSEN_LOST) k->lost.bytes += end - p->at ;
  p->at = end ;
}

int hf_log_behind (hf_log *l, hf_logsink *k)
{
  if (!k->stalled) return 0 ;
  if (k->policy == HF_LOG_BLOCK_INPUT || l->now - k->since < k->patience) return 1 ;
  hf_log_drop(l, k) ;
  return 0 ;
}
