/* ISC license. */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <sys/wait.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/posixplz.h>
#include <skalibs/types.h>

#include <holdfast/clock.h>
#include <holdfast/message.h>
#include <holdfast/service.h>
#include <holdfast/spawn.h>
#include "probe.h"

/* Addresses. */

static int scan_host (probe *p, char const *host, uint16_t port)
{
  memset(&p->addr, 0, sizeof(p->addr)) ;
  if (!strcmp(host, "localhost")) host = "127.0.0.1" ;
  if (inet_pton(AF_INET, host, &p->addr.in.sin_addr) == 1)
  {
    p->addr.in.sin_family = AF_INET ;
    p->addr.in.sin_port = htons(port) ;
    p->addrlen = sizeof(p->addr.in) ;
    return 1 ;
  }
  if (inet_pton(AF_INET6, host, &p->addr.in6.sin6_addr) != 1) return 0 ;
  p->addr.in6.sin6_family = AF_INET6 ;
  p->addr.in6.sin6_port = htons(port) ;
  p->addrlen = sizeof(p->addr.in6) ;
  return 1 ;
}

int probe_scan_tcp (probe *p, char const *word)
{
  char host[64] ;
  char const *colon = strrchr(word, ':') ;
  char const *from = word ;
  size_t n ;
  unsigned int port ;
  if (!uint0_scan(colon ? colon + 1 : word, &port) || !port || port > 65535) return 0 ;
  if (!colon) return scan_host(p, "127.0.0.1", (uint16_t)port) ;
  n = (size_t)(colon - word) ;
  if (n > 2 && from[0] == '[' && from[n - 1] == ']') { from++ ; n -= 2 ; }
  if (!n || n >= sizeof(host)) return 0 ;
  memcpy(host, from, n) ;
  host[n] = 0 ;
  return scan_host(p, host, (uint16_t)port) ;
}

int probe_scan_unix (probe *p, char const *path)
{
  size_t n = strlen(path) ;
  memset(&p->addr, 0, sizeof(p->addr)) ;
  if (!n || n >= sizeof(p->addr.un.sun_path)) return 0 ;
  p->addr.un.sun_family = AF_UNIX ;
  memcpy(p->addr.un.sun_path, path, n) ;
  p->addrlen = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n) ;
  if (path[0] == '@') p->addr.un.sun_path[0] = 0 ;
  else p->addrlen++ ;
  return 1 ;
}

/* The log. */

static void end_line (probe *p)
{
  char pattern[1024] ;
  size_t n = strlen(p->arg) ;
  if (n > sizeof(pattern) - 3) n = sizeof(pattern) - 3 ;
  pattern[0] = '*' ;
  memcpy(pattern + 1, p->arg, n) ;
  pattern[n + 1] = '*' ;
  pattern[n + 2] = 0 ;
  p->line[p->len] = 0 ;
  if (!fnmatch(pattern, p->line, 0)) p->seen = 1 ;
  p->len = 0 ;
}

void probe_feed (probe *p, char const *s, unsigned int n)
{
  for (unsigned int i = 0 ; i < n ; i++)
    if (s[i] == '\n') end_line(p) ;
    else if (s[i] && p->len < sizeof(p->line) - 1) p->line[p->len++] = s[i] ;
}

/* At the end of the file: has another taken its place (rotation), or was it cut? */
static int follow (probe *p)
{
  struct stat here, there ;
  int fd ;
  if (stat(p->logfile, &there) < 0) return 0 ;
  if (p->fd >= 0 && !fstat(p->fd, &here) && here.st_ino == there.st_ino && here.st_dev == there.st_dev)
  {
    if (lseek(p->fd, 0, SEEK_CUR) <= there.st_size) return 0 ;
    return lseek(p->fd, 0, SEEK_SET) >= 0 ;
  }
  fd = openc_read(p->logfile) ;
  if (fd < 0) return 0 ;
  if (p->fd >= 0) fd_close(p->fd) ;
  p->fd = fd ;
  return 1 ;
}

static int ask_log (probe *p)
{
  char s[4096] ;
  while (!p->seen)
  {
    ssize_t r = p->fd >= 0 ? fd_read(p->fd, s, sizeof(s)) : 0 ;
    if (r > 0) probe_feed(p, s, (unsigned int)r) ;
    else if (!follow(p)) break ;
  }
  return p->seen ;
}

/* Connections. A socket that was connected to itself (both ends got the same port by
   chance) is no answer. */

static int is_self (int fd)
{
  struct sockaddr_storage a, b ;
  socklen_t la = sizeof(a), lb = sizeof(b) ;
  return !getsockname(fd, (struct sockaddr *)&a, &la) && !getpeername(fd, (struct sockaddr *)&b, &lb)
    && la == lb && !memcmp(&a, &b, la) ;
}

static int ask_socket (probe *p, hf_companion const *c, int type, int64_t deadline)
{
  int fd = socket(p->addr.sa.sa_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0) ;
  int yes, e = 0 ;
  socklen_t len = sizeof(e) ;
  if (fd < 0) return 0 ;
  yes = !connect(fd, &p->addr.sa, p->addrlen) ;
  if (!yes && errno == EPROTOTYPE && type == SOCK_STREAM)
  {
    fd_close(fd) ;
    return ask_socket(p, c, SOCK_DGRAM, deadline) || ask_socket(p, c, SOCK_SEQPACKET, deadline) ;
  }
  if (!yes && errno == EINPROGRESS && hf_companion_wait(c, fd, POLLOUT, deadline) == HF_COMPANION_EVENT)
    yes = !getsockopt(fd, SOL_SOCKET, SO_ERROR, &e, &len) && !e ;
  if (yes && p->kind == PROBE_TCP && is_self(fd)) yes = 0 ;
  fd_close(fd) ;
  return yes ;
}

/* A command: in a process group of its own, so that all of it can be killed. */

static int reap (pid_t pid, hf_companion const *c, int64_t deadline, int *wstat)
{
  int fd = hf_pidfd_open(pid) ;
  int r ;
  for (;;)
  {
    int64_t now = hf_clock_ms() ;
    int64_t until = fd < 0 && deadline > now + 10 ? now + 10 : deadline ;
    r = hf_companion_wait(c, fd, POLLIN, until) ;
    if (waitpid(pid, wstat, WNOHANG) == pid) { r = 1 ; break ; }
    if (r & HF_COMPANION_DEAD || hf_clock_ms() >= deadline) { r = 0 ; break ; }
  }
  if (fd >= 0) fd_close(fd) ;
  return r ;
}

static int ask_command (probe *p, hf_companion const *c, int64_t deadline, int verbose)
{
  char const *argv[4] = { "sh", "-c", p->arg, 0 } ;
  hf_spawn sp = HF_SPAWN_ZERO ;
  hf_proc child ;
  int step, wstat = 0 ;
  sp.file = "/bin/sh" ;
  sp.argv = argv ;
  sp.envp = (char const *const *)environ ;
  sp.fd1 = 0 ; /* which is /dev/null */
  sp.fd2 = verbose ? -1 : 0 ;
  sp.session = 2 ;
  if (!hf_spawn_run(&sp, &child, &step)) { hf_warnsys("unable to run the probe: ", hf_step_name(step)) ; return 0 ; }
  if (reap((pid_t)child.pid, c, deadline, &wstat)) return WIFEXITED(wstat) && !WEXITSTATUS(wstat) ;
  kill(-(pid_t)child.pid, SIGKILL) ;
  while (waitpid((pid_t)child.pid, &wstat, 0) < 0 && errno == EINTR) ;
  return 0 ;
}

/* A file: there, and not as it was before the daemon (a left-over of the last run). */
static int ask_file (probe *p, int health)
{
  struct stat st ;
  if (stat(p->arg, &st) < 0) return 0 ;
  if (health || !p->before.st_nlink) return 1 ;
  return st.st_ino != p->before.st_ino || st.st_dev != p->before.st_dev
    || memcmp(&st.st_ctim, &p->before.st_ctim, sizeof(st.st_ctim)) ;
}

int probe_begin (probe *p, int64_t now)
{
  p->since = now ;
  p->fd = -1 ;
  if (p->kind == PROBE_FILE && stat(p->arg, &p->before) < 0) p->before.st_nlink = 0 ;
  if (p->kind == PROBE_LOG)
  {
    p->fd = openc_read(p->logfile) ;
    if (p->fd < 0) return errno == ENOENT ;
    return lseek(p->fd, 0, SEEK_END) >= 0 ;
  }
  return 1 ;
}

int probe_ask (probe *p, hf_companion const *c, int64_t deadline, int health, int verbose)
{
  switch (p->kind)
  {
    case PROBE_COMMAND : return ask_command(p, c, deadline, verbose) ;
    case PROBE_TCP :
    case PROBE_UNIX : return ask_socket(p, c, SOCK_STREAM, deadline) ;
    case PROBE_FILE : return ask_file(p, health) ;
    case PROBE_LOG : return health || ask_log(p) ;
    case PROBE_UP : return health || hf_clock_ms() >= p->since + p->ms ;
  }
  return 0 ;
}

int probe_directory (probe const *p, char *s)
{
  char const *path = p->kind == PROBE_LOG ? p->logfile : p->arg ;
  char const *slash ;
  size_t n ;
  if (p->kind == PROBE_COMMAND || p->kind == PROBE_TCP || p->kind == PROBE_UP) return 0 ;
  if (p->kind == PROBE_UNIX && path[0] == '@') return 0 ;
  slash = strrchr(path, '/') ;
  if (!slash) { strcpy(s, ".") ; return 1 ; }
  n = slash == path ? 1 : (size_t)(slash - path) ;
  if (n >= HF_PATH) return 0 ;
  memcpy(s, path, n) ;
  s[n] = 0 ;
  return 1 ;
}
