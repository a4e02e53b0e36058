/* ISC license. */

/* Walks every state that the machine can reach under every event, for a set of policies, with
   a small model of the outside (what runs, what was asked for) beside it, and checks the
   promises on every edge:
   - never two runs; never a run while its predecessor's finish is owed or runs;
   - finish between two runs, exactly once;
   - down stays down until told up; nothing starts while down is wanted;
   - signals only to what lives;
   - every state that waits has a deadline or a process whose end is the event;
   - a deadline that has passed changes something. */

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <holdfast/clock.h>
#include <holdfast/machine.h>
#include "tap.h"

#define NOW 1000000
#define STATES (1 << 19)

/* The outside. */
typedef struct world_s world ;
struct world_s
{
  hf_machine m ;
  int8_t run, finish, script ;          /* alive */
  int8_t ask_run, ask_finish, ask_sweep, ask_script ;
  int8_t owed ;                         /* a run has ended whose finish has not */
  int8_t exited ;
} ;

static char const *broken ;
static hf_policy P ;
static int scripts ;                    /* are there control scripts? */

static void must (int yes, char const *what)
{
  if (!yes && !broken) broken = what ;
}

static void perform (world *w, hf_action a)
{
  switch (a.kind)
  {
    case HF_ACT_RUN :
      must(!w->run && !w->finish && !w->ask_run && !w->ask_finish, "two runs, or a run beside finish") ;
      must(!w->owed, "a run before the finish of the last one") ;
      must(w->m.want == HF_WANT_UP || w->m.want == HF_WANT_ONCE, "a start that nobody wants") ;
      w->ask_run = 1 ;
      break ;
    case HF_ACT_FINISH :
      must(!w->run && !w->finish && !w->ask_finish, "finish beside something else") ;
      must(w->owed, "a finish that no run is behind") ;
      w->ask_finish = 1 ;
      break ;
    case HF_ACT_SCRIPT : must(!w->script && !w->ask_script, "two scripts") ; w->ask_script = 1 ; break ;
    case HF_ACT_SIGNAL :
    case HF_ACT_SIGNAL_GROUP : must(w->run, "a signal to a run that is not there") ; break ;
    case HF_ACT_SIGNAL_FINISH : must(w->finish || w->ask_finish, "a signal to a finish that is not there") ; break ;
    case HF_ACT_SWEEP : must(!w->run && w->owed, "a sweep beside a run") ; w->ask_sweep = 1 ; break ;
    case HF_ACT_EXIT : must(w->m.phase == HF_PHASE_DOWN && w->m.want == HF_WANT_EXIT, "an exit while not down") ; w->exited = 1 ; break ;
    case HF_ACT_GAVEUP : must(w->m.want == HF_WANT_DOWN && w->m.why == HF_WHY_GAVEUP, "giving up without going down") ; break ;
    default : break ;
  }
}

static void check_state (world const *w, int64_t now)
{
  hf_machine const *m = &w->m ;
  int64_t t = hf_machine_deadline(m) ;
  must(!(m->phase == HF_PHASE_DOWN && m->want == HF_WANT_UP), "down, and wanted up, and nothing planned") ;
  must(m->phase == HF_PHASE_RUN || !w->run, "a run outside the phase run") ;
  must(m->phase == HF_PHASE_FINISH || !w->finish, "a finish outside the phase finish") ;
  switch (m->phase)
  {
    case HF_PHASE_DOWN : must(!w->run && !w->finish && !w->owed, "down with something alive") ; must(t == HF_NEVER, "down with a deadline") ; break ;
    case HF_PHASE_BACKOFF : must(t != HF_NEVER && t > now, "backoff without a deadline to come") ; break ;
    case HF_PHASE_PREPARE : must(w->script || w->ask_script || w->ask_run, "prepare waits for nothing") ; break ;
    case HF_PHASE_RUN : must(w->run, "run without a process") ; break ;
    case HF_PHASE_FINISH : must(w->finish || w->ask_finish || t != HF_NEVER, "finish waits for nothing") ; break ;
    case HF_PHASE_SWEEP : must(t != HF_NEVER || w->ask_sweep, "sweep waits for nothing") ; break ;
    default : must(0, "no such phase") ;
  }
  if (P.timeout_kill && m->phase == HF_PHASE_RUN && m->flags & HF_FLAG_TERM && !P.ladder_n)
    must(m->kill_at != HF_NEVER, "stop signal sent, and no deadline for KILL") ;
  must((m->script != 0) == (w->script || w->ask_script), "the script's letter is wrong") ;
}

static void step (world *w, int kind, int arg, int64_t now)
{
  hf_actions out ;
  hf_event ev = { .kind = (enum hf_event_kind)kind, .arg = arg } ;
  hf_machine_step(&w->m, ev, &P, now, &out) ;
  must(out.n < HF_ACTIONS, "more actions than fit") ;
  for (unsigned int i = 0 ; i < out.n ; i++) perform(w, out.a[i]) ;
  check_state(w, now) ;
}

/* The table of states seen: times are kept relative to now, counters dropped. */

/* In steps of half a second: what lies between makes no difference that the walk looks for. */
static int64_t relative (int64_t t, int64_t now)
{
  if (t == HF_NEVER || !t) return t ;
  t -= now ;
  if (t < -1500) return -6000 ;
  return t > 0 ? (t + 499) / 500 * 500 : t / 500 * 500 ;
}

/* What no later decision looks at. */
static void drop_unread (hf_machine *m)
{
  if (m->phase == HF_PHASE_RUN || m->phase == HF_PHASE_DOWN)
  {
    m->last_wstat = 0 ;
    m->flags &= (uint16_t)~(HF_FLAG_KNOWN | HF_FLAG_ENDED | HF_FLAG_KILLED) ;
    m->ended_at = 0 ;
  }
  if (m->phase == HF_PHASE_DOWN) { m->started_at = m->ready_at = 0 ; m->restart_delay = 0 ; }
  if (!m->queue_len && !m->script) m->flags &= (uint16_t)~HF_FLAG_SCRIPT_OK ;
}

static void normalize (world *w, int64_t now)
{
  hf_machine *m = &w->m ;
  int64_t *times[] = { &m->started_at, &m->ready_at, &m->ended_at, &m->restart_at, &m->kill_at, &m->finish_at, &m->age_at } ;
  for (unsigned int i = 0 ; i < sizeof(times) / sizeof(times[0]) ; i++)
  {
    int64_t t = relative(*times[i], now) ;
    *times[i] = t == HF_NEVER || !*times[i] ? t : t + NOW ;
  }
  m->starts = m->deaths = 0 ;
  drop_unread(m) ;
  if (!P.giveup_n) { m->death_n = m->death_head = 0 ; memset(m->death_ms, 0, sizeof(m->death_ms)) ; return ; }
  {
    int64_t last[HF_DEATHS] = { 0 } ;
    unsigned int n = m->death_n < P.giveup_n ? m->death_n : P.giveup_n ;
    for (unsigned int i = 0 ; i < n ; i++)
      last[i] = relative(m->death_ms[(m->death_head + HF_DEATHS - n + i) % HF_DEATHS], now) + NOW ;
    memcpy(m->death_ms, last, sizeof(last)) ;
    m->death_n = (uint8_t)n ;
    m->death_head = (uint8_t)n ;
  }
}

static world *queue ;
static unsigned int *table ;
static unsigned int nstates ;

static uint64_t hash (void const *p, size_t n)
{
  uint64_t h = 14695981039346656037u ;
  uint64_t x ;
  for (size_t i = 0 ; i + sizeof(x) <= n ; i += sizeof(x))
  {
    memcpy(&x, (char const *)p + i, sizeof(x)) ;
    h = (h ^ x) * 0x9e3779b97f4a7c15u ;
    h ^= h >> 32 ;
  }
  return h ;
}

static void remember (world const *from, int64_t now)
{
  world w ;
  uint64_t h ;
  memcpy(&w, from, sizeof(w)) ;
  if (w.exited || broken) return ;
  memset(w.m.queue + w.m.queue_len, 0, (size_t)(HF_QUEUE - w.m.queue_len)) ;
  normalize(&w, now) ;
  for (h = hash(&w, sizeof(w)) ;; h++)
  {
    unsigned int *slot = table + h % (2 * STATES) ;
    if (*slot) { if (!memcmp(queue + *slot - 1, &w, sizeof(w))) return ; continue ; }
    if (nstates == STATES) { broken = "too many states" ; return ; }
    memcpy(queue + nstates, &w, sizeof(w)) ;
    *slot = ++nstates ;
    return ;
  }
}

static void try (world const *from, int kind, int arg, int64_t now)
{
  world w ;
  memcpy(&w, from, sizeof(w)) ;
  step(&w, kind, arg, now) ;
  remember(&w, now) ;
}

/* Answers to what was asked come before anything else happens. Returns 1 if one was due. */
static int answers (world const *from)
{
  world w ;
  memcpy(&w, from, sizeof(w)) ;
  if (w.ask_script)
  {
    w.ask_script = 0 ;
    if (!scripts) { try(&w, HF_EV_SCRIPT, 0, NOW) ; return 1 ; }
    w.script = 1 ;
    remember(&w, NOW) ;
  }
  else if (w.ask_run)
  {
    w.ask_run = 0 ;
    try(&w, HF_EV_NOTSTARTED, 1000, NOW) ;
    w.run = 1 ;
    try(&w, HF_EV_STARTED, 0, NOW) ;
  }
  else if (w.ask_finish)
  {
    w.ask_finish = 0 ;
    try(&w, HF_EV_NOTSTARTED, 1000, NOW) ;
    w.finish = 1 ;
    try(&w, HF_EV_STARTED, 0, NOW) ;
    w.finish = 0 ;
    w.owed = 0 ;
    try(&w, HF_EV_NOTSTARTED, 0, NOW) ;
  }
  else if (w.ask_sweep)
  {
    w.ask_sweep = 0 ;
    try(&w, HF_EV_SWEPT, 3, NOW) ;
    try(&w, HF_EV_SWEPT, 0, NOW) ;
  }
  else return 0 ;
  return 1 ;
}

static void deaths (world const *from)
{
  static int const ends[] = { 0, 1 << 8, 100 << 8, 125 << 8, SIGTERM, SIGKILL, -1 } ;
  world w ;
  memcpy(&w, from, sizeof(w)) ;
  if (!w.run && !w.finish) return ;
  if (w.run) w.owed = 1 ; else w.owed = 0 ;
  w.run = w.finish = 0 ;
  for (unsigned int i = 0 ; i < sizeof(ends) / sizeof(ends[0]) ; i++)
  {
    try(&w, HF_EV_DEATH, ends[i], NOW) ;
    try(&w, HF_EV_DEATH, ends[i], NOW + 5000) ;
  }
}

static void commands (world const *w)
{
  static char const all[] = "udoxOtrkhlaiq12bypcPCKDUQzg\1" ;
  for (char const *s = w->m.script ? "udk" : all ; *s ; s++)
    if (w->m.queue_len <= 3) try(w, HF_EV_COMMAND, *s, NOW) ;
}

/* A supervisor that is killed in this state, before it did what was asked, and comes back. */
static void resumption (world const *from)
{
  world w ;
  memcpy(&w, from, sizeof(w)) ;
  w.ask_run = w.ask_sweep = 0 ;
  must(hf_machine_resume(&w.m, NOW), "a state of its own making is refused on resumption") ;
  if (w.ask_script) { w.ask_script = 0 ; step(&w, HF_EV_SCRIPT, 0, NOW) ; }
  else if (w.script) { world v ; memcpy(&v, &w, sizeof(v)) ; v.script = 0 ; try(&v, HF_EV_SCRIPT, 0, NOW) ; }
  if (w.ask_finish) { w.ask_finish = 0 ; step(&w, HF_EV_NOTSTARTED, 1000, NOW) ; }
  if (hf_machine_deadline(&w.m) <= NOW) step(&w, HF_EV_TIME, 0, NOW) ;
  remember(&w, NOW) ;
  if (!w.ask_run && !w.ask_script && !w.ask_finish) deaths(&w) ;
}

static void passing_time (world const *from)
{
  int64_t t = hf_machine_deadline(&from->m) ;
  world w ;
  if (t == HF_NEVER) return ;
  if (t < NOW) t = NOW ;
  memcpy(&w, from, sizeof(w)) ;
  step(&w, HF_EV_TIME, 0, t) ;
  must(hf_machine_deadline(&w.m) > t || w.m.phase != from->m.phase || w.ask_finish, "a deadline that does not go away") ;
  remember(&w, t) ;
}

static void explore (world const *w)
{
  resumption(w) ;
  if (answers(w)) return ;
  deaths(w) ;
  commands(w) ;
  passing_time(w) ;
  if (w->script) { world v ; memcpy(&v, w, sizeof(v)) ; v.script = 0 ; try(&v, HF_EV_SCRIPT, 0, NOW) ; try(&v, HF_EV_SCRIPT, 1, NOW) ; }
  if (w->run) try(w, HF_EV_READY, 0, NOW) ;
}

static void walk (char const *words, int islog, int with_scripts)
{
  world w ;
  char text[128] ;
  broken = 0 ;
  nstates = 0 ;
  scripts = with_scripts ;
  memset(table, 0, 2 * STATES * sizeof(*table)) ;
  memset(&w, 0, sizeof(w)) ;
  memcpy(&w.m, &hf_machine_zero, sizeof(w.m)) ;
  w.m.islog = (uint8_t)islog ;
  remember(&w, NOW) ;
  for (unsigned int i = 0 ; i < nstates && !broken ; i++) explore(queue + i) ;
  snprintf(text, sizeof(text), "%s: %u states%s%s", words, nstates, broken ? ": " : "", broken ? broken : "") ;
  ok(!broken && nstates > 10, text) ;
}

static void all_policies (void)
{
  hf_policy const d = hf_policy_default ;
  P = d ; walk("default", 0, 0) ;
  P = d ; walk("default, control scripts", 0, 1) ;
  P = d ; walk("a logger", 1, 0) ;
  P = d ; P.timeout_kill = 3000 ; P.timeout_finish = 2000 ; walk("timeouts", 0, 0) ;
  P = d ; P.timeout_kill = 3000 ; walk("timeouts, control scripts", 0, 1) ;
  P = d ; P.ladder_n = 3 ; P.ladder[0].sig = SIGINT ; P.ladder[0].wait = 100 ; P.ladder[1].sig = SIGTERM ; P.ladder[1].wait = 200 ; P.ladder[2].sig = SIGKILL ; walk("stop ladder", 0, 0) ;
  P = d ; P.kill_mode = HF_KILL_TREE ; walk("kill-mode tree", 0, 0) ;
  P = d ; P.kill_mode = HF_KILL_GROUP ; P.timeout_kill = 700 ; walk("kill-mode group", 0, 0) ;
  P = d ; P.restart = HF_RESTART_NEVER ; walk("restart never", 0, 0) ;
  P = d ; P.restart = HF_RESTART_ONFAILURE ; P.delay_min = 500 ; P.delay_max = 4000 ; P.from_death = 1 ; walk("restart on-failure, growing delay from the death", 0, 0) ;
  P = d ; P.delay_min = P.delay_max = 0 ; walk("restart-delay 0", 0, 0) ;
  P = d ; P.giveup_n = 2 ; P.giveup_ms = 3000 ; P.finish125 = 1 ; walk("give-up", 0, 0) ;
  P = d ; P.noretry.code[100 / 8] = 1 << 100 % 8 ; walk("never-retry", 0, 0) ;
  P = d ; P.max_age = 2000 ; P.timeout_kill = 500 ; walk("max-age", 0, 0) ;
  P = d ; P.convention = HF_CONVENTION_S6 ; P.finish125 = 1 ; P.timeout_finish = 5000 ; walk("s6 convention", 0, 0) ;
  P = d ; P.daemontools = 1 ; walk("daemontools", 0, 0) ;
}

/* A few single facts, in the order a user would ask for them. */

static hf_machine M ;
static hf_actions A ;

static void ev (int kind, int arg, int64_t now)
{
  hf_event e = { .kind = (enum hf_event_kind)kind, .arg = arg } ;
  hf_machine_step(&M, e, &P, now, &A) ;
}

/* From down to running at the given time, without control scripts. */
static void bring_up (int64_t now)
{
  ev(HF_EV_COMMAND, 'u', now) ;
  ev(HF_EV_SCRIPT, 0, now) ;
  ev(HF_EV_STARTED, 0, now) ;
}

static void die (int wstat, int64_t now)
{
  ev(HF_EV_DEATH, wstat, now) ;
  ev(HF_EV_NOTSTARTED, 0, now) ;
}

static void fresh (void)
{
  M = hf_machine_zero ;
  P = hf_policy_default ;
}

static void facts (void)
{
  fresh() ; bring_up(5000) ; die(0, 5300) ;
  ok(M.phase == HF_PHASE_BACKOFF && M.restart_at == 6000, "starts are a second apart") ;
  fresh() ; bring_up(5000) ; die(0, 6500) ;
  ok(M.phase == HF_PHASE_PREPARE, "a run of more than a second is followed at once") ;
  fresh() ; P.delay_max = 8000 ; bring_up(5000) ; die(256, 5001) ;
  ev(HF_EV_TIME, 0, 6000) ; ev(HF_EV_SCRIPT, 0, 6000) ; ev(HF_EV_STARTED, 0, 6000) ; die(256, 6001) ;
  ok(M.restart_at == 8000, "restart-delay doubles") ;
  ev(HF_EV_COMMAND, 'u', 7500) ;
  ok(M.phase == HF_PHASE_PREPARE, "up during a long delay starts at once") ;
  fresh() ; P.giveup_n = 3 ; P.giveup_ms = 1000 ; P.delay_min = P.delay_max = 0 ;
  bring_up(5000) ;
  for (int i = 0 ; i < 2 ; i++)
  {
    die(256, 5100 + i * 100) ;
    ev(HF_EV_SCRIPT, 0, 5100 + i * 100) ; ev(HF_EV_STARTED, 0, 5100 + i * 100) ;
  }
  die(256, 5300) ;
  ok(M.phase == HF_PHASE_DOWN && M.why == HF_WHY_GAVEUP && M.want == HF_WANT_DOWN, "three deaths within a second: given up") ;
  ev(HF_EV_COMMAND, 'u', 9000) ;
  ok(M.phase == HF_PHASE_PREPARE && !M.death_n, "up starts it again, with a clean slate") ;
  fresh() ; P.giveup_n = 3 ; P.giveup_ms = 60000 ; P.delay_min = 0 ; P.delay_max = 8000 ;
  bring_up(5000) ;
  for (int i = 1 ; i <= 5 ; i++)
  {
    int64_t t = 5000 + i * 2000 ;
    ev(HF_EV_COMMAND, i & 1 ? 't' : 'd', t) ;
    while (M.script) ev(HF_EV_SCRIPT, 0, t) ;
    ev(HF_EV_COMMAND, 'u', t) ;
    die(i & 2 ? SIGTERM : 256, t + 1) ;
    ev(HF_EV_SCRIPT, 0, t + 1) ; ev(HF_EV_STARTED, 0, t + 1) ;
  }
  ok(M.phase == HF_PHASE_RUN && M.deaths == 5 && !M.death_n, "ends that were asked for do not count for give-up") ;
  fresh() ; P.restart = HF_RESTART_ONFAILURE ; bring_up(5000) ; die(0, 5010) ;
  ok(M.why == HF_WHY_DONE && M.flags & HF_FLAG_READY && M.want == HF_WANT_DOWN, "on-failure: a good end is the end, and ready") ;
  fresh() ; P.restart = HF_RESTART_ONFAILURE ; bring_up(5000) ; die(SIGTERM, 5010) ;
  ok(M.why == HF_WHY_DONE, "on-failure: the stop signal is a good end") ;
  fresh() ; P.restart = HF_RESTART_NEVER ; bring_up(5000) ; ev(HF_EV_COMMAND, 't', 6000) ; ev(HF_EV_SCRIPT, 0, 6000) ; die(SIGTERM, 6010) ;
  ok(M.phase == HF_PHASE_PREPARE && M.want == HF_WANT_UP, "never: told to restart, it does") ;
  fresh() ; P.restart = HF_RESTART_NEVER ; bring_up(5000) ; ev(HF_EV_COMMAND, 't', 6000) ; ev(HF_EV_COMMAND, 'd', 6000) ; die(SIGTERM, 6010) ;
  ok(M.phase == HF_PHASE_DOWN && M.why == HF_WHY_ASKED, "unless told down after that") ;
  fresh() ; P.delay_min = P.delay_max = 60000 ; bring_up(5000) ; ev(HF_EV_COMMAND, 't', 7000) ; ev(HF_EV_SCRIPT, 0, 7000) ; die(SIGTERM, 7010) ;
  ok(M.phase == HF_PHASE_PREPARE, "a restart that was asked for waits a second from the start, no more") ;
  fresh() ; P.delay_max = 8000 ; bring_up(5000) ; ev(HF_EV_COMMAND, 't', 5100) ; ev(HF_EV_SCRIPT, 0, 5100) ; die(SIGTERM, 5200) ;
  ok(M.restart_at == 6000 && M.restart_delay == 1000, "and does not make restart-delay grow") ;
  fresh() ; P.restart = HF_RESTART_ONFAILURE ; bring_up(5000) ; die(3 << 8, 5010) ;
  ok(M.phase == HF_PHASE_BACKOFF, "on-failure: a bad one is not") ;
  fresh() ; P.timeout_kill = 1000 ; bring_up(5000) ; ev(HF_EV_COMMAND, 'd', 6000) ; ev(HF_EV_SCRIPT, 0, 6000) ; ev(HF_EV_SCRIPT, 0, 6000) ;
  ev(HF_EV_TIME, 0, 7000) ;
  ok(A.n == 1 && A.a[0].kind == HF_ACT_SIGNAL && A.a[0].arg == SIGKILL, "timeout-kill after down: KILL") ;
  fresh() ; bring_up(5000) ; ev(HF_EV_COMMAND, 'd', 6000) ;
  ok(A.n == 1 && A.a[0].kind == HF_ACT_SCRIPT && A.a[0].arg == 't', "down asks control/t first") ;
  ev(HF_EV_SCRIPT, 1, 6000) ;
  ok(A.n == 2 && A.a[0].arg == SIGCONT && A.a[1].arg == 'd' && !(M.flags & HF_FLAG_TERM), "and sends no TERM if it did the job") ;
  fresh() ; bring_up(5000) ; ev(HF_EV_COMMAND, 't', 6000) ; ev(HF_EV_COMMAND, 'k', 6000) ;
  ok(A.n == 1 && A.a[0].arg == SIGKILL, "a hanging control script does not hold back k") ;
  fresh() ; P.success.code[0] = 0 ; P.max_age = 1000 ; bring_up(5000) ; ev(HF_EV_TIME, 0, 6000) ; ev(HF_EV_SCRIPT, 0, 6000) ;
  ok(M.flags & HF_FLAG_AGED && A.n == 1 && A.a[0].arg == SIGTERM, "max-age sends the stop signal") ;
  die(SIGTERM, 6100) ;
  ok(M.phase == HF_PHASE_PREPARE && M.why == HF_WHY_AGED, "and the next run follows at once") ;
}

/* The table "What other supervisors call it" of holdfast-service(5): each row by its files. */

static char dir[] = "/tmp/hf-test.XXXXXX" ;

static void is_bad (enum hf_entry which, char const *why)
{
  printf("# %s: %s\n", hf_entry_name[which], why) ;
  ok(0, "a row of the table is understood") ;
}

/* Pairs of file and value, ended by a null. */
static void row (char const *const *files)
{
  char path[64] ;
  M = hf_machine_zero ;
  for (unsigned int i = 0 ; files[i] ; i += 2)
  {
    FILE *f ;
    snprintf(path, sizeof(path), "%s/%s", dir, files[i]) ;
    f = fopen(path, "w") ;
    if (f) { fprintf(f, "%s\n", files[i + 1]) ; fclose(f) ; }
  }
  hf_policy_read(&P, dir, HF_ENTRIES_ALL, 0, &is_bad) ;
  for (unsigned int i = 0 ; files[i] ; i += 2) { snprintf(path, sizeof(path), "%s/%s", dir, files[i]) ; unlink(path) ; }
}
#define ROW(...) row((char const *const[]){ __VA_ARGS__, 0 })

#define EXIT(n) ((n) << 8)

/* Comes up at now, whatever it takes, and dies after so long: the time of its death. */
static int64_t life (int wstat, int64_t now, int64_t lasts)
{
  if (M.phase == HF_PHASE_BACKOFF) ev(HF_EV_TIME, 0, now = M.restart_at) ;
  else if (M.phase == HF_PHASE_DOWN) ev(HF_EV_COMMAND, 'u', now) ;
  ev(HF_EV_SCRIPT, 0, now) ;
  ev(HF_EV_STARTED, 0, now) ;
  die(wstat, now + lasts) ;
  return now + lasts ;
}

/* Lives of the same kind until it is given up, at most max. */
static int lives (int64_t lasts, int max)
{
  int64_t now = 5000 ;
  int n = 0 ;
  while (n < max && M.why != HF_WHY_GAVEUP) { now = life(EXIT(1), now, lasts) ; n++ ; }
  return n ;
}

static void rows_of_supervisord (void)
{
  ROW("restart", "on-failure", "success", "0") ;
  life(EXIT(0), 5000, 2000) ;
  ok(M.why == HF_WHY_DONE, "autorestart=unexpected: exit 0 is expected") ;
  ROW("restart", "on-failure", "success", "0") ;
  life(SIGTERM, 5000, 100) ;
  ok(M.phase == HF_PHASE_BACKOFF, "a signal is not") ;
  ROW("give-up", "3 1", "restart-delay", "0") ;
  ok(lives(100, 100) == 3, "three deaths within a second") ;
  ROW("give-up", "3 1", "restart-delay", "0") ;
  ok(lives(600, 100) == 100, "but not more slowly") ;
  ROW("down-signal", "INT", "timeout-kill", "10000") ;
  bring_up(5000) ;
  ev(HF_EV_COMMAND, 'd', 6000) ; ev(HF_EV_SCRIPT, 0, 6000) ;
  ok(A.n >= 1 && A.a[0].arg == SIGINT && hf_machine_deadline(&M) == 16000, "stopsignal, and stopwaitsecs=10") ;
}

static void restarts_of_systemd (void)
{
  ROW("restart", "on-failure", "success", "0 HUP INT TERM PIPE") ;
  life(SIGPIPE, 5000, 100) ;
  ok(M.why == HF_WHY_DONE, "Restart=on-failure: PIPE is clean") ;
  ROW("restart", "on-failure", "success", "0 HUP INT TERM PIPE") ;
  life(SIGABRT, 5000, 100) ;
  ok(M.phase == HF_PHASE_BACKOFF, "ABRT is not") ;
  ROW("restart-delay", "60000", "restart-from", "death") ;
  life(EXIT(1), 5000, 100) ;
  ok(M.restart_at == 65100, "RestartSec=60 after a short life") ;
  ROW("restart-delay", "60000", "restart-from", "death") ;
  life(EXIT(1), 5000, 86400000) ;
  ok(M.restart_at == 86465000, "and after a day") ;
  ROW("restart-delay", "1000 60000", "restart-from", "death") ;
  lives(10, 5) ;
  ok(M.restart_at == M.ended_at + 16000, "RestartSec=1, RestartMaxDelaySec=60: it grows") ;
  lives(10, 9) ;
  ok(M.restart_at == M.ended_at + 60000, "up to the most") ;
}

static void rest_of_systemd (void)
{
  ROW("restart-delay", "0") ;
  ok(lives(20, 1000) == 1000, "StartLimitIntervalSec=0: no give-up") ;
  ROW("give-up", "5 10") ;
  ok(lives(100, 100) == 5, "StartLimitBurst=5, in ten seconds") ;
  ROW("give-up", "5 10") ;
  ok(lives(3000, 100) == 100, "but not in more") ;
  ROW("restart", "on-failure", "success", "0 3 HUP INT TERM PIPE") ;
  life(EXIT(3), 5000, 100) ;
  ok(M.why == HF_WHY_DONE, "SuccessExitStatus=3") ;
  ROW("never-retry", "5") ;
  life(EXIT(4), 5000, 100) ;
  ok(M.phase == HF_PHASE_BACKOFF, "RestartPreventExitStatus=5: 4 is tried again") ;
  life(EXIT(5), 5000, 100) ;
  ok(M.why == HF_WHY_GAVEUP, "and 5 is not") ;
  ROW("max-age", "3600") ;
  bring_up(5000) ;
  ok(hf_machine_deadline(&M) == 3605000, "RuntimeMaxSec=3600") ;
  ROW("restart", "never") ;
  life(EXIT(0), 5000, 100) ;
  ok(M.phase == HF_PHASE_DOWN && M.flags & HF_FLAG_READY, "Type=oneshot") ;
  ROW("give-up", "9 9") ;
  bring_up(5000) ;
  ev(HF_EV_DEATH, EXIT(1), 6000) ;
  ev(HF_EV_STARTED, 0, 6000) ;
  ev(HF_EV_DEATH, EXIT(125), 6100) ;
  ok(M.why == HF_WHY_GAVEUP, "s6's finish 125, where there is a give-up") ;
}

int main (void)
{
  queue = malloc(STATES * sizeof(*queue)) ;
  table = malloc(2 * STATES * sizeof(*table)) ;
  if (!queue || !table) return 111 ;
  facts() ;
  if (!mkdtemp(dir)) return 111 ;
  rows_of_supervisord() ;
  restarts_of_systemd() ;
  rest_of_systemd() ;
  rmdir(dir) ;
  all_policies() ;
  free(queue) ;
  free(table) ;
  return done() ;
}
