/* ISC license. */

/* sv verify: files whose contents hf_policy_read does not look at, values that are right and
   hardly meant, and files that mean nothing where they are. */

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/types.h>

#include <holdfast/ids.h>
#include <holdfast/message.h>
#include <holdfast/policy.h>
#include "sv.h"
#include "sv_verify.h"

#define HARDLY 100            /* ms: a time limit below was meant in seconds */

static int is_there (char const *file)
{
  char path[HF_PATH] ;
  struct stat st ;
  return sv_in_dir(path, file) && !lstat(path, &st) ;
}

/* The value of a file, if it has one; else it is told why not. */
static int value_of (char const *file, char *s, unsigned int n)
{
  char path[HF_PATH] ;
  if (!is_there(file) || !sv_in_dir(path, file)) return 0 ;
  if (hf_value_read(path, s, n) >= 0) return 1 ;
  sv_problem(hf_words(file, ": ", errno == EMSGSIZE ? "too long" : errno == ENOENT ? "a link that leads nowhere" : hf_error_text(errno))) ;
  return 0 ;
}

static void hardly (char const *file)
{
  char s[64] ;
  unsigned int ms ;
  char path[HF_PATH] ;
  if (sv_in_dir(path, file) && hf_value_read(path, s, sizeof(s)) > 0 && uint0_scan(s, &ms) && ms && ms < HARDLY)
    sv_problem(hf_words(file, ": ", s, " milliseconds; are seconds meant?")) ;
}

void sv_verify_values (void)
{
  char s[256] ;
  gid_t gid ;
  if (value_of("control-group", s, sizeof(s)) && hf_group_scan(s, &gid) <= 0) sv_problem(hf_words("control-group: there is no group ", s)) ;
  if (value_of("pause-signal", s, sizeof(s)) && !hf_signal_scan(s)) sv_problem(hf_words("pause-signal: invalid value")) ;
  if (value_of("type", s, sizeof(s)) && strcmp(s, "longrun")) sv_problem(hf_words("type: ", s, " means nothing; a oneshot is restart: never")) ;
  value_of("background", s, sizeof(s)) ;
  hardly("timeout-kill") ;
  hardly("timeout-finish") ;
}

void sv_verify_not_for_logger (void)
{
  static char const *const files[] = { "needs", "essential", "background", "control", "check", "failed", "log" } ;
  for (unsigned int i = 0 ; i < sizeof(files) / sizeof(files[0]) ; i++)
    if (is_there(files[i])) sv_problem(hf_words(files[i], ": means nothing for a logger")) ;
}

/* A directory whose name ends in '@' is a template: only a link to one is an instance of it. */
void sv_verify_instance (void)
{
  char real[HF_PATH] ;
  char const *at = strchr(sv_found.base, '@') ;
  ssize_t n ;
  if (!at || !at[1]) return ;
  n = readlink(sv_found.dir, real, sizeof(real) - 1) ;
  while (n > 1 && real[n - 1] == '/') n-- ;
  if (n <= 0 || real[n - 1] != '@') sv_problem(hf_words("no link to a template, whose name ends in @: run gets no instance")) ;
}

/* control/: one letter a file. */
void sv_verify_control (void (*script) (char const *, int))
{
  char path[HF_PATH] ;
  char file[HF_PATH] ;
  struct dirent *e ;
  DIR *d ;
  if (!is_there("control") || !sv_in_dir(path, "control")) return ;
  d = opendir(path) ;
  if (!d) { sv_problem(hf_words("control: ", hf_error_text(errno))) ; return ; }
  while ((e = readdir(d)))
  {
    if (e->d_name[0] == '.' || !hf_path_join(file, sizeof(file), "control", e->d_name)) continue ;
    if (!e->d_name[1] && strchr("udotkhaiq12pcxbyl", e->d_name[0])) (*script)(file, 0) ;
    else if (!e->d_name[1] || hf_signal_scan(e->d_name)) sv_problem(hf_words(file, ": means nothing: the names are those of commands, such as t")) ;
  }
  closedir(d) ;
}

static int is_nowhere (char const *path)
{
  struct stat st ;
  return stat(path, &st) < 0 && errno == ENOENT && !lstat(path, &st) ;
}

/* supervise may be a link; of what it leads to only the last part is made. */
void sv_verify_supervise (void)
{
  char path[HF_PATH], target[HF_PATH] ;
  struct stat st ;
  char *slash ;
  ssize_t n ;
  if (!sv_in_dir(path, "supervise")) return ;
  if (!stat(path, &st)) { if (!S_ISDIR(st.st_mode)) sv_problem(hf_words("supervise: not a directory")) ; return ; }
  if (!is_nowhere(path) || (n = readlink(path, target, sizeof(target) - 1)) <= 0) return ;
  target[n] = 0 ;
  slash = strrchr(target, '/') ;
  if (!slash || slash == target) return ;
  *slash = 0 ;
  if (target[0] == '/' ? strlen(target) < sizeof(path) && strcpy(path, target) : sv_in_dir(path, target))
    if (stat(path, &st) < 0) sv_problem(hf_words("supervise: leads to ", target, ": ", hf_error_text(errno))) ;
}
