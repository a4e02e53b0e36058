/* ISC license. */

/* pathlimit: limits the rest of the chain to the paths and TCP ports that are named, by Landlock.
   What comes after cannot undo it, whoever it is.
   fds: none kept. files: those named are opened, by path only. signals: none touched.
   Never: runs the program with less than was asked for, unless -k said so (then it warns).
   By system call number and with constants of its own: headers are often older than kernels. */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

#include <skalibs/djbunix.h>
#include <skalibs/posixplz.h>
#include <skalibs/types.h>

#include <holdfast/chain.h>
#include <holdfast/message.h>
#include "config.h"

#define USAGE "pathlimit [-k] [-S] [-r path] [-R path] [-w path] [-W path] [-b port] [-c port] ... prog..."
#define dieusage() hf_die_usage(HF_EXIT_USAGE, USAGE, 0)

#if HF_LINUX

#include <sys/prctl.h>
#include <sys/syscall.h>

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif

/* Rights, by bit, and the version (ABI) of Landlock that brought them. */
#define FS_EXECUTE (1U << 0)
#define FS_WRITE_FILE (1U << 1)
#define FS_READ_FILE (1U << 2)
#define FS_READ_DIR (1U << 3)
#define FS_FIRST 0x1fffU      /* bits 0 to 12: version 1 */
#define FS_REFER (1U << 13)   /* 2 */
#define FS_TRUNCATE (1U << 14) /* 3 */
#define FS_IOCTL_DEV (1U << 15) /* 5 */
#define FS_READ (FS_EXECUTE | FS_READ_FILE | FS_READ_DIR)
#define FS_OF_FILES (FS_EXECUTE | FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE | FS_IOCTL_DEV)
#define NET_BIND 1U           /* 4 */
#define NET_CONNECT 2U
#define SCOPES 3U             /* abstract Unix sockets, signals: 6 */

#define NEEDS_PATHS 3         /* before, what may be read could be truncated */
#define NEEDS_PORTS 4
#define NEEDS_SCOPES 6

struct ruleset { uint64_t fs, net, scoped ; } ;
struct path_rule { uint64_t rights ; int32_t fd ; } __attribute__((packed)) ;
struct port_rule { uint64_t rights, port ; } ;

struct limit
{
  int keep_going ;
  int version ;               /* of the kernel; 0: none */
  struct ruleset handled ;
  int fd ;
} ;

static int kernel_version (void)
{
  long r = syscall(SYS_landlock_create_ruleset, 0, 0L, 1UL) ;
  return r < 0 ? 0 : (int)r ;
}

/* A part of the limits that this kernel cannot do. */
static int can (struct limit const *l, int needs, char const *what)
{
  char have[UINT_FMT] ;
  if (l->version >= needs) return 1 ;
  have[uint_fmt(have, (unsigned int)l->version)] = 0 ;
  if (!l->version)
  {
    if (!l->keep_going) hf_die(HF_EXIT_SYSTEM, "this kernel has no Landlock, unable to limit ", what) ;
    hf_warn("this kernel has no Landlock, carrying on without limits to ", what) ;
  }
  else
  {
    if (!l->keep_going) hf_die(HF_EXIT_SYSTEM, "this kernel's Landlock (version ", have, ") is too old to limit ", what) ;
    hf_warn("this kernel's Landlock (version ", have, ") is too old, carrying on with less than full limits to ", what) ;
  }
  return 0 ;
}

/* asked: the letters that occurred. Paths are limited as well as an old version can do it. */
static void begin (struct limit *l, char const *asked)
{
  uint32_t fs = FS_FIRST ;
  l->version = kernel_version() ;
  if (strpbrk(asked, "rRwW"))
  {
    can(l, NEEDS_PATHS, "paths") ;
    if (l->version >= 2) fs |= FS_REFER ;
    if (l->version >= 3) fs |= FS_TRUNCATE ;
    if (l->version >= 5) fs |= FS_IOCTL_DEV ;
    l->handled.fs = fs ;
  }
  if (strpbrk(asked, "bc") && can(l, NEEDS_PORTS, "ports"))
    l->handled.net = (strchr(asked, 'b') ? NET_BIND : 0) | (strchr(asked, 'c') ? NET_CONNECT : 0) ;
  if (strchr(asked, 'S') && can(l, NEEDS_SCOPES, "abstract sockets and signals")) l->handled.scoped = SCOPES ;
  l->fd = -1 ;
  if (!l->version || !(l->handled.fs | l->handled.net | l->handled.scoped)) return ;
  l->fd = (int)syscall(SYS_landlock_create_ruleset, &l->handled,
    l->version >= 6 ? sizeof(struct ruleset) : l->version >= 4 ? (size_t)16 : (size_t)8, 0UL) ;
  if (l->fd < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to create a Landlock ruleset") ;
}

static void add_path (struct limit const *l, char const *path, int writable, int optional)
{
  struct path_rule rule = { .rights = l->handled.fs } ;
  struct stat st ;
  rule.fd = open(path, O_PATH | O_CLOEXEC) ;
  if (rule.fd < 0 && optional && (errno == ENOENT || errno == ENOTDIR)) return ;
  if (rule.fd < 0 || fstat(rule.fd, &st) < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to open ", path) ;
  if (!writable) rule.rights &= FS_READ ;
  if (!S_ISDIR(st.st_mode)) rule.rights &= FS_OF_FILES ;
  if (l->fd >= 0 && syscall(SYS_landlock_add_rule, (long)l->fd, 1L, &rule, 0UL) < 0)
    hf_diesys(HF_EXIT_SYSTEM, "unable to allow ", path) ;
  fd_close(rule.fd) ;
}

static void add_port (struct limit const *l, char const *word, unsigned int right)
{
  struct port_rule rule = { .rights = right } ;
  uint16_t port ;
  if (!strcmp(word, "none")) return ;
  if (!ushort0_scan(word, &port)) hf_die(HF_EXIT_USAGE, "invalid port: ", word) ;
  rule.port = port ;
  if (l->fd < 0 || !(l->handled.net & right)) return ;
  if (syscall(SYS_landlock_add_rule, (long)l->fd, 2L, &rule, 0UL) < 0)
    hf_diesys(HF_EXIT_SYSTEM, "unable to allow port ", word) ;
}

/* Without no_new_privs the kernel would let root alone do it. */
static void enforce (struct limit const *l)
{
  if (l->fd < 0) return ;
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to set no_new_privs") ;
  if (syscall(SYS_landlock_restrict_self, (long)l->fd, 0UL) < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to enforce the limits") ;
  fd_close(l->fd) ;
}

#else

#define NET_BIND 1U
#define NET_CONNECT 2U
struct limit { int keep_going ; } ;
static void begin (struct limit *l, char const *asked)
{
  if (!*asked) return ;
  if (!l->keep_going) hf_die(HF_EXIT_SYSTEM, "this system has no Landlock, unable to limit anything") ;
  hf_warn("this system has no Landlock, carrying on without limits") ;
}
static void add_path (struct limit const *l, char const *path, int writable, int optional)
{
  (void)l ; (void)path ; (void)writable ; (void)optional ;
}
static void add_port (struct limit const *l, char const *word, unsigned int right)
{
  (void)l ; (void)word ; (void)right ;
}
static void enforce (struct limit const *l) { (void)l ; }

#endif

/* Once to see what is asked for, and that all options are options; once to do it. */
static int survey (int argc, char const *const *argv, struct limit *limit, char *asked)
{
  subgetopt l = SUBGETOPT_ZERO ;
  for (;;)
  {
    int opt = hf_option(argc, argv, "kSr:R:w:W:b:c:", &l) ;
    if (opt == -1) return l.ind ;
    if (opt == '?') dieusage() ;
    if (opt == 'k') limit->keep_going = 1 ;
    else if (!strchr(asked, opt)) { size_t n = strlen(asked) ; asked[n] = (char)opt ; asked[n + 1] = 0 ; }
  }
}

static void allow (int argc, char const *const *argv, struct limit const *limit)
{
  subgetopt l = SUBGETOPT_ZERO ;
  for (;;)
  {
    int opt = hf_option(argc, argv, "kSr:R:w:W:b:c:", &l) ;
    switch (opt)
    {
      case -1 : return ;
      case 'r' : case 'R' : add_path(limit, l.arg, 0, opt == 'R') ; break ;
      case 'w' : case 'W' : add_path(limit, l.arg, 1, opt == 'W') ; break ;
      case 'b' : add_port(limit, l.arg, NET_BIND) ; break ;
      case 'c' : add_port(limit, l.arg, NET_CONNECT) ; break ;
      default : break ;
    }
  }
}

int main (int argc, char const *const *argv)
{
  static struct limit limit ;
  char asked[16] = "" ;
  int ind ;
  PROG = "pathlimit" ;
  hf_version(PROG, argc, argv) ;
  ind = survey(argc, argv, &limit, asked) ;
  if (ind >= argc || !*asked) dieusage() ;
  begin(&limit, asked) ;
  allow(ind, argv, &limit) ;
  enforce(&limit) ;
  hf_exec(argv + ind, (char const *const *)environ, 0) ;
}
