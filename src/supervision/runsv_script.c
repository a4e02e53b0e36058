/* ISC license. */

/* Starting what is not the service itself: control scripts and the failed hook. */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <signal.h>
#include <unistd.h>
#include <sys/stat.h>

#include <skalibs/posixplz.h>
#include <skalibs/types.h>
#include <skalibs/uint32.h>

#include <holdfast/message.h>
#include <holdfast/spawn.h>
#include "runsv.h"

#define HOOK_TIME 60000

static int record_script (void *data, hf_proc const *p)
{
  slot *s = data ;
  s->st.script = *p ;
  return publish_state(s) ;
}

static int has_script (char const *path)
{
  struct stat st ;
  return !R.daemontools && has_entry(&R.main, HF_ENTRY_CONTROL) && !stat(path, &st) && st.st_mode & S_IXUSR ;
}

void spawn_script (slot *s, int letter)
{
  hf_spawn sp = HF_SPAWN_ZERO ;
  char path[] = "control/?" ;
  char const *argv[2] = { path, 0 } ;
  hf_proc proc = HF_PROC_ZERO ;
  int step ;
  path[8] = (char)letter ;
  if (!has_script(path)) { slot_event(s, HF_EV_SCRIPT, 0) ; return ; }
  sp.file = path ;
  sp.argv = argv ;
  sp.envp = (char const *const *)environ ;
  sp.die_with_parent = 1 ;
  sp.record = &record_script ;
  sp.data = s ;
  place_pipe(s, &sp) ;
  s->script_ours = 1 ;
  if (hf_spawn_run(&sp, &proc, &step)) return ;
  hf_warnsys("unable to run ", path) ;
  script_died(s, CANNOT_START) ;
}

void hook_started (pid_t pid)
{
  R.hook = pid ;
  R.hook_until = R.now + (R.main.policy.timeout_finish ? R.main.policy.timeout_finish : HOOK_TIME) ;
}

/* With all that it waits for. */
void kill_hook (void)
{
  if (kill(-R.hook, SIGKILL) < 0) kill(R.hook, SIGKILL) ;
  R.hook_until = R.now + AGAIN ;
}

static char const *used (char *fmt, uint32_t n)
{
  fmt[uint32_fmt(fmt, n)] = 0 ;
  return R.used_known ? fmt : "-1" ;
}

/* ./failed gave-up CODE SIGNAL NAME DEATHS MS KIB */
void spawn_hook (slot *s)
{
  hf_spawn sp = HF_SPAWN_ZERO ;
  char code[UINT_FMT], sig[UINT_FMT], deaths[UINT32_FMT], ms[UINT32_FMT], kb[UINT32_FMT] ;
  char const *argv[] = { "./failed", "gave-up", code, sig, R.base, deaths, used(ms, R.used_ms), used(kb, R.used_kb), 0 } ;
  int step ;
  hf_warn(s->st.m.islog ? "giving up the logger" : "giving up", ": not started again until told to") ;
  if (s->st.m.islog || R.hook || access("failed", F_OK) < 0) return ;
  end_words(s, code, sig) ;
  deaths[uint32_fmt(deaths, s->st.m.deaths)] = 0 ;
  sp.file = "./failed" ;
  sp.argv = argv ;
  sp.session = 2 ;
  sp.envp = (char const *const *)environ ;
  place_pipe(s, &sp) ;
  if (!hf_spawn_run(&sp, &s->st.hook, &step)) { hf_warnsys("unable to run ./failed") ; s->st.hook.pid = 0 ; return ; }
  hook_started((pid_t)s->st.hook.pid) ;
}
