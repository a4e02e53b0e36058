/* ISC license. */

/* Starting runsvs, at a pace that leaves the machine usable: a few at a time, and while many
   processes wait for a processor the next few wait a little too. */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <skalibs/posixplz.h>

#include <holdfast/control.h>
#include <holdfast/message.h>
#include <holdfast/spawn.h>
#include "runsvdir.h"

#define BATCH 16
#define BUSY 32               /* processes wanting a processor, for each processor */
#define PACE_MS 1             /* between looks at the load */
#define PACE_MAX_MS 3        /* the load may be somebody else's */

void start_init (struct tree *t)
{
  long n = sysconf(_SC_NPROCESSORS_ONLN) ;
  t->start.cpus = n < 1 ? 1 : (unsigned int)n ;
  t->start.load_fd = open("/proc/loadavg", O_RDONLY | O_CLOEXEC) ;
  t->start.tokens = (int64_t)t->o.rate * 1000 ;
  t->start.tokens_at = t->now ;
  if (!t->o.rate || (hf_pace_join(&t->start.pace) && hf_pace_pass(&t->start.pace))) return ;
  if (!hf_pace_make(&t->start.pace, t->o.rate)) hf_warnsys("unable to keep a pace of restarts") ;
}

/* The first runsv in PATH. It is looked for again after a failure. */
static int find_program (struct tree *t)
{
  char *out = t->start.runsv ;
  char const *path = getenv("PATH") ;
  struct stat st ;
  if (*out) return 1 ;
  if (!path) path = "/usr/bin:/bin" ;
  for (;;)
  {
    size_t len = strcspn(path, ":") ;
    char dir[HF_PATH] = "." ;
    if (len && len < sizeof(dir)) { memcpy(dir, path, len) ; dir[len] = 0 ; }
    if (hf_path_join(out, HF_PATH, dir, "runsv") && !access(out, X_OK) && !stat(out, &st) && S_ISREG(st.st_mode)) return 1 ;
    if (!path[len]) break ;
    path += len + 1 ;
  }
  *out = 0 ;
  return (errno = ENOENT, 0) ;
}

/* In the child: our raised limit is not for the services. */
static int lower_limit (void *data, hf_proc const *p)
{
  (void)p ;
  setrlimit(RLIMIT_NOFILE, data) ;
  return 1 ;
}

static int spawn (struct tree *t, uint32_t i)
{
  struct entry *e = t->t.e + i ;
  char const *argv[4] ;
  char path[HF_NAME + 2] = "./" ;
  hf_spawn sp = HF_SPAWN_ZERO ;
  hf_proc p ;
  int n = 0, step ;
  if (!find_program(t)) return 0 ;
  argv[n++] = "runsv" ;
  if (t->o.s6) argv[n++] = "-6" ;
  argv[n++] = e->name[0] == '-' ? strcat(path, e->name) : e->name ;
  argv[n] = 0 ;
  sp.file = t->start.runsv ;
  sp.argv = argv ;
  sp.envp = (char const *const *)environ ;
  sp.session = t->o.session ;
  if (t->log.arg) sp.fd2 = t->log.out_write ;
  if (t->start.limit_raised) { sp.record = &lower_limit ; sp.data = &t->start.limit ; }
  if (!hf_spawn_run(&sp, &p, &step))
  {
    if (step == HF_STEP_EXEC) t->start.runsv[0] = 0 ;
    return 0 ;
  }
  table_set_pid(&t->t, i, (pid_t)p.pid) ;
  return 1 ;
}

/* Said once until one starts again. */
static void not_started (struct tree *t, uint32_t i)
{
  if (t->start.complained != errno) hf_warnsys("unable to start runsv ", t->t.e[i].name, ", will try again") ;
  t->start.complained = errno ;
  line_put(&t->t, i, LINE_1S, t->now + 1000) ;
}

void start_entry (struct tree *t, uint32_t i)
{
  struct entry *e = t->t.e + i ;
  hf_service s ;
  if (!hf_service_in(&s, ".", e->name))
  {
    hf_warnsys("unable to find the state of ", e->name) ;
    line_put(&t->t, i, LINE_8S, t->now + 8000) ;
    return ;
  }
  if (!adopt_entry(t, i, s.state))
  {
    e->flags &= ~(FLAG_HELD | FLAG_ADOPTED | FLAG_ELSEWHERE) ;
    if (renew_waits(t, i, s.state)) { line_put(&t->t, i, LINE_1S, t->now + 1000) ; return ; }
    e->started_at = t->now ;
    if (!spawn(t, i)) { not_started(t, i) ; return ; }
    t->start.complained = 0 ;
  }
  if (e->flags & FLAG_ESSENTIAL) essential_watch(t, i, s.state) ;
}

/* -R: at most so many starts in a second, and not more at once. */
static int take_token (struct tree *t)
{
  struct start *s = &t->start ;
  int64_t full = (int64_t)t->o.rate * 1000 ;
  s->tokens += (t->now - s->tokens_at) * t->o.rate ;
  s->tokens_at = t->now ;
  if (s->tokens > full) s->tokens = full ;
  if (s->tokens < 1000)
  {
    s->pace_at = t->now + (1000 - s->tokens + t->o.rate - 1) / t->o.rate ;
    return 0 ;
  }
  s->tokens -= 1000 ;
  return 1 ;
}

/* Then it is taken over, which is no start. */
static int is_supervised (struct tree *t, uint32_t i)
{
  hf_service s ;
  return hf_service_in(&s, ".", t->t.e[i].name) && hf_control_alive(s.state) > 0 ;
}

/* The fourth word of loadavg is "running/all". */
static int machine_busy (struct start const *s)
{
  char b[64] ;
  char const *p ;
  ssize_t r ;
  if (s->load_fd < 0) return 0 ;
  r = pread(s->load_fd, b, sizeof(b) - 1, 0) ;
  if (r <= 0) return 0 ;
  b[r] = 0 ;
  p = strchr(b, '/') ;
  while (p && p > b && p[-1] != ' ') p-- ;
  return p && (unsigned int)atoi(p) > BUSY * s->cpus ;
}

static void set_pace (struct tree *t)
{
  struct start *s = &t->start ;
  if (!machine_busy(s) || (s->pace_end && t->now >= s->pace_end)) { s->pace_end = 0 ; return ; }
  if (!s->pace_end) s->pace_end = t->now + PACE_MAX_MS ;
  s->pace_at = t->now + PACE_MS ;
}

void start_some (struct tree *t)
{
  struct line *l = t->t.line + LINE_START ;
  if (l->n > BATCH && t->now >= t->start.pace_at) set_pace(t) ;
  for (int n = 0 ; n < BATCH && l->n && t->now >= t->start.pace_at ; n++)
  {
    uint32_t i = l->head ;
    if (t->o.rate && !is_supervised(t, i) && !take_token(t)) return ;
    line_take(&t->t, i) ;
    start_entry(t, i) ;
  }
}

int64_t start_next (struct tree const *t)
{
  return t->t.line[LINE_START].n ? t->start.pace_at : HF_NEVER ;
}

/* At once after a life of a second, else later and later: 1, 2, 4, 8 seconds. */
void start_again (struct tree *t, uint32_t i)
{
  struct entry *e = t->t.e + i ;
  unsigned int line ;
  if (t->now - e->started_at >= 1000)
  {
    e->quick = 0 ;
    line_put(&t->t, i, LINE_START, t->now) ;
    return ;
  }
  line = LINE_1S + e->quick ;
  if (e->quick < LINE_8S - LINE_1S) e->quick++ ;
  line_put(&t->t, i, line, t->now + (INT64_C(1000) << (line - LINE_1S))) ;
}
