/* ISC license. */

/* The conditions that a command waits for, one letter each:

     u  it is to run, and is ready    d  it is down and wanted so
     t  a new process runs, ready; or it is down and wanted so     (k is the same)
     o  it runs for once, or did      p  it is paused, or down
     c  it is not paused, or down     C  it is as it is wanted, and if up, ready
     x  nobody supervises it: judged by the caller, never met here

   Every letter is judged on one snapshot of the state. Where holdfast's own record is there,
   it decides what the 20 bytes of status cannot tell. */

#include <string.h>

#include <skalibs/djbunix.h>
#include <skalibs/types.h>

#include <holdfast/clock.h>
#include <holdfast/spawn.h>
#include "sv.h"

#define SETTLE_MS 1000        /* a service that died while we waited is believed after so long */

#define UNDERWAY_MS 30        /* so long a start script is waited for; longer if it gets no time to run */
#define LATE_MS 5
#define NEEDS_MS 20

static tain began ;

void sv_cond_begin (void)
{
  hf_clock_stamp(&began) ;
}

static void look (sv_unit *u)
{
  if (u->looked) return ;
  u->looked = 1 ;
  u->has_check = !!sv_unit_has(u, "check") ;
  u->has_notify = u->has_rec && sv_tells_ready(u) ;
  u->has_needs = u->has_rec && sv_unit_has(u, "needs") ;
}

static size_t comm_of (uint32_t pid, char *s, size_t max)
{
  char path[32] = "/proc/" ;
  size_t n = 6 + uint32_fmt(path + 6, pid) ;
  ssize_t r ;
  memcpy(path + n, "/comm", 6) ;
  r = openreadnclose_nb(path, s, max - 1) ;
  if (r <= 0) return 0 ;
  r -= s[r - 1] == '\n' ;
  s[r] = 0 ;
  return (size_t)r ;
}

/* Does it wait for something, as a service does? One that wants to run, or is dead, has news to
   come, however late on a busy machine. */
static int is_asleep (uint32_t pid)
{
  int c = hf_proc_state((pid_t)pid) ;
  return c && strchr("STt", c) ;
}

static int is_script (sv_unit const *u)
{
  char path[HF_PATH], s[2] ;
  return hf_path_join(path, sizeof(path), u->dir, "run") && openreadnclose_nb(path, s, 2) == 2 && !memcmp(s, "#!", 2) ;
}

/* Is the process still the script, or a link of the chain that leads to the service? */
static int is_underway (sv_unit *u)
{
  static char const *const links[] =
  {
    "runsv", "sh", "dash", "bash", "execlineb", "setuidgid", "envuidgid", "envdir", "softlimit", "chpst", "setlock",
    "pgrphack", "cleanslate", "env", "nice", "ionice", "setpriv", "taskset", "chrt", "prlimit", "chroot", "unshare",
  } ;
  char s[32] ;
  if (!comm_of(u->st.pid, s, sizeof(s))) return 1 ; /* dead, and its supervisor is about to say so */
  if (!strcmp(s, "run")) return is_script(u) ;
  for (unsigned int i = 0 ; i < sizeof(links) / sizeof(links[0]) ; i++) if (!strcmp(s, links[i])) return 1 ;
  return 0 ;
}

/* With needs, the process is svneed until they are met, and runsv before that. No event tells of the change. */
static int waits_for_needs (sv_unit *u)
{
  char s[32] ;
  if (!comm_of(u->st.pid, s, sizeof(s)) || (strcmp(s, "svneed") && strcmp(s, "runsv"))) return 0 ;
  u->look_at = hf_clock_ms() + NEEDS_MS ;
  return 1 ;
}

/* It died while we waited, or had ended badly before: believed when it has been up for a second. */
static int is_suspect (sv_unit const *u)
{
  return u->has_rec && (u->was_bad || (int32_t)(u->rec.m.deaths - u->deaths_before) > 0) ;
}

/* Being up is all there is to judge by. A start that fails does so in its first moments, mostly:
   while the script or its chain is under way, wait a little for the end that may come. */
static int settled (sv_unit *u)
{
  int64_t now = hf_clock_ms() ;
  int suspect = is_suspect(u) ;
  if (u->settle_pid != u->st.pid)
  {
    u->settle_pid = u->st.pid ;
    u->settle_at = suspect ? u->rec.m.started_at + SETTLE_MS : now + UNDERWAY_MS ;
  }
  if (now >= u->settle_at && (suspect || now >= u->settle_at + SETTLE_MS || is_asleep(u->st.pid))) return 1 ;
  if (!suspect && (u->proven || !is_underway(u))) return 1 ;
  if (suspect) { if (u->look_at > u->settle_at) u->look_at = u->settle_at ; }
  else if (now >= u->settle_at) u->look_at = now + LATE_MS ;
  else u->soon = 1 ;
  return 0 ;
}

/* Any of its own word, its check, or, if it has neither, being up. */
static int ready (sv_unit *u)
{
  if (u->has_rec && u->rec.m.flags & HF_FLAG_READY) return 1 ;
  look(u) ;
  if (u->has_check) return sv_check_passed(u) ;
  if (u->has_notify) return 0 ;
  if (u->has_needs && waits_for_needs(u)) return 0 ;
  return settled(u) ;
}

static int is_down (sv_unit const *u)
{
  return !u->st.pid && !u->st.state ;
}

/* A run that was to end by itself, and did so well, is as good as up. */
static int is_done (sv_unit const *u)
{
  return u->has_rec && u->rec.m.phase == HF_PHASE_DOWN && u->rec.m.why == HF_WHY_DONE
    && u->rec.m.starts != u->starts_before ;
}

static int is_up (sv_unit *u)
{
  return is_done(u) || (u->st.pid && u->st.state == 1 && ready(u)) ;
}

/* It is wanted so, that is, the command was heard; and it is not the process that a stop before
   has told to end. */
static int is_started (sv_unit *u)
{
  if (is_done(u)) return 1 ;
  if (u->st.want != 'u' || (u->was_stopping && u->rec.m.starts == u->starts_before)) return 0 ;
  return is_up(u) ;
}

static int same_stamp (tain const *a, tain const *b)
{
  return !tain_less(a, b) && !tain_less(b, a) ;
}

static int is_new (sv_unit *u)
{
  if (!u->st.pid && u->st.want == 'd') return 1 ;
  if (u->st.term || u->st.state != 1) return 0 ;
  if (u->has_rec ? u->rec.m.starts == u->starts_before : same_stamp(&u->st.stamp, &u->before.stamp)) return 0 ;
  return is_up(u) ;
}

static int was_once (sv_unit *u)
{
  if (u->st.pid) return u->st.want != 'u' && u->st.state == 1 && !u->st.term ;
  return u->has_rec ? u->rec.m.starts != u->starts_before : !tain_less(&u->st.stamp, &began) ;
}

/* It will not be started again unless somebody says so. */
static int has_failed (sv_unit const *u)
{
  hf_machine const *m = &u->rec.m ;
  return u->has_rec && m->phase == HF_PHASE_DOWN && m->want != HF_WANT_UP
    && (m->why == HF_WHY_GAVEUP || m->why == HF_WHY_FAILED) ;
}

/* What was wanted decides. After "once", status says d and nobody sent TERM. */
static int as_wanted (sv_unit *u)
{
  if (u->st.want == 'u') return is_up(u) ;
  if (has_failed(u)) return 0 ;
  return is_down(u) || (u->st.state == 1 && !u->st.term && is_up(u)) ;
}

static int met (sv_unit *u, char c)
{
  switch (c)
  {
    case 'u' : return is_started(u) ;
    case 'd' : return is_down(u) && u->st.want != 'u' ;
    case 't' :
    case 'k' : return is_new(u) ;
    case 'o' : return was_once(u) ;
    case 'p' : return !u->st.pid || u->st.paused ;
    case 'c' : return !u->st.pid || !u->st.paused ;
    case 'C' : return as_wanted(u) ;
    default : return 0 ;
  }
}

/* A start cannot succeed any more when it failed for good after sv began, or when the program
   cannot be executed: time does not heal that. */
static int is_hopeless (sv_unit const *u, char c)
{
  if (c == 'C') return has_failed(u) ;
  if (c != 'u' && c != 't') return 0 ;
  if (has_failed(u) && (int32_t)(u->rec.m.deaths - u->deaths_before) > 0) return 1 ;
  return u->has_rec && u->rec.spawn_step >= HF_STEP_EXEC && u->rec.seq != u->seq_before
    && u->rec.m.phase == HF_PHASE_BACKOFF ;
}

int sv_cond_met (sv_unit *u, char const *until)
{
  for (; *until ; until++)
  {
    if (met(u, *until)) continue ;
    if (!is_hopeless(u, *until)) return 0 ;
    u->reach = SV_FAILED ;
    return -1 ;
  }
  return 1 ;
}
