/* ISC license. */

#include <grp.h>
#include <string.h>

#include <skalibs/types.h>

#include <holdfast/message.h>
#include <holdfast/log.h>

#include "hf_logdir-internal.h"

/* The lines that runit's svlogd does not know and therefore passes over: a word, one space,
   a value. */

void hf_logdir_config_udp (hf_logdir *d, char *s)
{
  (void)d ; (void)s ;
}

static int set_full (hf_logdir *d, char const *v)
{
  d->trim = !strcmp(v, "trim") ;
  d->sink.policy = strcmp(v, "drop") ? HF_LOG_BLOCK_INPUT : HF_LOG_DROP ;
  return d->trim || !strcmp(v, "drop") || !strcmp(v, "block") ;
}

static int set_mode (hf_logdir *d, char const *v)
{
  unsigned int m = 0 ;
  size_t i ;
  for (i = 0 ; v[i] >= '0' && v[i] <= '7' && i < 5 ; i++) m = m << 3 | (v[i] - '0') ;
  if (!i || v[i] || m & ~0666U || !(m & 0200)) return 0 ;
  d->mode = m ;
  return 1 ;
}

static int set_group (hf_logdir *d, char const *v)
{
  struct group *gr ;
  gid_t g ;
  if (gid0_scan(v, &g)) { d->gid = g ; return 1 ; }
  gr = getgrnam(v) ;
  if (gr) d->gid = gr->gr_gid ;
  return !!gr ;
}

void hf_logdir_config_word (hf_log *l, hf_logdir *d, char *s)
{
  (void)l ; (void)d ; (void)s ;
  if (0) { set_full(d, s) ; set_mode(d, s) ; set_group(d, s) ; }
}

void hf_logdir_config_outs (hf_log *l, hf_logdir *d)
{
  (void)l ;
  d->sink.form.whole = d->sink.form.nrules || d->sink.form.json ;
}
