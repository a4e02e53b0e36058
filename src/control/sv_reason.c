/* ISC license. */

/* What can be found out about why a service is not up or not ready. */

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/types.h>
#include <skalibs/uint64.h>

#include <holdfast/clock.h>
#include <holdfast/ids.h>
#include <holdfast/message.h>
#include <holdfast/needs.h>
#include <holdfast/policy.h>
#include <holdfast/spawn.h>
#include "sv.h"

typedef void say_func (sv_unit const *, char const *const *) ;

static void spawn_reason (sv_unit const *u, say_func *say)
{
  char path[HF_PATH], interpreter[256] ;
  int step = u->has_rec ? u->rec.spawn_step : HF_STEP_NONE ;
  struct stat st ;
  if (!u->dir || !hf_path_join(path, sizeof(path), u->dir, "run")) return ;
  if (stat(path, &st) < 0) { (*say)(u, hf_words("run: ", hf_error_text(errno))) ; return ; }
  if (S_ISREG(st.st_mode) && !(st.st_mode & 0111)) (*say)(u, hf_words("run is not executable")) ;
  else if (hf_spawn_interpreter(path, interpreter, sizeof(interpreter)))
    (*say)(u, hf_words("run: its interpreter ", interpreter, " does not exist")) ;
  else if (step) (*say)(u, hf_words("run: unable to ", hf_step_name(step), ": ", hf_error_text((int)u->rec.spawn_errno))) ;
}

/* setuidgid USER, chpst -u USER: a user who does not exist ends every start. */
static void user_reason (sv_unit const *u, say_func *say)
{
  char path[HF_PATH], s[4096] ;
  char *w, *before = 0, *words = s ;
  hf_account a ;
  ssize_t r ;
  if (!u->dir || !hf_path_join(path, sizeof(path), u->dir, "run")) return ;
  r = openreadnclose_nb(path, s, sizeof(s) - 1) ;
  if (r <= 0) return ;
  s[r] = 0 ;
  while ((w = strtok(words, " \t\n")))
  {
    int named = before && (!strcmp(before, "setuidgid") || !strcmp(before, "-u") || !strcmp(before, "s6-setuidgid")) ;
    words = 0 ;
    before = w ;
    if (!named || w[strcspn(w, "$:/\"'`")] || w[0] == '-' || (w[0] >= '0' && w[0] <= '9')) continue ;
    if (!hf_account_byname(&a, w)) (*say)(u, hf_words("run: there is no user ", w)) ;
  }
}

static void death_reason (sv_unit const *u, say_func *say)
{
  char n[UINT32_FMT], code[UINT32_FMT] ;
  hf_machine const *m = &u->rec.m ;
  uint32_t deaths = m->deaths - u->deaths_before ;
  int w = m->last_wstat, known = !!(m->flags & HF_FLAG_KNOWN) ;
  if (!(m->flags & HF_FLAG_ENDED) || (int32_t)deaths <= 0 || u->rec.spawn_step) return ; /* it never ran */
  n[uint32_fmt(n, deaths)] = 0 ;
  code[uint32_fmt(code, (uint32_t)WEXITSTATUS(w))] = 0 ;
  (*say)(u, hf_words("died ", n, deaths == 1 ? " time" : " times",
    !known ? "" : WIFSIGNALED(w) ? ", last of signal " : ", last with exit code ",
    !known ? "" : WIFSIGNALED(w) ? hf_signal_name(WTERMSIG(w)) : code)) ;
}

static void policy_reason (sv_unit const *u, say_func *say)
{
  hf_machine const *m = &u->rec.m ;
  if (m->phase == HF_PHASE_DOWN && m->why == HF_WHY_GAVEUP) (*say)(u, hf_words("gave up: it will not be started again until told so")) ;
  else if (m->phase == HF_PHASE_DOWN && m->why == HF_WHY_FAILED) (*say)(u, hf_words("failed: its policy is not to start it again")) ;
  else if (m->phase == HF_PHASE_FINISH) (*say)(u, hf_words("its finish script is running")) ;
  else if (m->phase == HF_PHASE_SWEEP) (*say)(u, hf_words("processes of its last run are still there")) ;
  else if (m->phase == HF_PHASE_PREPARE) (*say)(u, hf_words("its script control/u is running")) ;
  else if (m->phase == HF_PHASE_BACKOFF)
  {
    char s[UINT64_FMT] ;
    int64_t left = m->restart_at - hf_clock_ms() ;
    s[uint64_fmt(s, left > 0 ? (uint64_t)left : 0)] = 0 ;
    (*say)(u, hf_words("the next start is due in ", s, " ms")) ;
  }
}

static void ready_reason (sv_unit const *u, say_func *say)
{
  if (!u->st.pid || u->st.state != 1) return ;
  if (u->has_rec && u->rec.m.flags & HF_FLAG_READY) return ;
  if (u->has_notify) (*say)(u, hf_words("it runs, but has not said that it is ready")) ;
  if (u->has_check) (*say)(u, hf_words("it runs, but its check has not passed")) ;
}

struct need { sv_unit const *u ; say_func *say ; } ;

static int one_need (char const *name, void *data)
{
  struct need *n = data ;
  char path[HF_PATH] ;
  sv_unit x ;
  if (name[0] == '.' && hf_path_join(path, sizeof(path), n->u->dir, name)) name = path ;
  sv_unit_look(&x, name) ;
  if (x.reach == SV_NODIR) (*n->say)(n->u, hf_words("needs ", name, ", which does not exist")) ;
  else if (x.reach != SV_OK) (*n->say)(n->u, hf_words("needs ", name, ", which is not supervised")) ;
  else if (x.has_rec && x.rec.m.flags & HF_FLAG_READY) return 0 ;
  else if (!x.st.pid || x.st.state != 1) (*n->say)(n->u, hf_words("needs ", name, ", which is down")) ;
  else if (x.has_rec && sv_tells_ready(&x)) (*n->say)(n->u, hf_words("needs ", name, ", which is not ready")) ;
  return 0 ;
}

void sv_reasons (sv_unit *u, say_func *say)
{
  struct need n = { .u = u, .say = say } ;
  char path[HF_PATH] ;
  int up = u->reach <= SV_OK && u->st.pid && u->st.state == 1 ;
  if (u->has_rec) death_reason(u, say) ;
  if (!up)
  {
    spawn_reason(u, say) ;
    user_reason(u, say) ;
  }
  if (u->has_rec) policy_reason(u, say) ;
  ready_reason(u, say) ;
  if (u->dir && hf_path_join(path, sizeof(path), u->dir, "needs")) hf_needs_each(path, &one_need, &n) ;
}
