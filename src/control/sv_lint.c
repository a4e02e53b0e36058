/* ISC license. */

/* sv verify, the rest: what can be read out of run: users, and where a logger writes; and the
   verb itself. */

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include <holdfast/ids.h>
#include <holdfast/message.h>
#include "sv.h"
#include "sv_verify.h"

#define SCRIPT 8192

/* The words of run, comments left out; f(word, the word before). */
static void each_word (void (*f) (char const *, char const *, void *), void *data)
{
  char path[HF_PATH], s[SCRIPT] ;
  char const *before = "" ;
  ssize_t r ;
  if (!sv_in_dir(path, "run")) return ;
  r = openreadnclose_nb(path, s, sizeof(s) - 1) ;
  if (r <= 0 || s[0] != '#') return ; /* a program */
  s[r] = 0 ;
  for (char *line = s, *next ; line ; line = next)
  {
    next = strchr(line, '\n') ;
    if (next) *next++ = 0 ;
    while (*line == ' ' || *line == '\t') line++ ;
    if (*line == '#') continue ;
    for (char *w = strtok(line, " \t\"'") ; w ; before = w, w = strtok(0, " \t\"'")) (*f)(w, before, data) ;
    if (strcmp(before, "\\")) (*f)(";", before, data) ; /* the command ends with its line */
  }
}

static int names_user (char const *before)
{
  return !strcmp(before, "setuidgid") || !strcmp(before, "s6-setuidgid") || !strcmp(before, "-u") || !strcmp(before, "envuidgid") ;
}

/* chpst's user[:group...] as far as the user; a number or a variable is nobody's name. */
static int user_of (char *name, size_t n, char const *word)
{
  size_t len = strcspn(word, ":") ;
  if (!len || len >= n || word[strcspn(word, "$`;|&(){}")] || (word[0] >= '0' && word[0] <= '9') || word[0] == '-') return 0 ;
  memcpy(name, word, len) ;
  name[len] = 0 ;
  return 1 ;
}

static void check_user (char const *word, char const *before, void *data)
{
  char user[64] ;
  hf_account a ;
  (void)data ;
  if (names_user(before) && user_of(user, sizeof(user), word) && !hf_account_byname(&a, user))
    sv_problem(hf_words("run: there is no user ", user)) ;
}

void sv_verify_users (void)
{
  each_word(&check_user, 0) ;
}

/* Log directories */

struct logger
{
  uid_t uid ;
  gid_t gid ;
  int other ;                 /* it does not run as who looks here */
  int seen ;                  /* the logger's own name has come */
} ;

static int may_write (struct logger const *l, struct stat const *st)
{
  mode_t m = st->st_mode ;
  if (l->uid == 0) return 1 ;
  if (l->uid == st->st_uid) m >>= 6 ;
  else if (l->gid == st->st_gid) m >>= 3 ;
  return (m & 3) == 3 ;
}

static void check_dir (struct logger const *l, char const *word)
{
  char path[HF_PATH], uid[64] = "its user" ;
  struct stat st ;
  hf_account a ;
  if (word[0] == '/' ? strlen(word) >= sizeof(path) : !sv_in_dir(path, word)) return ;
  if (word[0] == '/') memcpy(path, word, strlen(word) + 1) ;
  if (stat(path, &st) < 0) sv_problem(hf_words("log directory ", word, ": ", hf_error_text(errno))) ;
  else if (!S_ISDIR(st.st_mode)) sv_problem(hf_words("log directory ", word, ": not a directory")) ;
  else if (!may_write(l, &st))
  {
    if (hf_account_byuid(&a, l->uid) > 0 && strlen(a.name) < sizeof(uid)) memcpy(uid, a.name, strlen(a.name) + 1) ;
    sv_problem(hf_words("log directory ", word, ": not writable by ", uid)) ;
  }
}

static void check_log (char const *word, char const *before, void *data)
{
  struct logger *l = data ;
  char user[64] ;
  hf_account a ;
  size_t n = strlen(word) ;
  if (names_user(before) && user_of(user, sizeof(user), word) && hf_account_byname(&a, user) > 0)
  {
    l->uid = a.uid ;
    l->gid = a.gid ;
  }
  if (n >= 6 && !strcmp(word + n - 6, "svlogd")) l->seen = 1 ;
  else if (l->seen && word[0] != '-' && before[0] == '-' && strchr("rRlb", before[1]) && !before[2]) return ; /* the option's argument */
  else if (l->seen && word[0] != '-' && !word[strcspn(word, "$`;|&<>(){}*")] && strcmp(before, "2")) check_dir(l, word) ;
  else if (strchr(";|&", word[0])) l->seen = 0 ;
}

void sv_verify_logs (void)
{
  struct logger l = { .uid = geteuid(), .gid = getegid(), .other = 0, .seen = 0 } ;
  each_word(&check_log, &l) ;
}

/* The verb */

struct pass { char const *scan ; char const *prefix ; int failed ; unsigned int n ; } ;

static int in_scan (char const *name, void *data)
{
  struct pass *p = data ;
  char dir[HF_PATH], label[HF_PATH] ;
  if (name[strlen(name) - 1] == '@') return 0 ; /* a template */
  if (!hf_path_join(dir, sizeof(dir), p->scan, name)) return 0 ;
  if (!*p->prefix || !hf_path_join(label, sizeof(label), p->prefix, name)) memcpy(label, name, strlen(name) + 1) ;
  p->failed += sv_verify_service(label, dir, p->scan, name) ;
  p->n++ ;
  return 0 ;
}

/* Links in the scan directory that lead nowhere are no services, but were meant to be some. */
static int dangling (char const *scan, char const *prefix)
{
  char path[HF_PATH] ;
  struct dirent *e ;
  struct stat st ;
  int n = 0 ;
  DIR *d = opendir(scan) ;
  if (!d) return 0 ;
  while ((e = readdir(d)))
    if (e->d_name[0] != '.' && hf_path_join(path, sizeof(path), scan, e->d_name) && stat(path, &st) < 0 && !lstat(path, &st))
    {
      if (!*prefix || !hf_path_join(path, sizeof(path), prefix, e->d_name)) strcpy(path, e->d_name) ;
      sv_found.name = path ;
      sv_problem(hf_words("a link that leads nowhere")) ;
      n++ ;
    }
  closedir(d) ;
  return n ;
}

static int whole_scan (char const *scan, char const *prefix)
{
  struct pass p = { .scan = scan, .prefix = prefix, .failed = 0, .n = 0 } ;
  if (hf_service_each(scan, "*", &in_scan, &p) < 0)
  {
    hf_message("fatal", errno, hf_words("unable to read ", scan)) ;
    return 1 ;
  }
  return p.failed + dangling(scan, prefix) ;
}

struct peek { char const *dir ; int found ; } ;

static int has_run (char const *name, void *data)
{
  struct peek *p = data ;
  char path[HF_PATH] ;
  if (strcmp(name, "log") && hf_path_join(path, sizeof(path), p->dir, name) && hf_path_join(path, sizeof(path), path, "run"))
    p->found = !access(path, F_OK) ;
  return p->found ;
}

/* A directory of services has no run, but something in it has. */
static int is_scan (char const *dir)
{
  char path[HF_PATH] ;
  struct peek p = { .dir = dir, .found = 0 } ;
  if (hf_path_join(path, sizeof(path), dir, "run") && !access(path, F_OK)) return 0 ;
  hf_service_each(dir, "*", &has_run, &p) ;
  return p.found ;
}

/* A service by name or directory; or a directory of services. */
static int one_word (char const *word)
{
  sv_unit u ;
  char path[HF_PATH], scan[HF_PATH] ;
  struct stat st ;
  char *slash ;
  sv_unit_find(&u, word) ;
  if (u.dir && !strchr(word, '/') && stat(u.dir, &st) < 0 && !stat(word, &st) && hf_path_join(path, sizeof(path), ".", word))
    sv_unit_find(&u, word = sv_copy(path)) ; /* not there, but here */
  if (!u.dir) { hf_message("fatal", u.err, hf_words(word)) ; return 1 ; }
  if (strchr(word, '/') && is_scan(u.dir)) return whole_scan(u.dir, word) ;
  memcpy(scan, u.dir, strlen(u.dir) + 1) ;
  slash = strrchr(scan, '/') ;
  if (!slash) return sv_verify_service(word, u.dir, ".", u.dir) ;
  *slash = 0 ;
  return sv_verify_service(word, u.dir, slash == scan ? "/" : scan, slash + 1) ;
}

int sv_verify (int argc, char const *const *argv)
{
  static sv_option const opts[] = { { 0, 0, 0 } } ;
  sv_args a = SV_ARGS("verify", "[dir ...]", opts, argc, argv) ;
  sv_names l = { .v = 0, .n = 0, .max = 0 } ;
  int failed = 0 ;
  while (!sv_args_next(&a)) sv_names_expand(&l, a.arg) ;
  if (!l.n) failed = whole_scan(hf_scandir(), "") ;
  for (unsigned int i = 0 ; i < l.n ; i++) failed += one_word(l.v[i]) ;
  sv_flush() ;
  return sv_exit_code(failed) ;
}
