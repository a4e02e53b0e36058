/* ISC license. */

/* sv enable, disable, scale: links in the scan directory. Each change is one symlink(2) or
   unlink(2), and nothing is ever removed that is not a link. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/types.h>

#include <holdfast/clock.h>
#include <holdfast/control.h>
#include <holdfast/message.h>
#include "sv.h"

#define AVAILABLE "/etc/sv"

static struct
{
  char const *from ;
  int now ;
  sv_names start ;            /* when all links are there: one service may need another */
} how = { .from = 0, .now = 0 } ;

static int complain (char const *name, char const *what, int e)
{
  sv_say("fail", name, what, e) ;
  return 0 ;
}

static int say (char const *name, char const *what)
{
  sv_say("ok", name, what, 0) ;
  return 1 ;
}

/* /etc/sv, or for a user's tree the directory "sv" beside it. A link's text counts from where
   the link is, so what was given is made absolute. */
static char const *available (void)
{
  static char path[HF_PATH] ;
  char cwd[HF_PATH] ;
  if (how.from)
    return how.from[0] == '/' || !getcwd(cwd, sizeof(cwd)) || !hf_path_join(path, sizeof(path), cwd, how.from) ? how.from : path ;
  return sv_opt.user && hf_path_join(path, sizeof(path), hf_scandir(), "../sv") ? path : AVAILABLE ;
}

static int is_dir (char const *path)
{
  struct stat st ;
  if (stat(path, &st) < 0) return 0 ;
  errno = ENOTDIR ;
  return S_ISDIR(st.st_mode) ;
}

/* The target of the link at path: its length, 0 nothing is there, -1 it is not a link. */
static ssize_t link_at (char const *path, char *target, size_t n)
{
  ssize_t r = readlink(path, target, n - 1) ;
  if (r < 0) return errno == ENOENT ? 0 : -1 ;
  target[r] = 0 ;
  return r ;
}

static int make_link (char const *name, char const *target)
{
  char path[HF_PATH], old[HF_PATH] ;
  ssize_t r ;
  if (!hf_path_join(path, sizeof(path), hf_scandir(), name)) return complain(name, "name too long", 0) ;
  r = link_at(path, old, sizeof(old)) ;
  if (r > 0 && !strcmp(old, target)) return say(name, "was enabled already") ;
  if (r) return complain(name, r < 0 ? "something that is not a link is there" : "enabled already, from elsewhere", 0) ;
  if (symlink(target, path) < 0) return complain(name, "unable to make the link", errno) ;
  return say(name, "enabled") ;
}

static int link_to_start (char const *name, char const *target)
{
  if (!make_link(name, target)) return 0 ;
  if (how.now) sv_names_add(&how.start, sv_copy(name)) ;
  return 1 ;
}

static int start_all (void)
{
  return how.start.n ? sv_command(sv_verb_find("start"), how.start.n, how.start.v) : 0 ;
}

static char const *last_part (char *path)
{
  char *slash ;
  size_t n = strlen(path) ;
  while (n > 1 && path[n - 1] == '/') path[--n] = 0 ;
  slash = strrchr(path, '/') ;
  return slash ? slash + 1 : path ;
}

/* A word with a slash is the service directory itself; any other is looked for in --from. */
static int enable_one (char const *word)
{
  char path[HF_PATH], cwd[HF_PATH] ;
  char const *name ;
  int good ;
  if (!*word) return complain(word, "not a name", 0) ;
  if (!strchr(word, '/')) good = hf_path_join(path, sizeof(path), available(), word) ;
  else if (word[0] == '/') good = strlen(word) < sizeof(path) && memcpy(path, word, strlen(word) + 1) ;
  else good = getcwd(cwd, sizeof(cwd)) && hf_path_join(path, sizeof(path), cwd, word) ;
  if (!good) return complain(word, "unable to find the directory", errno) ;
  name = last_part(path) ;
  if (!*name || name[0] == '.') return complain(word, "a service's name cannot begin with a dot", 0) ;
  if (!is_dir(path)) return complain(word, "no service directory", errno) ;
  return link_to_start(name, path) ;
}

/* The supervisor leaves by itself when runsvdir misses the link; where there is no runsvdir it
   is told here. Its directory cannot be reached through the link any more. */
static int await_end (sv_unit *u, char const *sup)
{
  struct pollfd x = { .fd = u->ok_fd } ;
  int64_t deadline = hf_clock_ms() + sv_opt.timeout ;
  hf_control_send(sup, "x", 1) ;
  while (hf_clock_ms() < deadline)
    if (poll(&x, 1, hf_clock_poll(deadline, hf_clock_ms())) > 0) return 1 ;
  return 0 ;
}

static int disable_one (char const *name)
{
  char path[HF_PATH], target[HF_PATH], sup[PATH_MAX] ;
  sv_unit u ;
  int supervised, gone = 1 ;
  if (strchr(name, '/') || !*name) return complain(name, "not a name in the scan directory", 0) ;
  if (!hf_path_join(path, sizeof(path), hf_scandir(), name)) return complain(name, "name too long", 0) ;
  switch (link_at(path, target, sizeof(target)))
  {
    case 0 : return say(name, "was not enabled") ;
    case -1 : return complain(name, "not a link, so it is left alone", 0) ;
    default : break ;
  }
  sv_unit_find(&u, name) ;
  supervised = how.now && sv_unit_open(&u) && realpath(u.sup, sup) ;
  if (supervised && sv_command(sv_verb_find("stop"), 1, &name)) return 0 ;
  if (unlink(path) < 0) return complain(name, "unable to remove the link", errno) ;
  if (supervised) gone = await_end(&u, sup) ;
  sv_unit_close(&u) ;
  return say(name, "disabled") && (gone || complain(name, "its supervisor is still there", 0)) ;
}

static int each (char const *verb, int (*f) (char const *), int argc, char const *const *argv)
{
  static sv_option const opts[] = { { "now", 'N', 0 }, { "from", 'F', 1 }, { 0, 0, 0 } } ;
  sv_args a = SV_ARGS(verb, "[--now] [--from dir] service ...", opts, argc, argv) ;
  sv_names l = { .v = 0, .n = 0, .max = 0 } ;
  int c, failed = 0 ;
  while ((c = sv_args_next(&a)) >= 0)
  {
    if (!c) sv_names_add(&l, a.arg) ;
    else if (c == 'N') how.now = 1 ;
    else how.from = a.arg ;
  }
  if (!l.n) sv_args_usage(&a) ;
  if (!sv_lock(hf_clock_ms() + sv_opt.timeout)) return 1 ;
  for (unsigned int i = 0 ; i < l.n ; i++) failed += !(*f)(l.v[i]) ;
  sv_flush() ;
  failed += start_all() ;
  return sv_exit_code(failed) ;
}

int sv_enable (int argc, char const *const *argv)
{
  return each("enable", &enable_one, argc, argv) ;
}

int sv_disable (int argc, char const *const *argv)
{
  return each("disable", &disable_one, argc, argv) ;
}

/* scale */

static uint32_t highest ;

static int look_at_instance (char const *name, void *data)
{
  uint32_t k ;
  if (uint320_scan(name + *(size_t const *)data, &k) && k > highest && name[*(size_t const *)data] != '0') highest = k ;
  return 0 ;
}

static void instance_name (char *s, char const *base, uint32_t k)
{
  size_t n = strlen(base) ;
  memcpy(s, base, n) ;
  n += uint32_fmt(s + n, k) ;
  s[n] = 0 ;
}

/* Where the template is: where the links that are there point to, or in the scan directory, or
   in --from. */
static int find_template (char const *base, char *target, size_t n)
{
  char path[HF_PATH], name[HF_NAME + UINT32_FMT] ;
  for (uint32_t k = 1 ; k <= highest ; k++)
  {
    instance_name(name, base, k) ;
    if (hf_path_join(path, sizeof(path), hf_scandir(), name) && link_at(path, target, n) > 0) return 1 ;
  }
  if (!hf_path_join(path, sizeof(path), hf_scandir(), base)) return 0 ;
  if (is_dir(path)) return strlen(base) < n && memcpy(target, base, strlen(base) + 1) ;
  return hf_path_join(target, n, available(), base) && is_dir(target) ;
}

static int scale_to (char const *base, uint32_t want)
{
  char target[HF_PATH], name[HF_NAME + UINT32_FMT], pattern[HF_NAME + 2] ;
  size_t n = strlen(base) ;
  int failed = 0 ;
  memcpy(pattern, base, n) ;
  memcpy(pattern + n, "*", 2) ;
  if (hf_service_each(hf_scandir(), pattern, &look_at_instance, &n) < 0) return complain(base, "unable to read the scan directory", errno), 1 ;
  if (want && !find_template(base, target, sizeof(target))) return complain(base, "there is no such template", errno), 1 ;
  for (uint32_t k = 1 ; k <= want ; k++)
  {
    instance_name(name, base, k) ;
    failed += !link_to_start(name, target) ;
  }
  for (uint32_t k = highest ; k > want ; k--)
  {
    instance_name(name, base, k) ;
    failed += !disable_one(name) ;
  }
  return failed + start_all() ;
}

int sv_scale (int argc, char const *const *argv)
{
  static sv_option const opts[] = { { "now", 'N', 0 }, { "from", 'F', 1 }, { 0, 0, 0 } } ;
  sv_args a = SV_ARGS("scale", "[--now] [--from dir] name@ number", opts, argc, argv) ;
  char const *words[2] = { 0, 0 } ;
  int c, n = 0, failed ;
  uint32_t want = 0 ;
  while ((c = sv_args_next(&a)) >= 0)
  {
    if (c == 'N') how.now = 1 ;
    else if (c == 'F') how.from = a.arg ;
    else if (n < 2) words[n++] = a.arg ;
    else n = 3 ;
    if (!c && n == 2) want = (uint32_t)sv_args_number(&a, 100000) ;
  }
  if (n != 2 || strchr(words[0], '/') || strlen(words[0]) >= HF_NAME || !*words[0] || words[0][0] == '@' || words[0][strlen(words[0]) - 1] != '@')
    sv_args_usage(&a) ;
  if (!sv_lock(hf_clock_ms() + sv_opt.timeout)) return 1 ;
  failed = scale_to(words[0], want) ;
  sv_flush() ;
  return sv_exit_code(failed) ;
}
