/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

#include <holdfast/message.h>
#include <holdfast/log.h>

#include "hf_logdir-internal.h"

#define CONFIG_MAX 1048576

/* The leading decimal digits, as runit reads them; stops short of overflow. */
static uint64_t number (char const *s, char const **end)
{
  uint64_t u = 0 ;
  for (; *s >= '0' && *s <= '9' ; s++) u = u > 1000000000000000ULL ? u : 10 * u + (*s - '0') ;
  *end = s ;
  return u ;
}

uint64_t hf_logdir_config_size (char const *s)
{
  char const *e ;
  uint64_t u = number(s, &e) ;
  return *e == 'k' ? u << 10 : *e == 'm' ? u << 20 : *e == 'g' ? u << 30 : u ;
}

static unsigned int count (char const *s)
{
  char const *e ;
  uint64_t u = number(s, &e) ;
  return u > 0x7fffffff ? 0x7fffffff : u ;
}

int64_t hf_logdir_config_period (char const *s)
{
  char const *e ;
  uint64_t u = number(s, &e) ;
  if (u > 100000000) u = 100000000 ;
  return (int64_t)u * (*e == 'm' ? 60000 : *e == 'h' ? 3600000 : *e == 'd' ? 86400000 : 1000) ;
}

void hf_logdir_config_rule (hf_logdir *d, char op, char const *pat)
{
  hf_logrule *r = d->rules + d->sink.form.nrules++ ;
  r->op = op ;
  r->kind = HF_LOG_PATTERN_RUNIT ;
  r->pat = pat ;
  r->len = strlen(pat) ;
}

static void complain (hf_logdir const *d, char const *what, char const *text)
{
  hf_log_warn(what, ": ", d->name, "/config: ", text) ;
}

static void set_prefix (hf_logdir *d, char const *s)
{
  d->sink.form.prefix = s ;
  d->sink.form.prefixlen = strlen(s) ;
  if (d->sink.form.prefixlen <= HF_LOG_PREFIX) return ;
  d->sink.form.prefixlen = HF_LOG_PREFIX ;
  complain(d, "prefix too long, cut", s) ;
}

static void line (hf_log *l, hf_logdir *d, char *s)
{
  switch (*s)
  {
    case 's' : d->max = hf_logdir_config_size(s + 1) ; break ;
    case 'n' : d->n = count(s + 1) ; break ;
    case 'N' : d->nmin = count(s + 1) ; break ;
    case 't' : d->period = hf_logdir_config_period(s + 1) ; break ;
    case '!' : d->processor = s[1] ? s + 1 : 0 ; break ;
    case 'p' : set_prefix(d, s + 1) ; break ;
    case '+' :
    case '-' :
    case 'e' :
    case 'E' : hf_logdir_config_rule(d, *s, s + 1) ; break ;
    case 'u' :
    case 'U' : hf_logdir_config_udp(l, d, s) ; break ;
    case 'a' : case 'b' : case 'c' : case 'd' : case 'f' : case 'g' : case 'h' : case 'i' :
    case 'j' : case 'k' : case 'l' : case 'm' : case 'o' : hf_logdir_config_word(l, d, s) ; break ;
    default : break ;
  }
}

/* 1 read, 0 there is none (or it cannot be read: said). */
static int slurp (hf_logdir *d, size_t *len)
{
  struct stat st ;
  size_t n = 0 ;
  int fd = openat(d->fd, "config", O_RDONLY | O_NONBLOCK | O_CLOEXEC) ;
  if (fd < 0 && errno == ENOENT) return 0 ;
  if (fd < 0 || fstat(fd, &st) < 0) goto err ;
  if (!S_ISREG(st.st_mode)) { errno = EINVAL ; goto err ; }
  if (st.st_size > CONFIG_MAX) { errno = EFBIG ; goto err ; }
  d->text = malloc(st.st_size + 1) ;
  if (!d->text) goto err ;
  while (n < (size_t)st.st_size)
  {
    ssize_t r = read(fd, d->text + n, st.st_size - n) ;
    if (r < 0 && errno == EINTR) continue ;
    if (r < 0) goto err ;
    if (!r) break ;
    n += r ;
  }
  close(fd) ;
  *len = n ;
  return 1 ;
 err:
  hf_log_warnsys("unable to read: ", d->name, "/config") ;
  if (fd >= 0) close(fd) ;
  return 0 ;
}

/* text has room for one more byte. */
int hf_logdir_config_text (hf_log *l, hf_logdir *d, char *text, size_t n)
{
  size_t lines = 1, i, start = 0 ;
  for (i = 0 ; i < n ; i++) if (text[i] == '\n') lines++ ;
  d->rules = malloc(lines * sizeof(hf_logrule)) ;
  if (!d->rules) return 0 ;
  text[n] = '\n' ;
  for (i = 0 ; i <= n ; i++) if (text[i] == '\n')
  {
    text[i] = 0 ;
    line(l, d, text + start) ;
    start = i + 1 ;
  }
  return 1 ;
}

int hf_logdir_config (hf_log *l, hf_logdir *d)
{
  size_t n ;
  hf_logform *f = &d->sink.form ;
  uint8_t stamp = f->stamp ;
  free(d->text) ;
  free(d->rules) ;
  d->text = 0 ;
  d->rules = 0 ;
  hf_logdir_defaults(d) ;
  f->stamp = stamp ;
  d->margin = l->line_max ;
  if (slurp(d, &n))
  {
    if (l->verbose) hf_log_info("read: ", d->name, "/config") ;
    if (!hf_logdir_config_text(l, d, d->text, n)) hf_log_warnsys("unable to read: ", d->name, "/config") ;
  }
  f->rules = d->rules ;
  hf_logdir_config_outs(l, d) ;
  return 1 ;
}
