/* ISC license. */

/* The commands of runit's kind: send the bytes to every service, then wait for all of them. */

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include <skalibs/djbunix.h>
#include <skalibs/uint32.h>

#include <holdfast/clock.h>
#include <holdfast/control.h>
#include <holdfast/message.h>
#include <holdfast/policy.h>
#include <holdfast/watch.h>
#include "sv.h"

#define FRESH_S 15            /* a directory younger than this will get a supervisor */

#define PROVEN_MS 200         /* a run that lasted so long has got beyond its script */

struct round
{
  sv_verb const *verb ;
  unsigned int failed ;
  int waits ;
  int explains ;              /* this is a start */
} ;

static int exit_is_fine (sv_verb const *v)
{
  return v->bytes && v->bytes[0] == 'x' ;
}

static void put_line_end (void)
{
  sv_put("\n") ;
  sv_flush() ;
}

static void give_up (sv_unit *u, struct round *r)
{
  if (!sv_put_reach(u, exit_is_fine(r->verb)))
  {
    u->failed = 1 ;
    r->failed++ ;
  }
  put_line_end() ;
  u->done = 1 ;
  sv_unit_close(u) ;
}

/* runit's rule: what is already wanted is not asked for again. */
static int already (hf_status const *st, char c)
{
  return st->want == (uint8_t)c && (c != 'd' || st->term) ;
}

/* Has the last run lasted for a while, by the same script? */
static int is_proven (sv_unit const *u)
{
  hf_machine const *m = &u->rec.m ;
  int64_t end = m->phase == HF_PHASE_RUN ? hf_clock_ms() : m->ended_at ;
  char path[HF_PATH] ;
  struct stat st ;
  return !u->was_bad && m->starts && end - m->started_at >= PROVEN_MS
    && hf_path_join(path, sizeof(path), u->dir, "run") && !stat(path, &st)
    && (int64_t)st.st_ctime < hf_stamp_unix(&u->rec.last_start, 0) ;
}

/* A run that we end counts as a death, too, but not as a failure. */
static void remember (sv_unit *u, char const *bytes)
{
  hf_machine const *m = &u->rec.m ;
  if (!u->has_rec && !sv_unit_record(u)) return ;
  u->starts_before = m->starts ;
  u->deaths_before = m->deaths + (bytes && strchr("tdxk", bytes[0]) && m->phase == HF_PHASE_RUN) ;
  u->seq_before = u->rec.seq ;
  u->boss = u->rec.supervisor ;
  u->was_bad = m->phase == HF_PHASE_BACKOFF || (m->phase == HF_PHASE_DOWN && (m->why == HF_WHY_GAVEUP || m->why == HF_WHY_FAILED)) ;
  u->was_stopping = m->phase == HF_PHASE_RUN && m->want != HF_WANT_UP && m->flags & HF_FLAG_TERM ;
  u->proven = is_proven(u) ;
}

static int send_bytes (sv_unit *u, char const *bytes)
{
  int r = hf_control_send(u->sup, bytes, strlen(bytes)) ;
  if (r > 0) return u->sent = 1 ;
  u->reach = r ? SV_NOCONTROL : SV_NORUNSV ;
  u->err = errno ;
  return 0 ;
}

/* Was the directory, or the link to it, made a moment ago? Then a supervisor will come. */
static int is_fresh (sv_unit const *u)
{
  struct stat st ;
  time_t now = time(0) ;
  if (u->reach != SV_NORUNSV && !(u->reach == SV_NOOK && u->err == ENOENT)) return 0 ;
  if (!stat(u->dir, &st) && st.st_ctime + FRESH_S >= now) return 1 ;
  return !lstat(u->dir, &st) && st.st_ctime + FRESH_S >= now ;
}

/* A service that waits for its next start is wanted up, and is started at once all the same. */
static int skips (sv_unit *u, char c)
{
  if (!already(&u->st, c)) return 0 ;
  return c != 'u' || u->st.pid || !u->has_rec || u->rec.m.phase != HF_PHASE_BACKOFF ;
}

/* The file pause-signal may ask for a pause that the service is told of. */
static int pauses_itself (sv_unit *u)
{
  char path[HF_PATH], word[32] ;
  int sig ;
  if (!hf_path_join(path, sizeof(path), u->dir, "pause-signal") || hf_value_read(path, word, sizeof(word)) < 0) return 0 ;
  sig = hf_signal_scan(word) ;
  if (!sig || sig == SIGSTOP || !sv_signal_send(u, sig)) return 0 ;
  u->until = "" ;
  return 1 ;
}

/* Was this supervisor told so by its command line? */
static int has_s6_option (uint32_t pid)
{
  char path[32 + UINT32_FMT] = "/proc/", s[64] ;
  ssize_t r ;
  strcpy(path + 6 + uint32_fmt(path + 6, pid), "/cmdline") ;
  r = openreadnclose_nb(path, s, sizeof(s) - 1) ;
  s[r > 0 ? r : 0] = 0 ;
  return (size_t)(r < 0 ? 0 : r) > strlen(s) + 1 && !strcmp(s + strlen(s) + 1, "-6") ;
}

/* In that convention h is a plain HUP, and l the reload-signal. */
static int is_s6 (sv_unit const *u)
{
  char path[HF_PATH], word[16] ;
  if (!u->has_rec || !hf_path_join(path, sizeof(path), u->dir, "convention")) return 0 ;
  if (hf_value_read(path, word, sizeof(word)) > 0) return !strcmp(word, "s6") ;
  return has_s6_option(u->rec.supervisor.pid) ;
}

static void ask (sv_unit *u, struct round *r)
{
  char const *bytes = u->is_fresh ? "u" : r->verb->bytes ;
  if (r->waits && u->until[0]) u->watch_fd = hf_watch_open(u->sup) ;
  if (!sv_unit_glance(u) && !sv_unit_read(u)) { give_up(u, r) ; return ; }
  u->before = u->st ;
  if (r->waits || !u->st.pid) remember(u, bytes) ;
  if (!u->has_rec) sv_unit_unwatch(u) ; /* nobody may announce anything there */
  u->seen = u->watch_fd >= 0 ;
  if (r->explains && !u->is_fresh) sv_log_mark(u) ;
  if (r->verb->flags & SV_RELOAD && is_s6(u)) bytes = "l" ;
  if (bytes && bytes[0] == 'p' && pauses_itself(u)) return ;
  if (!bytes || skips(u, bytes[0]) || send_bytes(u, bytes) || already(&u->st, bytes[0])) return ;
  give_up(u, r) ;
}

static void begin (sv_unit *u, struct round *r)
{
  u->until = r->verb->until ;
  if (sv_unit_open(u)) { ask(u, r) ; return ; }
  u->is_fresh = r->explains && sv_opt.timeout && u->dir && is_fresh(u) ;
  if (u->is_fresh) sv_log_mark(u) ;
  else give_up(u, r) ;
}

/* A fresh one has a supervisor now. */
static void arrive (sv_unit *u, void *data)
{
  u->until = "u" ;
  ask(u, data) ;
  u->is_fresh = 0 ;
}

/* Was the supervisor killed before it took the command in? */
static int is_unheard (sv_unit const *u, char const *bytes)
{
  hf_machine const *m = &u->rec.m ;
  int ran = m->starts != u->starts_before ;
  if (strchr(bytes, 'u') && m->want != HF_WANT_UP) return !ran ;
  switch (bytes[0])
  {
    case 'u' : return 0 ;
    case 'd' : return m->want != HF_WANT_DOWN ;
    case 'o' : return !ran ;
    case 't' :
    case 'k' : return !ran && (int32_t)(m->deaths - u->deaths_before) < 0 && !(m->flags & HF_FLAG_TERM) ;
    default : return 1 ;
  }
}

static void again (sv_unit *u, void *data)
{
  struct round *r = data ;
  if (r->verb->bytes && is_unheard(u, r->verb->bytes)) send_bytes(u, r->verb->bytes) ;
}

/* With -k, what was down before a start that failed is down after it. */
static void take_back (sv_unit *u)
{
  if (!sv_opt.undo || u->before.want == 'u' || (u->reach != SV_OK && u->reach != SV_FAILED)) return ;
  if (send_bytes(u, "d")) hf_info(u->word, ": told to stop again") ;
}

static void report (sv_unit *u, int timeout, void *data)
{
  struct round *r = data ;
  int kills = timeout && r->verb->flags & SV_KILL ;
  if (u->reach != SV_OK) give_up(u, r) ;
  else
  {
    sv_put(kills ? "kill: " : timeout ? "timeout: " : "ok: ") ;
    sv_put_state(u, u->word) ;
    put_line_end() ;
    if (timeout) r->failed += u->failed = 1 ;
  }
  if (u->failed && r->explains)
  {
    sv_explain(u) ;
    take_back(u) ;
  }
  else if (u->failed && r->verb->bytes && strchr("dx", r->verb->bytes[0])) sv_explain_stop(u) ;
  if (kills) send_bytes(u, "k") ;
}

/* Two for each service. */
static void more_descriptors (unsigned int n)
{
  struct rlimit r ;
  rlim_t want = 2 * (rlim_t)n + 64 ;
  if (getrlimit(RLIMIT_NOFILE, &r) < 0 || r.rlim_cur >= want) return ;
  r.rlim_cur = r.rlim_max < want ? r.rlim_max : want ;
  setrlimit(RLIMIT_NOFILE, &r) ;
}

int sv_act (sv_verb const *v, unsigned int n, sv_unit *u)
{
  struct round r = { .verb = v, .waits = sv_opt.verbose || v->flags & SV_ALWAYS } ;
  sv_waiter w = { .arrive = &arrive, .again = &again, .finish = &report, .data = &r } ;
  r.explains = r.waits && v->bytes && strchr(v->bytes, 'u') ;
  sv_cond_begin() ;
  w.deadline = hf_clock_ms() + sv_opt.timeout ;
  if (r.waits && n > 100) more_descriptors(n) ;
  for (unsigned int i = 0 ; i < n ; i++) begin(u + i, &r) ;
  if (r.waits) sv_wait(u, n, &w) ;
  return (int)r.failed ;
}

int sv_command (sv_verb const *v, unsigned int n, char const *const *words)
{
  sv_unit *u = sv_keep(n * sizeof(sv_unit)) ;
  int failed ;
  for (unsigned int i = 0 ; i < n ; i++) sv_unit_find(u + i, words[i]) ;
  failed = sv_act(v, n, u) ;
  sv_flush() ;
  return sv_opt.lsb ? !!failed : sv_exit_code(failed) ;
}
