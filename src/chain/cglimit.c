/* ISC license. */

/* cglimit: makes a control group (version 2), sets its limits, gives it to a user if asked, and
   goes into it, with the rest of the chain.
   fds: none kept. files: the group's; /proc/self/mountinfo and /proc/self/cgroup to find it.
   signals: none touched.
   Never: goes in before all limits are set, runs the program without them unless -k said so
   (then it warns), leaves a group behind that it made in vain, removes one that was there. */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/posixplz.h>
#include <skalibs/stralloc.h>
#include <skalibs/types.h>

#include <holdfast/chain.h>
#include <holdfast/message.h>
#include "cgroup.h"
#include "owner.h"

#define USAGE "cglimit [-k] [-r root] [-m memory] [-H high] [-c percent] [-w weight] [-p processes] [-i io] [-s file=value] [-u user[:group]] group prog..."
#define dieusage() hf_die_usage(HF_EXIT_USAGE, USAGE, 0)
#define SETTINGS 32
#define VALUE 256

struct setting
{
  char file[64] ;             /* its controller is what stands before the dot */
  char value[VALUE] ;
} ;

static struct
{
  int keep_going ;
  char const *root ;
  char const *group ;
  char const *const *argv ;
  char const *user ;
  owner who ;
  unsigned int n ;
  struct setting setting[SETTINGS] ;
  char path[CGROUP_PATH] ;    /* of the group */
  size_t top ;                /* length of the part that is the hierarchy's top */
  unsigned int made ;         /* how many of the path's last parts are ours */
} w ;

static void undo (void)
{
  for (; w.made ; w.made--)
  {
    rmdir(w.path) ;
    *strrchr(w.path, '/') = 0 ;
  }
}

/* Ends the program, or goes on without the group. */
static void trouble (char const *verb, char const *object, char const *where, char const *reason)
{
  char const *level = w.keep_going ? "warning" : "fatal" ;
  hf_message(level, 0, hf_words("unable to ", verb, " ", object, where, ": ", reason, w.keep_going ? ", carrying on without" : "")) ;
  undo() ;
  if (!w.keep_going) _exit(HF_EXIT_SYSTEM) ;
  hf_exec(w.argv, (char const *const *)environ, 0) ;
}

static char const *reason (void)
{
  switch (errno)
  {
    case EROFS : return "control groups are read-only here" ;
    case EACCES : case EPERM : return "not delegated to this user" ;
    default : return hf_error_text(errno) ;
  }
}

/* Words. */
static void add_setting (char const *file, size_t len, char const *value)
{
  struct setting *s = w.setting + w.n ;
  if (w.n >= SETTINGS || len >= sizeof(s->file) || strlen(value) >= VALUE) hf_die(HF_EXIT_USAGE, "too many settings, or too long: ", value) ;
  memcpy(s->file, file, len) ;
  s->file[len] = 0 ;
  memcpy(s->value, value, strlen(value) + 1) ;
  w.n++ ;
}

#define set(file, value) add_setting(file, sizeof(file) - 1, value)

/* The kernel reads the suffix itself. */
static int is_size (char const *s)
{
  uint64_t u ;
  size_t n = uint64_scan(s, &u) ;
  if (!strcmp(s, "max")) return 1 ;
  return n && (!s[n] || (strchr("KMGTkmgt", s[n]) && !s[n + 1])) ;
}

static int is_number (char const *s, unsigned int lo, unsigned int hi)
{
  unsigned int u ;
  return uint0_scan(s, &u) && u >= lo && u <= hi ;
}

static void read_cpu (char const *word)
{
  char value[UINT_FMT + 16] ;
  unsigned int u ;
  size_t n ;
  if (!strcmp(word, "max")) { set("cpu.max", "max 100000") ; return ; }
  if (!uint0_scan(word, &u) || !u || u > 1000000) hf_die(HF_EXIT_USAGE, "invalid percentage: ", word) ;
  n = uint_fmt(value, u) ;
  memcpy(value + n, "000 100000", 11) ;
  set("cpu.max", value) ;
}

/* "8:0 rbps=1000000", or with the device's path in place of its number. */
static void read_io (char const *word)
{
  char value[VALUE] ;
  char path[VALUE] ;
  size_t n = strcspn(word, " "), m ;
  struct stat st ;
  if (!n || !word[n] || strlen(word) >= VALUE - 2 * UINT_FMT) hf_die(HF_EXIT_USAGE, "invalid io limit: ", word) ;
  if (*word != '/') { set("io.max", word) ; return ; }
  memcpy(path, word, n) ;
  path[n] = 0 ;
  if (stat(path, &st) < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to stat ", path) ;
  if (!S_ISBLK(st.st_mode)) hf_die(HF_EXIT_SYSTEM, path, " is not a block device") ;
  m = uint_fmt(value, cgroup_major(st.st_rdev)) ;
  value[m++] = ':' ;
  m += uint_fmt(value + m, cgroup_minor(st.st_rdev)) ;
  memcpy(value + m, word + n, strlen(word + n) + 1) ;
  set("io.max", value) ;
}

static void read_setting (char const *word)
{
  size_t n = strcspn(word, "=") ;
  size_t dot = strcspn(word, ".") ;
  if (!word[n] || !dot || dot >= n || memchr(word, '/', n)) hf_die(HF_EXIT_USAGE, "invalid setting: ", word) ;
  add_setting(word, n, word + n + 1) ;
}

/* Files. */
static void group_file (char *path, size_t len, char const *name)
{
  memcpy(path, w.path, len) ;
  path[len] = '/' ;
  memcpy(path + len + 1, name, strlen(name) + 1) ;
}

static int write_file (size_t len, char const *name, char const *value)
{
  char path[CGROUP_PATH + 80] ;
  size_t n = strlen(value) ;
  int fd, r ;
  group_file(path, len, name) ;
  fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC) ;
  if (fd < 0) return 0 ;
  r = fd_write(fd, value, n) == (ssize_t)n ;
  fd_close(fd) ;
  return r ;
}

/* Is word in the list that the file has? 1, 0, or -1. */
static int has_word (size_t len, char const *name, char const *word)
{
  char path[CGROUP_PATH + 80] ;
  char buf[1024] ;
  size_t n = strlen(word) ;
  ssize_t r ;
  group_file(path, len, name) ;
  r = openreadnclose(path, buf, sizeof(buf) - 1) ;
  if (r < 0) return -1 ;
  buf[r] = 0 ;
  for (char const *s = buf ; *s ; )
  {
    size_t m ;
    s += strspn(s, " \n") ;
    m = strcspn(s, " \n") ;
    if (m && m == n && !memcmp(s, word, n)) return 1 ;
    s += m ;
  }
  return 0 ;
}

/* Making the group. */
static void make_part (size_t len)
{
  char c = w.path[len] ;
  w.path[len] = 0 ;
  if (!mkdir(w.path, 0755)) w.made++ ;
  else if (errno != EEXIST)
  {
    char const *why = reason() ;
    char path[CGROUP_PATH] ;
    unsigned int made = w.made ;
    memcpy(path, w.path, len + 1) ;
    if (made) *strrchr(w.path, '/') = 0 ;
    trouble("make group", path, "", why) ;
  }
  w.path[len] = c ;
}

/* The length of the path up to its next part after len. */
static size_t next_part (size_t len)
{
  return w.path[len] ? len + 1 + strcspn(w.path + len + 1, "/") : len ;
}

static void make_group (void)
{
  for (size_t len = w.top ; w.path[len] ; )
  {
    len = next_part(len) ;
    make_part(len) ;
  }
}

/* A controller works in a group if every group above passes it down. */
static void enable_at (size_t len, char const *controller)
{
  char word[72] ;
  char where[CGROUP_PATH + 8] = " in " ;
  memcpy(where + 4, w.path, len) ;
  where[len + 4] = 0 ;
  if (has_word(len, "cgroup.subtree_control", controller) == 1) return ;
  if (!has_word(len, "cgroup.controllers", controller))
    trouble("use controller", controller, where, "it is not there (version 1 may have it, or it is not delegated)") ;
  word[0] = '+' ;
  memcpy(word + 1, controller, strlen(controller) + 1) ;
  if (!write_file(len, "cgroup.subtree_control", word))
    trouble("enable controller", controller, where, errno == EBUSY ? "the group has processes of its own" : reason()) ;
}

static void enable (struct setting const *s)
{
  char controller[sizeof(s->file)] ;
  size_t n = strcspn(s->file, ".") ;
  memcpy(controller, s->file, n) ;
  controller[n] = 0 ;
  if (!strcmp(controller, "cgroup") || has_word(strlen(w.path), "cgroup.controllers", controller) == 1) return ;
  for (size_t len = w.top ; w.path[len] ; len = next_part(len)) enable_at(len, controller) ;
}

static void give_away (void)
{
  static char const *const files[] = { "", "cgroup.procs", "cgroup.subtree_control", "cgroup.threads" } ;
  for (unsigned int i = 0 ; i < sizeof(files) / sizeof(files[0]) ; i++)
  {
    char path[CGROUP_PATH + 80] ;
    group_file(path, strlen(w.path), files[i]) ;
    if (chown(path, w.who.uid, w.who.gid) < 0 && (errno != ENOENT || i < 3)) trouble("give", path, "", reason()) ;
  }
}

static void apply (void)
{
  char where[CGROUP_PATH + 8] = " in " ;
  memcpy(where + 4, w.path, strlen(w.path) + 1) ;
  make_group() ;
  for (unsigned int i = 0 ; i < w.n ; i++) enable(w.setting + i) ;
  for (unsigned int i = 0 ; i < w.n ; i++)
    if (!write_file(strlen(w.path), w.setting[i].file, w.setting[i].value))
      trouble("set", w.setting[i].file, where, reason()) ;
  if (w.user) give_away() ;
  if (!write_file(strlen(w.path), "cgroup.procs", "0"))
    trouble("enter group", w.path, "", errno == EBUSY ? "it passes controllers down to groups below it" : reason()) ;
}

static void find (void)
{
  char const *why = cgroup_path(w.root, w.group, w.path, &w.top) ;
  if (why == cgroup_invalid) hf_die(HF_EXIT_USAGE, "invalid group: ", w.group) ;
  if (why) trouble("find group", w.group, "", why) ;
}

static int read_options (int argc, char const *const *argv)
{
  subgetopt l = SUBGETOPT_ZERO ;
  for (;;)
  {
    int opt = hf_option(argc, argv, "kr:m:H:c:w:p:i:s:u:", &l) ;
    int ok = 1 ;
    switch (opt)
    {
      case -1 : return l.ind ;
      case 'k' : w.keep_going = 1 ; break ;
      case 'r' : w.root = l.arg ; break ;
      case 'm' : ok = is_size(l.arg) ; if (ok) set("memory.max", l.arg) ; break ;
      case 'H' : ok = is_size(l.arg) ; if (ok) set("memory.high", l.arg) ; break ;
      case 'c' : read_cpu(l.arg) ; break ;
      case 'w' : ok = is_number(l.arg, 1, 10000) ; if (ok) set("cpu.weight", l.arg) ; break ;
      case 'p' : ok = !strcmp(l.arg, "max") || is_number(l.arg, 1, 0x7fffffffU) ; if (ok) set("pids.max", l.arg) ; break ;
      case 'i' : read_io(l.arg) ; break ;
      case 's' : read_setting(l.arg) ; break ;
      case 'u' : owner_read(&w.who, w.user = l.arg) ; break ;
      default : dieusage() ;
    }
    if (!ok) hf_die(HF_EXIT_USAGE, "invalid limit: ", l.arg) ;
  }
}

int main (int argc, char const *const *argv)
{
  int ind ;
  PROG = "cglimit" ;
  hf_version(PROG, argc, argv) ;
  ind = read_options(argc, argv) ;
  if (argc - ind < 2) dieusage() ;
  w.group = argv[ind] ;
  w.argv = argv + ind + 1 ;
  find() ;
  apply() ;
  hf_exec(w.argv, (char const *const *)environ, 0) ;
}
