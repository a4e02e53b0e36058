/* ISC license. */

/* sv metrics: OpenMetrics text. One family after the other, as the format wants it, from one
   look at each service. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <holdfast/clock.h>
#include <holdfast/message.h>
#include "sv.h"

/* Bytes that are no text become \xNN, so that two names never become one. */
static void special (unsigned char c)
{
  char s = (char)c ;
  if (c == '\n') sv_put("\\n") ;
  else if (c < 128) sv_putn(&s, 1) ;
  else { sv_put("\\\\x") ; sv_put_hex(c) ; }
}

static void label (char const *s)
{
  sv_put("{service=\"") ;
  sv_put_quoted(s, &special) ;
  sv_put("\"} ") ;
}

/* Each gives one number, or no sample if it returns 0. */
static int supervised (sv_unit *u, int64_t *ms) { *ms = u->reach == SV_OK ? 1000 : 0 ; return 1 ; }
static int up (sv_unit *u, int64_t *ms) { *ms = u->reach == SV_OK && u->st.state == 1 ? 1000 : 0 ; return 1 ; }
static int wanted (sv_unit *u, int64_t *ms) { *ms = u->st.want == 'u' ? 1000 : 0 ; return u->reach == SV_OK ; }
static int ready (sv_unit *u, int64_t *ms) { int r = sv_ready(u) ; *ms = r > 0 ? 1000 : 0 ; return r >= 0 ; }

static int failed (sv_unit *u, int64_t *ms)
{
  *ms = u->rec.m.phase == HF_PHASE_DOWN && (u->rec.m.why == HF_WHY_GAVEUP || u->rec.m.why == HF_WHY_FAILED) ? 1000 : 0 ;
  return u->has_rec ;
}

static int since (sv_unit *u, int64_t *ms)
{
  uint32_t nano ;
  int64_t s = hf_stamp_unix(&u->st.stamp, &nano) ;
  if (u->reach != SV_OK || s <= 0 || s > SV_TIME_MAX) return 0 ;
  *ms = s * 1000 + nano / 1000000 ;
  return 1 ;
}

static int starts (sv_unit *u, int64_t *ms) { *ms = 1000 * (int64_t)u->rec.m.starts ; return u->has_rec ; }
static int deaths (sv_unit *u, int64_t *ms) { *ms = 1000 * (int64_t)u->rec.m.deaths ; return u->has_rec ; }

static int last_code (sv_unit *u, int64_t *ms)
{
  int w = u->rec.m.last_wstat ;
  *ms = 1000 * (int64_t)(WIFSIGNALED(w) ? 128 + WTERMSIG(w) : WEXITSTATUS(w)) ;
  return u->has_rec && u->rec.m.flags & HF_FLAG_ENDED && u->rec.m.flags & HF_FLAG_KNOWN ;
}

static struct family
{
  char const *name ;
  char const *type ;
  char const *suffix ;
  char const *help ;
  int (*value) (sv_unit *, int64_t *) ;
} const families[] =
{
  { "holdfast_service_supervised", "gauge", "", "Whether a live supervisor answers for the service.", &supervised },
  { "holdfast_service_up", "gauge", "", "Whether the service runs.", &up },
  { "holdfast_service_wanted_up", "gauge", "", "Whether the service is wanted up.", &wanted },
  { "holdfast_service_ready", "gauge", "", "Whether the service is ready, where it says so.", &ready },
  { "holdfast_service_failed", "gauge", "", "Whether the supervisor gave the service up.", &failed },
  { "holdfast_service_state_since_seconds", "gauge", "", "Unix time at which the present state began.", &since },
  { "holdfast_service_starts", "counter", "_total", "Starts since the supervisor's record began.", &starts },
  { "holdfast_service_deaths", "counter", "_total", "Ends of runs since the supervisor's record began.", &deaths },
  { "holdfast_service_last_exit_code", "gauge", "", "Exit code of the last run, 128 and the signal if one ended it.", &last_code },
} ;

static void value (int64_t ms)
{
  if (ms % 1000) sv_put_decimal(ms) ;
  else sv_put_uint((uint64_t)ms / 1000) ;
}

#define FAMILIES (sizeof(families) / sizeof(families[0]))
#define NONE INT64_MIN        /* no sample */

struct sample { int64_t ms[FAMILIES] ; } ;

/* What is kept of a service: its record is ten times as large. */
static void look (struct sample *x, char const *word)
{
  sv_unit u ;
  sv_unit_look(&u, word) ;
  for (unsigned int i = 0 ; i < FAMILIES ; i++) if (!(*families[i].value)(&u, x->ms + i)) x->ms[i] = NONE ;
}

static void head (struct family const *f)
{
  sv_put("# TYPE ") ; sv_put(f->name) ; sv_put(" ") ; sv_put(f->type) ;
  if (strstr(f->name, "_seconds")) { sv_put("\n# UNIT ") ; sv_put(f->name) ; sv_put(" seconds") ; }
  sv_put("\n# HELP ") ; sv_put(f->name) ; sv_put(" ") ; sv_put(f->help) ; sv_put("\n") ;
}

static void sample (struct family const *f, char const *word, int64_t ms)
{
  sv_put(f->name) ;
  sv_put(f->suffix) ;
  label(word) ;
  value(ms) ;
  sv_put("\n") ;
}

/* A series must not be there twice. */
static void once (sv_names *l)
{
  unsigned int n = 0 ;
  for (unsigned int i = 0 ; i < l->n ; i++)
  {
    unsigned int k = 0 ;
    while (k < n && strcmp(l->v[k], l->v[i])) k++ ;
    if (k == n) l->v[n++] = l->v[i] ;
  }
  l->n = n ;
}

static void print (sv_names const *l)
{
  struct sample *x = sv_alloc(l->n * sizeof(struct sample)) ;
  sv_unit_near(l->n, l->v) ;
  for (unsigned int i = 0 ; i < l->n ; i++) look(x + i, l->v[i]) ;
  for (unsigned int k = 0 ; k < FAMILIES ; k++)
  {
    head(families + k) ;
    for (unsigned int i = 0 ; i < l->n ; i++) if (x[i].ms[k] != NONE) sample(families + k, l->v[i], x[i].ms[k]) ;
  }
  sv_put("# EOF\n") ;
  sv_flush() ;
}

/* A collector must never see half a file: written beside it and renamed. */
static int print_to (char const *file, sv_names const *l)
{
  char tmp[HF_PATH] ;
  size_t n = strlen(file) ;
  int fd, here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) ; /* print() may go elsewhere */
  if (n + 5 > sizeof(tmp)) hf_die(HF_EXIT_USAGE, "file name too long") ;
  memcpy(tmp, file, n) ;
  memcpy(tmp + n, ".new", 5) ;
  fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644) ;
  if (fd < 0 || dup2(fd, 1) < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to create ", tmp) ;
  print(l) ;
  if (renameat(here, tmp, here, file) < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to rename ", tmp, " to ", file) ;
  return 0 ;
}

int sv_metrics (int argc, char const *const *argv)
{
  static sv_option const opts[] = { { "output", 'o', 1 }, { "all", 'a', 0 }, { 0, 0, 0 } } ;
  sv_args a = SV_ARGS("metrics", "[-o file] [pattern ...]", opts, argc, argv) ;
  sv_names l, words = { .v = 0, .n = 0, .max = 0 } ;
  char const *file = 0 ;
  int c ;
  while ((c = sv_args_next(&a)) >= 0)
  {
    if (!c) sv_names_add(&words, a.arg) ;
    else if (c == 'o') file = a.arg ;
  }
  if (!words.n) sv_opt.all = 1 ;
  sv_names_all(&l, (int)words.n, words.v) ;
  if (words.n) once(&l) ;
  if (file) return print_to(file, &l) ;
  print(&l) ;
  return 0 ;
}
