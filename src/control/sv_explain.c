/* ISC license. */

#include <string.h>

#include <skalibs/djbunix.h>
#include <skalibs/types.h>

#include <holdfast/message.h>
#include "sv.h"

#define LINES 10

static void start_line (sv_unit const *u)
{
  sv_put(PROG) ;
  sv_put(": ") ;
  sv_put_name(u->word) ;
  sv_put(": ") ;
}

static void say (sv_unit const *u, char const *const *words)
{
  start_line(u) ;
  for (; *words ; words++) sv_put_name(*words) ;
  sv_put("\n") ;
}

static void log_line (sv_unit const *u)
{
  start_line(u) ;
  sv_put("| ") ;
}

/* Every command that is sent changes the record. */
static void deaf (sv_unit *u)
{
  char pid[UINT32_FMT] ;
  if (!u->sent || !u->has_rec || u->rec.seq != u->seq_before) return ;
  pid[uint32_fmt(pid, u->rec.supervisor.pid)] = 0 ;
  say(u, hf_words("its supervisor, process ", pid, ", does not answer")) ;
}

/* A directory that is new was waited for. */
static void nobody_came (sv_unit *u)
{
  if (!sv_unit_has(u, "run")) say(u, hf_words("there is no run")) ;
  else if (strchr(u->word, '/')) say(u, hf_words("no supervisor came")) ;
  else say(u, hf_words("no supervisor came: is there a runsvdir for ", hf_scandir(), "?")) ;
}

/* To standard error: what scripts read from standard output stays as runit has it. */
void sv_explain (sv_unit *u)
{
  int supervised = u->reach == SV_OK || u->reach == SV_FAILED ;
  if (!supervised && !u->is_fresh) return ;
  sv_to(2) ;
  if (!supervised) nobody_came(u) ;
  else
  {
    deaf(u) ;
    sv_reasons(u, &say) ;
    sv_log_since(u, LINES, &log_line) ;
  }
  sv_to(1) ;
}

/* pid and name of a process, as "PID (NAME)". */
static void one_process (uint32_t pid)
{
  char path[32] = "/proc/", s[32] ;
  size_t n = 6 + uint32_fmt(path + 6, pid) ;
  ssize_t r ;
  memcpy(path + n, "/comm", 6) ;
  r = openreadnclose_nb(path, s, sizeof(s)) ;
  if (r > 0 && s[r - 1] == '\n') r-- ;
  sv_put(" ") ;
  sv_put_uint(pid) ;
  if (r <= 0) return ;
  sv_put(" (") ;
  sv_put_safe(s, (size_t)r) ;
  sv_put(")") ;
}

/* What a run left behind has become children of its supervisor. */
static void survivors (sv_unit const *u)
{
  pid_t pid[64] ;
  sv_unit log ;
  int n = hf_proc_children((pid_t)u->rec.supervisor.pid, pid, 64), any = 0 ;
  uint32_t logger = sv_unit_log(&log, u) ? log.st.pid : 0 ;
  for (int i = 0 ; i < n ; i++)
  {
    if ((uint32_t)pid[i] == logger || (uint32_t)pid[i] == u->st.pid) continue ; /* that one is in the line already */
    if (!any++) { start_line(u) ; sv_put("still there, too:") ; }
    one_process((uint32_t)pid[i]) ;
  }
  if (any) sv_put("\n") ;
}

void sv_explain_stop (sv_unit *u)
{
  if (u->reach != SV_OK || !u->st.pid) return ;
  sv_to(2) ;
  deaf(u) ;
  if (u->has_rec && u->rec.m.phase == HF_PHASE_SWEEP) say(u, hf_words("processes of its last run do not go away")) ;
  else if (u->st.state == 2) say(u, hf_words("its finish script is still running")) ;
  if (u->has_rec) survivors(u) ;
  sv_to(1) ;
}
