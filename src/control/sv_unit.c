/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include "sv.h"

/* The verbs that only look at things, at many of them, do so from within the scan directory:
   short paths are found faster. */
static int near ;

static int is_near (char const *word)
{
  size_t n = strlen(word) ;
  return n && n < HF_NAME && word[0] != '.' && word[0] != '/' && word[n - 1] != '/' && !strchr(word, '@') ;
}

void sv_unit_near (unsigned int n, char const *const *words)
{
  char path[HF_PATH] ;
  char const *scan = hf_scandir() ;
  char const *state = getenv("HF_STATEDIR") ;
  if (scan[0] != '/' || (state && *state) || !hf_path_join(path, sizeof(path), scan, ".state") || !access(path, F_OK)) return ;
  for (unsigned int i = 0 ; i < n ; i++) if (words[i][0] != '/' && !is_near(words[i]) && !strchr(words[i], '@')) return ;
  near = !chdir(scan) ;
}

/* Where the directory is, for those who want the whole path. */
char const *sv_unit_path (sv_unit const *u)
{
  static char path[HF_PATH] ;
  return u->dir && u->dir[0] != '/' && near && hf_path_join(path, sizeof(path), hf_scandir(), u->dir) ? path : u->dir ;
}

void sv_unit_find (sv_unit *u, char const *word)
{
  static hf_service s ;
  static char path[HF_PATH] ;
  memset(u, 0, sizeof(*u)) ;
  u->word = word ;
  u->ok_fd = u->watch_fd = -1 ;
  if (near && is_near(word) && hf_path_join(path, sizeof(path), word, "supervise"))
  {
    u->dir = word ;
    u->sup = sv_copy(path) ;
    return ;
  }
  if (hf_service_find(&s, word))
  {
    u->dir = sv_copy(s.dir) ;
    u->sup = sv_copy(s.state) ;
    return ;
  }
  u->reach = SV_NODIR ;
  u->err = errno ;
}

/* Why is there no supervise/ok: is there a service directory at all? */
static int blame (sv_unit *u)
{
  struct stat st ;
  int e = errno ;
  u->err = e ;
  u->reach = e == ENXIO ? SV_NORUNSV : SV_NOOK ;
  if (e == ENXIO) return 0 ;
  if (stat(u->dir, &st) < 0) u->err = errno ;
  else if (!S_ISDIR(st.st_mode)) u->err = ENOTDIR ;
  else if (access(u->dir, X_OK) < 0) u->err = errno ;
  else return 0 ;
  u->reach = SV_NODIR ;
  return 0 ;
}

int sv_unit_open (sv_unit *u)
{
  char path[HF_PATH] ;
  if (!u->dir) return 0 ;
  if (!hf_path_join(path, sizeof(path), u->sup, "ok")) return blame(u) ;
  u->ok_fd = openat(AT_FDCWD, path, O_WRONLY | O_NONBLOCK | O_CLOEXEC) ; /* open(3) of musl: two calls */
  if (u->ok_fd < 0) return blame(u) ;
  u->reach = SV_OK ;
  return 1 ;
}

int sv_unit_read (sv_unit *u)
{
  if (!hf_status_read(&u->st, u->sup, HF_STATUS_RUNIT))
  {
    u->reach = SV_NOSTATUS ;
    u->err = errno ;
    return 0 ;
  }
  u->reach = SV_OK ;
  return 1 ;
}

void sv_unit_unwatch (sv_unit *u)
{
  if (u->watch_fd >= 0) fd_close(u->watch_fd) ;
  u->watch_fd = -1 ;
}

void sv_unit_close (sv_unit *u)
{
  sv_unit_unwatch(u) ;
  if (u->ok_fd >= 0) fd_close(u->ok_fd) ;
  u->ok_fd = -1 ;
}

/* A supervisor of another family leaves the record of its predecessor lying there. */
static int is_live (hf_state const *rec)
{
  static char boot[HF_BOOTID] ;
  static int known ;
  if (!known) hf_boot_id(boot) ;
  known = 1 ;
  return !memcmp(boot, rec->boot, HF_BOOTID) && rec->supervisor.pid
    && (!kill((pid_t)rec->supervisor.pid, 0) || errno == EPERM) ;
}

/* The record is one moment's truth; runit's file, written after it, may still be the moment's
   before. A swept run counts as in finish, under its old pid. */
static void believe (sv_unit *u)
{
  hf_state const *rec = &u->rec ;
  u->has_rec = 1 ;
  hf_status_of(&u->st, &rec->m, rec->m.phase == HF_PHASE_SWEEP ? rec->run_pid : rec->child.pid, &rec->since) ;
}

int sv_unit_record (sv_unit *u)
{
  int held ;
  u->has_rec = 0 ;
  if (hf_state_read_held(&u->rec, u->sup, &held) && (held || is_live(&u->rec))) believe(u) ;
  return u->has_rec ;
}

/* A supervise of ours says of a run for once what daemontools' clients expect: only the status file
   has that. */
int sv_unit_glance (sv_unit *u)
{
  int held ;
  if (!u->dir || !hf_state_read_held(&u->rec, u->sup, &held) || !held || u->rec.m.want == HF_WANT_ONCE) return 0 ;
  believe(u) ;
  u->reach = SV_OK ;
  return 1 ;
}

int sv_unit_has (sv_unit const *u, char const *name)
{
  struct stat st ;
  char path[HF_PATH] ;
  return hf_path_join(path, sizeof(path), u->dir, name) && (!stat(path, &st) || errno != ENOENT) ;
}

int sv_tells_ready (sv_unit const *u)
{
  return sv_unit_has(u, "notification-fd") || sv_unit_has(u, "background") ;
}

void sv_unit_look (sv_unit *u, char const *word)
{
  sv_unit_find(u, word) ;
  if (sv_unit_glance(u)) return ;
  if (sv_unit_open(u))
  {
    if (!sv_unit_record(u)) sv_unit_read(u) ;
  }
  sv_unit_close(u) ;
}

int sv_unit_log (sv_unit *log, sv_unit const *of)
{
  struct stat st ;
  char path[HF_PATH] ;
  if (!of->dir || !hf_path_join(path, sizeof(path), of->dir, "log") || stat(path, &st) < 0 || !S_ISDIR(st.st_mode))
    return 0 ;
  if (!hf_path_join(path, sizeof(path), of->word, "log")) return 0 ;
  sv_unit_look(log, sv_copy(path)) ;
  return 1 ;
}
