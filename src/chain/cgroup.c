/* ISC license. */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <string.h>
#include <sys/types.h>

#include <skalibs/djbunix.h>
#include <skalibs/stralloc.h>

#include <holdfast/message.h>
#include "cgroup.h"
#include "config.h"

#if HF_LINUX
#include <sys/sysmacros.h>
#endif

char const cgroup_invalid[] = "invalid name" ;
static char const too_long[] = "file name too long" ;

unsigned int cgroup_major (dev_t dev)
{
#if HF_LINUX
  return major(dev) ;
#else
  return (unsigned int)(dev >> 8) ;
#endif
}

unsigned int cgroup_minor (dev_t dev)
{
#if HF_LINUX
  return minor(dev) ;
#else
  return (unsigned int)(dev & 255) ;
#endif
}

/* Where the n-th word (from 0) of a line begins. */
static char *word (char *line, unsigned int n)
{
  char *s = line ;
  while (n--)
  {
    s = strchr(s, ' ') ;
    if (!s) return 0 ;
    s++ ;
  }
  return s ;
}

/* mountinfo writes blanks and backslashes in octal. */
static void unescape (char *s)
{
  char *to = s ;
  while (*s)
    if (s[0] == '\\' && s[1] && s[2] && s[3])
    {
      *to++ = (char)((s[1] - '0') << 6 | (s[2] - '0') << 3 | (s[3] - '0')) ;
      s += 4 ;
    }
    else *to++ = *s++ ;
  *to = 0 ;
}

static int end_word (char *s)
{
  char *blank = s ? strchr(s, ' ') : 0 ;
  if (!blank) return 0 ;
  *blank = 0 ;
  unescape(s) ;
  return 1 ;
}

/* One mount: is it version 2, and where, and which group is at its top? *old: version 1. */
static int is_mount (char *line, char **point, char **at, int *old)
{
  char *type = strstr(line, " - ") ;
  if (!type) return 0 ;
  if (!strncmp(type + 3, "cgroup ", 7)) *old = 1 ;
  if (strncmp(type + 3, "cgroup2 ", 8)) return 0 ;
  *at = word(line, 3) ;
  *point = word(line, 4) ;
  return end_word(*point) && end_word(*at) ;
}

static char const *find_mount (stralloc *sa, char **point, char **at)
{
  int old = 0 ;
  char *line ;
  if (!openslurpclose(sa, "/proc/self/mountinfo") || !stralloc_0(sa)) return hf_error_text(errno) ;
  for (line = sa->s ; line && *line ; )
  {
    char *end = strchr(line, '\n') ;
    if (end) *end = 0 ;
    if (is_mount(line, point, at, &old)) return 0 ;
    line = end ? end + 1 : 0 ;
  }
  return old ? "only version 1 of control groups is mounted here" : "no control groups are mounted here" ;
}

/* The group this process is in: the line "0::/...". */
static char const *find_own (stralloc *sa, char **own)
{
  char *line ;
  if (!openslurpclose(sa, "/proc/self/cgroup") || !stralloc_0(sa)) return hf_error_text(errno) ;
  line = strncmp(sa->s, "0::", 3) ? strstr(sa->s, "\n0::") : sa->s ;
  if (!line) return "this process is in no group of version 2" ;
  *own = strchr(line, '/') ;
  if (!*own) return "this process is in no group of version 2" ;
  (*own)[strcspn(*own, "\n")] = 0 ;
  return 0 ;
}

static int add (char *path, char const *s)
{
  size_t n = strlen(path) ;
  size_t m = strlen(s) ;
  if (n + m + 2 > CGROUP_PATH) return 0 ;
  memcpy(path + n, s, m + 1) ;
  return 1 ;
}

/* No empty, "." or ".." part. */
static int is_clean (char const *name)
{
  for (;;)
  {
    size_t n = strcspn(name, "/") ;
    if (!n || (n == 1 && name[0] == '.') || (n == 2 && name[0] == '.' && name[1] == '.')) return 0 ;
    if (!name[n]) return 1 ;
    name += n + 1 ;
  }
}

/* From the own group, up by what "../" there is. */
static char const *add_own (char *path, size_t top, char const *at, char const **group)
{
  stralloc sa = STRALLOC_ZERO ;
  char *own = 0 ;
  char const *why = find_own(&sa, &own) ;
  size_t n = strlen(at) ;
  if (why) return why ;
  if (!strcmp(at, "/")) n = 0 ;
  else if (strncmp(own, at, n) || (own[n] && own[n] != '/')) return "the own group is outside of what is mounted here" ;
  own += n ;
  if (strcmp(own, "/") && !add(path, own)) return too_long ;
  for (; !strncmp(*group, "../", 3) ; *group += 3)
  {
    if (!path[top]) return "it is above the top" ;
    *strrchr(path, '/') = 0 ;
  }
  return 0 ;
}

char const *cgroup_path (char const *root, char const *group, char *path, size_t *top)
{
  stralloc sa = STRALLOC_ZERO ;
  char *point = (char *)root ;
  char *at = 0 ;
  char const *name = group ;
  char const *why ;
  while (!strncmp(name, "../", 3)) name += 3 ;
  if (!is_clean(*name == '/' && name == group ? name + 1 : name) || (root && name != group)) return cgroup_invalid ;
  if (!root && (why = find_mount(&sa, &point, &at))) return why ;
  path[0] = 0 ;
  if (!add(path, point)) return too_long ;
  *top = strlen(path) ;
  if (!root && *group != '/' && (why = add_own(path, *top, at, &group))) return why ;
  if (*group != '/' && !add(path, "/")) return too_long ;
  return add(path, group) ? 0 : too_long ;
}
