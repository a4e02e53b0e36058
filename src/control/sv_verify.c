/* ISC license. */

/* sv verify: what is wrong with a service directory, found before anything runs. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include <holdfast/message.h>
#include <holdfast/needs.h>
#include <holdfast/policy.h>
#include <holdfast/spawn.h>
#include "sv.h"
#include "sv_verify.h"

sv_finding sv_found ;

void sv_problem (char const *const *words)
{
  sv_put_name(sv_found.name) ;
  sv_put(": ") ;
  for (; *words ; words++) sv_put_name(*words) ;
  sv_put("\n") ;
  sv_found.problems++ ;
}

int sv_in_dir (char *path, char const *file)
{
  return hf_path_join(path, HF_PATH, sv_found.dir, file) ;
}

/* Neither a script that names its interpreter nor a program: exec will refuse it. */
static int is_headless (char const *path)
{
  char c[2] ;
  ssize_t r = openreadnclose_nb(path, c, 2) ;
  return !r || (r > 0 && c[0] >= '\n' && c[0] < 127 && (r < 2 || c[0] != '#' || c[1] != '!')) ;
}

static int has_bad_interpreter (char const *path, char *buf, size_t n)
{
  struct stat st ;
  return hf_spawn_named(path, buf, n) && !stat(buf, &st) && (!S_ISREG(st.st_mode) || !(st.st_mode & 0111)) ;
}

/* Scripts: a file, executable, with an interpreter that exists, not open to everybody. */
static void script (char const *file, int must)
{
  char path[HF_PATH], interpreter[256] ;
  struct stat st ;
  if (!sv_in_dir(path, file)) return ;
  if (stat(path, &st) < 0)
  {
    int e = errno ;
    if (e == ENOENT && !lstat(path, &st)) sv_problem(hf_words(file, ": a link that leads nowhere")) ;
    else if (must || e != ENOENT) sv_problem(hf_words(file, ": ", hf_error_text(e))) ;
    return ;
  }
  if (!S_ISREG(st.st_mode)) sv_problem(hf_words(file, ": not a file")) ;
  else if (!(st.st_mode & 0111)) sv_problem(hf_words(file, ": not executable")) ;
  else if (hf_spawn_interpreter(path, interpreter, sizeof(interpreter)))
    sv_problem(hf_words(file, ": its interpreter ", interpreter, " does not exist")) ;
  else if (has_bad_interpreter(path, interpreter, sizeof(interpreter)))
    sv_problem(hf_words(file, ": its interpreter ", interpreter, " cannot be executed")) ;
  else if (is_headless(path)) sv_problem(hf_words(file, ": no program, and its first line does not begin with #!")) ;
  if (st.st_mode & 02) sv_problem(hf_words(file, ": anybody may write it")) ;
}

static int is_target (void)
{
  char path[HF_PATH] ;
  return sv_in_dir(path, "needs") && !access(path, F_OK) ;
}

static void scripts (void)
{
  script("run", !is_target()) ;
  script("finish", 0) ;
  script("check", 0) ;
  script("failed", 0) ;
  sv_verify_control(&script) ;
}

static void bad_value (enum hf_entry which, char const *problem)
{
  sv_problem(hf_words(hf_entry_name[which], ": ", problem)) ;
}

static void policy (void)
{
  hf_policy p ;
  int here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (here >= 0 && !chdir(sv_found.dir))
  {
    hf_policy_read(&p, "", HF_ENTRIES_ALL, 0, &bad_value) ;
    if (fchdir(here) < 0) hf_diesys(SV_EXIT_FATAL, "unable to go back to the current directory") ;
  }
  if (here >= 0) fd_close(here) ;
}

/* Misspelt names: what one or two slips of the finger make of a name that means something. */

static char const *const known[] =
{
  "run", "finish", "check", "down", "log", "control", "supervise", "env", "data", "failed", "root",
  "convention", "notification-fd", "restart", "restart-delay", "restart-from", "restart-jitter", "give-up", "success",
  "never-retry", "down-signal", "reload-signal", "pause-signal", "timeout-kill", "timeout-finish", "timeout-sweep", "stop-ladder", "kill-mode",
  "max-age", "max-death-tally", "essential", "needs", "control-group", "background", "event", "lock-fd", "type", "start", "stop", "notify",
  "flag-timeout-killpg", "flag-newpidns", "instance", "instances", "template", "conf",
} ;

static int fold (int c)
{
  return c == '_' || c == ' ' || c == '.' ? '-' : c >= 'A' && c <= 'Z' ? c + 32 : c ;
}

/* Changes that lead from a to b, with neighbours changing places counted as one; at most 3. */
static unsigned int distance (char const *a, char const *b)
{
  unsigned int d[3][32] ;
  size_t n = strlen(a), m = strlen(b) ;
  if (n > 30 || m > 30 || n > m + 2 || m > n + 2) return 3 ;
  for (size_t j = 0 ; j <= m ; j++) d[0][j] = (unsigned int)j ;
  for (size_t i = 1 ; i <= n ; i++)
  {
    unsigned int *row = d[i % 3], *up = d[(i + 2) % 3], *up2 = d[(i + 1) % 3] ;
    row[0] = (unsigned int)i ;
    for (size_t j = 1 ; j <= m ; j++)
    {
      unsigned int x = up[j - 1] + (fold(a[i - 1]) != fold(b[j - 1])) ;
      if (up[j] + 1 < x) x = up[j] + 1 ;
      if (row[j - 1] + 1 < x) x = row[j - 1] + 1 ;
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && up2[j - 2] + 1 < x) x = up2[j - 2] + 1 ;
      row[j] = x ;
    }
  }
  return d[n % 3][m] ;
}

static void name (char const *file)
{
  char const *like = 0 ;
  for (unsigned int i = 0 ; i < sizeof(known) / sizeof(known[0]) ; i++)
  {
    size_t n = strlen(known[i]) ;
    unsigned int d ;
    if (!strcmp(file, known[i])) return ;
    d = distance(file, known[i]) ;
    if (d <= (n > 7 ? 2u : n > 3 ? 1u : 0u)) like = known[i] ;
  }
  if (like) sv_problem(hf_words(file, ": means nothing; is ", like, " meant?")) ;
}

static void file_names (void)
{
  DIR *d = opendir(sv_found.dir) ;
  struct dirent *e ;
  if (!d) { sv_problem(hf_words("unable to read the directory: ", hf_error_text(errno))) ; return ; }
  while ((e = readdir(d))) if (e->d_name[0] != '.') name(e->d_name) ;
  closedir(d) ;
}

/* needs */

static int need (char const *word, void *data)
{
  sv_unit u ;
  char path[HF_PATH] ;
  struct stat st ;
  (void)data ;
  if (word[strlen(word) - 1] == '@') { sv_problem(hf_words("needs: ", word, " is a template, no service")) ; return 0 ; }
  if (word[0] == '.' && sv_in_dir(path, word)) word = path ;
  else if (word[0] != '/' && hf_path_join(path, sizeof(path), sv_found.scan, word)) word = path ;
  sv_unit_find(&u, word) ;
  if (!u.dir || stat(u.dir, &st) < 0 || !S_ISDIR(st.st_mode)) sv_problem(hf_words("needs: there is no service ", word)) ;
  return 0 ;
}

/* On the way down from the service: does the way lead back to it? */
struct way { char const *to ; unsigned int depth ; } ;

static int leads_back (char const *word, void *data)
{
  struct way const *w = data ;
  struct way next = { .to = w->to, .depth = w->depth + 1 } ;
  char dir[HF_PATH], path[HF_PATH] ;
  if (word[0] == '/' || word[0] == '.' || w->depth > 64) return 0 ;
  if (!strcmp(word, w->to)) return 1 ;
  if (!hf_path_join(dir, sizeof(dir), sv_found.scan, word) || !hf_path_join(path, sizeof(path), dir, "needs")) return 0 ;
  return hf_needs_each(path, &leads_back, &next) > 0 ;
}

static void needs (void)
{
  char path[HF_PATH] ;
  struct way w = { .to = sv_found.base, .depth = 0 } ;
  if (!sv_in_dir(path, "needs")) return ;
  if (hf_needs_each(path, &need, 0) < 0) sv_problem(hf_words("needs: ", errno == EMSGSIZE ? "too long" : hf_error_text(errno))) ;
  else if (hf_needs_each(path, &leads_back, &w) > 0) sv_problem(hf_words("needs: a cycle leads back to ", sv_found.base)) ;
}

static void one_directory (char const *label, char const *dir, int is_log)
{
  struct stat st ;
  sv_found.name = label ;
  sv_found.dir = dir ;
  if (stat(dir, &st) < 0) { sv_problem(hf_words(hf_error_text(errno))) ; return ; }
  if (!S_ISDIR(st.st_mode)) { sv_problem(hf_words("not a directory")) ; return ; }
  if (st.st_mode & 02 && !(st.st_mode & 01000)) sv_problem(hf_words("anybody may write the directory")) ;
  scripts() ;
  sv_verify_supervise() ;
  policy() ;
  sv_verify_values() ;
  file_names() ;
  sv_verify_users() ;
  if (is_log) { sv_verify_logs() ; sv_verify_not_for_logger() ; return ; }
  needs() ;
  sv_verify_instance() ;
}

/* 1 it has problems. */
int sv_verify_service (char const *word, char const *dir, char const *scan, char const *base)
{
  char log[HF_PATH], label[HF_PATH] ;
  struct stat st ;
  unsigned int before = sv_found.problems ;
  sv_found.scan = scan ;
  sv_found.base = base ;
  one_directory(word, dir, 0) ;
  if (hf_path_join(log, sizeof(log), dir, "log") && !lstat(log, &st) && hf_path_join(label, sizeof(label), word, "log"))
    one_directory(label, log, 1) ;
  return sv_found.problems != before ;
}
