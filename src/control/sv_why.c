/* ISC license. */

/* sv why: all that is known of why a service is not up, or not ready. */

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include <skalibs/djbunix.h>
#include <skalibs/skamisc.h>

#include <holdfast/clock.h>
#include <holdfast/message.h>
#include "sv.h"

#define DEATHS 5
#define LINES 10

static void reason (sv_unit const *u, char const *const *words)
{
  (void)u ;
  sv_put("  ") ;
  for (; *words ; words++) sv_put_name(*words) ;
  sv_put("\n") ;
}

static void state (sv_unit *u)
{
  int ready = sv_ready(u) ;
  if (u->reach != SV_OK) { sv_put_reach(u, 0) ; sv_put("\n") ; return ; }
  sv_put_state(u, u->word) ;
  sv_put("\n  state ") ;
  sv_put(sv_state_word(u)) ;
  sv_put(u->st.want == 'u' ? ", wanted up" : ", wanted down") ;
  if (ready >= 0) sv_put(ready ? ", ready" : ", not ready") ;
  sv_put(" since ") ;
  sv_put_time(&u->st.stamp) ;
  sv_put("\n") ;
  if (!u->has_rec) { sv_put("  ") ; sv_put(sv_no_record(u)) ; sv_put(": no more is known\n") ; return ; }
  if (!u->st.pid) { sv_put("  down because: ") ; sv_put(sv_why_word(u)) ; sv_put("\n") ; }
  sv_put("  starts ") ;
  sv_put_uint(u->rec.m.starts) ;
  sv_put(", ends ") ;
  sv_put_uint(u->rec.m.deaths) ;
  sv_put("; supervised by process ") ;
  sv_put_uint(u->rec.supervisor.pid) ;
  sv_put(", version ") ;
  sv_put_name(u->rec.version) ;
  sv_put("\n") ;
}

static void deaths (sv_unit const *u)
{
  sv_death *d ;
  unsigned int n = u->dir ? sv_deaths(u, &d) : 0 ;
  if (!n) return ;
  sv_put("last ends:\n") ;
  for (unsigned int i = n > DEATHS ? n - DEATHS : 0 ; i < n ; i++)
  {
    sv_put("  ") ;
    sv_put_time(&d[i].at) ;
    sv_put("  ") ;
    if (d[i].known) sv_put_end(d[i].wstat) ;
    else sv_put("end unknown") ;
    sv_put(", process ") ;
    sv_put_uint(d[i].pid) ;
    sv_put(", after ") ;
    sv_put_span(d[i].run_ms) ;
    sv_put("\n") ;
  }
}

/* What the directory says of policy, as it says it. */
static void policy (sv_unit const *u)
{
  static char const *const files[] =
  {
    "down", "convention", "notification-fd", "restart", "restart-delay", "restart-from", "restart-jitter", "give-up",
    "success", "never-retry", "down-signal", "reload-signal", "timeout-kill", "timeout-finish", "stop-ladder", "kill-mode",
    "timeout-sweep", "background", "max-age", "max-death-tally", "essential", "needs", "control-group", "check",
  } ;
  int any = 0 ;
  for (unsigned int i = 0 ; i < sizeof(files) / sizeof(files[0]) ; i++)
  {
    char path[HF_PATH], s[200] ;
    ssize_t r ;
    if (!u->dir || !hf_path_join(path, sizeof(path), u->dir, files[i])) continue ;
    r = openreadnclose_nb(path, s, sizeof(s)) ;
    if (r < 0) continue ;
    if (!any++) sv_put("policy:\n") ;
    sv_put("  ") ;
    sv_put(files[i]) ;
    while (r && (s[r - 1] == '\n' || s[r - 1] == ' ')) r-- ;
    if (r && strcmp(files[i], "check"))
    {
      for (ssize_t k = 0 ; k < r ; k++) if (s[k] == '\n') s[k] = ' ' ;
      sv_put(" ") ;
      sv_put_safe(s, (size_t)r) ;
    }
    sv_put("\n") ;
  }
}

/* Lines of run that set limits. */
static void limits (sv_unit const *u)
{
  static char const *const words[] = { "softlimit", "ulimit", "chpst -", "prlimit", "s6-softlimit" } ;
  char path[HF_PATH], s[4096] ;
  ssize_t r ;
  int any = 0 ;
  if (!u->dir || !hf_path_join(path, sizeof(path), u->dir, "run")) return ;
  r = openreadnclose_nb(path, s, sizeof(s) - 1) ;
  if (r <= 0) return ;
  s[r] = 0 ;
  for (char *l = strtok(s, "\n") ; l ; l = strtok(0, "\n"))
    for (unsigned int i = 0 ; *l != '#' && i < sizeof(words) / sizeof(words[0]) ; i++)
    {
      if (!strstr(l, words[i])) continue ;
      if (!any++) sv_put("limits declared in run:\n") ;
      sv_put("  ") ;
      sv_put_safe(l, strlen(l)) ;
      sv_put("\n") ;
      break ;
    }
}

/* A change of run takes effect at the next start only. */
static void changed (sv_unit const *u)
{
  struct stat st ;
  char path[HF_PATH] ;
  if (!u->has_rec || !u->st.pid || !hf_path_join(path, sizeof(path), u->dir, "run") || stat(path, &st) < 0) return ;
  if ((int64_t)st.st_mtime > hf_stamp_unix(&u->rec.last_start, 0)) sv_put("  its run has changed since this start\n") ;
}

static void heading (sv_unit const *u)
{
  (void)u ;
  sv_put("  | ") ;
}

/* What the daemon said last, where notifysocket keeps it. */
static void said (sv_unit const *u)
{
  char path[HF_PATH], s[1024] ;
  ssize_t r ;
  char *p ;
  if (!u->sup || !hf_path_join(path, sizeof(path), u->sup, "notify")) return ;
  r = openreadnclose_nb(path, s, sizeof(s) - 1) ;
  if (r <= 0) return ;
  s[r] = 0 ;
  for (p = s ; p && strncmp(p, "STATUS=", 7) ; p = strchr(p, '\n') ? strchr(p, '\n') + 1 : 0) ;
  if (!p) return ;
  sv_put("it says: ") ;
  sv_put_safe(p + 7, strcspn(p + 7, "\n")) ;
  sv_put("\n") ;
}

/* Lines that never got into its log directories. */
static void lost (sv_unit const *u)
{
  static sv_logfile f[SV_MARKS] ;
  int n = sv_logfind(u, f, SV_MARKS) ;
  for (int i = 0 ; i < n ; i++)
  {
    char *slash = strrchr(f[i].path, '/') ;
    uint64_t k ;
    if (!slash || strcmp(slash, "/current")) continue ;
    *slash = 0 ;
    k = sv_log_lost(f[i].path) ;
    if (!k) continue ;
    sv_put("log lines lost in ") ;
    sv_put_name(f[i].path) ;
    sv_put(": ") ;
    sv_put_uint(k) ;
    sv_put("\n") ;
  }
}

static int why_one (char const *word)
{
  sv_unit u, log ;
  sv_unit_look(&u, word) ;
  state(&u) ;
  if (u.reach == SV_NODIR) return 1 ;
  u.has_check = !!sv_unit_has(&u, "check") ;
  u.has_notify = u.has_rec && sv_tells_ready(&u) ;
  changed(&u) ;
  sv_reasons(&u, &reason) ;
  said(&u) ;
  deaths(&u) ;
  policy(&u) ;
  limits(&u) ;
  lost(&u) ;
  sv_put(sv_unit_log(&log, &u) ? "last lines:\n" : "last lines of all who share its output:\n") ;
  if (!sv_log_since(&u, LINES, &heading)) sv_put("  none found\n") ;
  return u.reach != SV_OK ;
}

int sv_why (int argc, char const *const *argv)
{
  static sv_option const opts[] = { { 0, 0, 0 } } ;
  sv_args a = SV_ARGS("why", "service ...", opts, argc, argv) ;
  sv_names l = { .v = 0, .n = 0, .max = 0 } ;
  int failed = 0 ;
  while (!sv_args_next(&a)) sv_names_expand(&l, a.arg) ;
  if (!l.n) sv_args_usage(&a) ;
  for (unsigned int i = 0 ; i < l.n ; i++)
  {
    if (i) sv_put("\n") ;
    failed += why_one(l.v[i]) ;
  }
  sv_flush() ;
  return sv_exit_code(failed) ;
}
