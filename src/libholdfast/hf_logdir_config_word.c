/* ISC license. */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/types.h>

#include <holdfast/clock.h>
#include <holdfast/ids.h>
#include <holdfast/message.h>
#include <holdfast/log.h>

#include "hf_logdir-internal.h"

/* The lines that runit's svlogd does not know and therefore passes over: a word, one space,
   a value. */

static hf_logout *add_out (hf_log const *l, hf_logdir *d, int kind, char const *name)
{
  unsigned int i ;
  hf_logout *o ;
  for (i = 0 ; i < d->nouts ; i++) if (d->outs[i].kind == kind) break ;
  o = d->outs + i ;
  if (i == d->nouts) d->nouts++ ;
  else hf_logout_close(o) ;   /* a later line takes the place of an earlier one */
  hf_logout_init(l, o, kind, name) ;
  return o ;
}

void hf_logdir_config_udp (hf_log *l, hf_logdir *d, char *s)
{
  hf_logout o ;
  int r = hf_logout_address(&o, s + 1, 514) ;
  if (r <= 0) { hf_log_warn("unable to scan ", r ? "port number: " : "ip address: ", s + 1) ; return ; }
  hf_logout_address(add_out(l, d, HF_LOGOUT_UDP, s + 1), s + 1, 514) ;
  d->nofile = *s == 'U' ;
}

static int set_full (hf_log *l, hf_logdir *d, char *v)
{
  (void)l ;
  d->trim = !strcmp(v, "trim") ;
  d->sink.policy = strcmp(v, "drop") ? HF_LOG_BLOCK_INPUT : HF_LOG_DROP ;
  return d->trim || !strcmp(v, "drop") || !strcmp(v, "block") ;
}

static int set_mode (hf_log *l, hf_logdir *d, char *v)
{
  unsigned int m = 0 ;
  size_t i ;
  (void)l ;
  for (i = 0 ; v[i] >= '0' && v[i] <= '7' && i < 5 ; i++) m = m << 3 | (v[i] - '0') ;
  if (!i || v[i] || m & ~0666U || !(m & 0200)) return 0 ;
  d->mode = m ;
  return 1 ;
}

static int set_group (hf_log *l, hf_logdir *d, char *v)
{
  (void)l ;
  return hf_group_scan(v, &d->gid) > 0 ;
}

static int set_keep_age (hf_log *l, hf_logdir *d, char *v)
{
  (void)l ;
  return (d->keep_ms = hf_logdir_config_period(v)) > 0 ;
}

static int set_keep_size (hf_log *l, hf_logdir *d, char *v)
{
  (void)l ;
  return (d->keep_bytes = hf_logdir_config_size(v)) > 0 ;
}

static int set_clock (hf_log *l, hf_logdir *d, char *v)
{
  static char const *const names[] = { "none", "tai64n", "utc", "utc-t", "iso", "iso-local", "unix" } ;
  unsigned int i ;
  (void)l ;
  for (i = 0 ; i < sizeof(names) / sizeof(names[0]) ; i++) if (!strcmp(v, names[i]))
  {
    d->sink.form.stamp = i ;
    return 1 ;
  }
  return 0 ;
}

static int yes (char const *v, uint8_t *flag)
{
  *flag = !strcmp(v, "yes") ;
  return *flag || !strcmp(v, "no") ;
}

static int set_json (hf_log *l, hf_logdir *d, char *v)
{
  (void)l ;
  return yes(v, &d->sink.form.json) ;
}

static int set_collapse (hf_log *l, hf_logdir *d, char *v)
{
  (void)l ;
  return yes(v, &d->collapse) ;
}

static int set_file (hf_log *l, hf_logdir *d, char *v)
{
  (void)l ;
  if (!yes(v, &d->nofile)) return 0 ;
  d->nofile = !d->nofile ;
  return 1 ;
}

static int set_out (hf_log *l, hf_logdir *d, char *v)
{
  hf_logout *o = add_out(l, d, HF_LOGOUT_STDOUT, "standard output") ;
  o->sink.form.prefix = v ;
  o->sink.form.prefixlen = strlen(v) < HF_LOG_PREFIX ? strlen(v) : HF_LOG_PREFIX ;
  return 1 ;
}

static hf_logout *syslog_out (hf_logdir *d)
{
  unsigned int i ;
  for (i = 0 ; i < d->nouts ; i++) if (d->outs[i].kind == HF_LOGOUT_SYSLOG) return d->outs + i ;
  return 0 ;
}

static int set_address (hf_logout *o, char const *v)
{
  if (*v == '/') return hf_logout_path(o, v) ;
  if (strncmp(v, "tcp:", 4) && strncmp(v, "udp:", 4)) return 0 ;
  return hf_logout_address(o, v + 4, 514) ;
}

static int set_log (hf_log *l, hf_logdir *d, char *v)
{
  hf_logout probe ;
  hf_logout *o ;
  char *pending = 0 ;
  int tcp = !strncmp(v, "tcp:", 4) ;
  if (set_address(&probe, v) <= 0) return 0 ;
  if (tcp && !(pending = malloc(HF_LOGOUT_PENDING))) return 0 ;
  o = add_out(l, d, HF_LOGOUT_SYSLOG, v) ;
  set_address(o, v) ;
  o->pending = pending ;
  o->stream = tcp ;
  o->rfc3164 = *v == '/' ;
  return 1 ;
}

static int set_log_facility (hf_log *l, hf_logdir *d, char *v)
{
  hf_logout *o = syslog_out(d) ;
  int r = hf_log_facility_scan(v) ;
  (void)l ;
  if (!o || r < 0) return 0 ;
  o->facility = r ;
  return 1 ;
}

static int severity (char const *v, uint8_t *where)
{
  int r = hf_log_severity_scan(v) ;
  if (r < 0) return 0 ;
  *where = r ;
  return 1 ;
}

static int set_log_default (hf_log *l, hf_logdir *d, char *v)
{
  hf_logout *o = syslog_out(d) ;
  (void)l ;
  return o && severity(v, &o->level) ;
}

static int set_log_level (hf_log *l, hf_logdir *d, char *v)
{
  hf_logout *o = syslog_out(d) ;
  (void)l ;
  return o && severity(v, &o->threshold) ;
}

static int set_log_tag (hf_log *l, hf_logdir *d, char *v)
{
  hf_logout *o = syslog_out(d) ;
  size_t i ;
  (void)l ;
  for (i = 0 ; v[i] > 32 && v[i] < 127 && i <= 48 ; i++) ;
  if (!o || !i || v[i]) return 0 ;
  o->tag = v ;
  return 1 ;
}

static int set_log_format (hf_log *l, hf_logdir *d, char *v)
{
  hf_logout *o = syslog_out(d) ;
  (void)l ;
  if (!o) return 0 ;
  o->rfc3164 = !strcmp(v, "rfc3164") ;
  return o->rfc3164 || !strcmp(v, "rfc5424") ;
}

static int set_log_full (hf_log *l, hf_logdir *d, char *v)
{
  hf_logout *o = syslog_out(d) ;
  (void)l ;
  if (!o) return 0 ;
  o->sink.policy = strcmp(v, "block") ? HF_LOG_DROP : HF_LOG_BLOCK_INPUT ;
  return o->sink.policy == HF_LOG_BLOCK_INPUT || !strcmp(v, "drop") ;
}

/* "LEVEL PATTERN" */
static int set_log_rule (hf_log *l, hf_logdir *d, char *v)
{
  char *space = strchr(v, ' ') ;
  int r ;
  (void)l ;
  if (!space) return 0 ;
  *space = 0 ;
  r = hf_log_severity_scan(v) ;
  if (r >= 0) hf_logdir_config_rule(d, '0' + r, space + 1) ;
  return r >= 0 ;
}

static struct { char const *word ; int (*set) (hf_log *, hf_logdir *, char *) ; } const words[] =
{
  { "clock", &set_clock },
  { "collapse", &set_collapse },
  { "file", &set_file },
  { "full", &set_full },
  { "group", &set_group },
  { "json", &set_json },
  { "keep-age", &set_keep_age },
  { "keep-size", &set_keep_size },
  { "log", &set_log },
  { "log-default", &set_log_default },
  { "log-facility", &set_log_facility },
  { "log-format", &set_log_format },
  { "log-full", &set_log_full },
  { "log-level", &set_log_level },
  { "log-rule", &set_log_rule },
  { "log-tag", &set_log_tag },
  { "mode", &set_mode },
  { "out", &set_out }
} ;

void hf_logdir_config_word (hf_log *l, hf_logdir *d, char *s)
{
  char *value = strchr(s, ' ') ;
  size_t n = value ? (size_t)(value - s) : strlen(s) ;
  unsigned int i ;
  value = value ? value + 1 : s + n ;
  for (i = 0 ; i < sizeof(words) / sizeof(words[0]) ; i++)
    if (strlen(words[i].word) == n && !memcmp(words[i].word, s, n))
    {
      if (!words[i].set(l, d, value)) hf_log_warn("bad value, ignored: ", d->name, "/config: ", words[i].word, " ", value) ;
      return ;
    }
}

/* The name of the service, as the working directory of its logger says it. */
static char const *default_tag (void)
{
  static char tag[49] ;
  char path[4096] ;
  char *end = getcwd(path, sizeof(path)) ;
  char *p ;
  if (!end) return "svlogd" ;
  p = strrchr(path, '/') ;
  if (p && p > path && !strcmp(p, "/log")) { *p = 0 ; p = strrchr(path, '/') ; }
  if (!p || !p[1]) return "svlogd" ;
  for (end = ++p ; *end ; end++) if (*end <= 32 || *end > 126) *end = '-' ;
  tag[48] = 0 ;
  return strncpy(tag, p, 48) ;
}

static void share_form (hf_logdir const *d, hf_logout *o)
{
  hf_logform *f = &o->sink.form ;
  f->rules = d->rules ;
  f->nrules = d->sink.form.nrules ;
  if (o->kind == HF_LOGOUT_STDOUT) return ;
  f->stamp = d->sink.form.stamp ;
  f->prefix = d->sink.form.prefix ;
  f->prefixlen = d->sink.form.prefixlen ;
}

/* After the last line of the file, when all is known. */
void hf_logdir_config_outs (hf_log *l, hf_logdir *d)
{
  hf_logform *f = &d->sink.form ;
  unsigned int i ;
  int file_rules = 0, error_rules = 0 ;
  for (i = 0 ; i < f->nrules ; i++)
  {
    char op = f->rules[i].op ;
    if (op == '+' || op == '-') file_rules = 1 ;
    if (op == 'e' || op == 'E') error_rules = 1 ;
  }
  if (error_rules)
  {
    hf_logout *o = add_out(l, d, HF_LOGOUT_STDERR, "standard error") ;
    o->sink.form.start = 0 ;
    o->sink.form.yes = 'e' ;
    o->sink.form.no = 'E' ;
  }
  for (i = 0 ; i < d->nouts ; i++)
  {
    share_form(d, d->outs + i) ;
    if (d->outs[i].kind == HF_LOGOUT_SYSLOG && !d->outs[i].tag) d->outs[i].tag = default_tag() ;
  }
  if (d->trim && d->nmin >= d->n && d->n) d->nmin = 0 ;
  if (d->collapse)
  {
    if (!d->again) d->again = malloc(l->line_max) ;
    d->again_len = (size_t)-1 ;
    d->again_n = 0 ;
  }
  else
  {
    free(d->again) ;
    d->again = 0 ;
  }
  f->whole = file_rules || d->again ;
}
