/* ISC license. */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <skalibs/djbunix.h>
#include <skalibs/posixplz.h>
#include <skalibs/types.h>

#include <holdfast/message.h>
#include "listen.h"
#include "sockopen.h"

/* Everything about a socket's kind is in one row. */
static struct kind { char const *prefix ; int local, type ; } const kinds[] =
{
  { "tcp:", 0, SOCK_STREAM }, { "udp:", 0, SOCK_DGRAM },
  { "unix:", 1, SOCK_STREAM }, { "unixgram:", 1, SOCK_DGRAM }, { "unixseq:", 1, SOCK_SEQPACKET },
  { 0, 0, 0 }
} ;

int sockopen_new (int family, int type, char const *word)
{
  int fd = socket(family, type, 0) ;
  if (fd >= 0 && coe(fd) < 0) { fd_close(fd) ; fd = -1 ; }
  if (fd < 0 && (family != AF_INET6 || errno != EAFNOSUPPORT)) hf_diesys(HF_EXIT_SYSTEM, "unable to make a socket for ", word) ;
  return fd ;
}

static void start_listening (int fd, struct kind const *k, sockspec const *s)
{
  if (k->type != SOCK_DGRAM && listen(fd, s->backlog) < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to listen on ", s->word) ;
}

/* "ADDRESS:PORT": 1.2.3.4, [::1], or "*" for all. */
struct inet { int family ; struct in6_addr ip6 ; struct in_addr ip4 ; uint16_t port ; } ;

static int scan_inet (struct inet *a, char const *s)
{
  char host[INET6_ADDRSTRLEN + 2] ;
  char const *colon = strrchr(s, ':') ;
  size_t n = colon ? (size_t)(colon - s) : 0 ;
  if (!n || n >= sizeof(host) || !ushort0_scan(colon + 1, &a->port)) return 0 ;
  memcpy(host, s, n) ;
  host[n] = 0 ;
  if (!strcmp(host, "*")) { a->family = 0 ; return 1 ; }
  a->family = *host == '[' ? AF_INET6 : AF_INET ;
  if (*host != '[') return inet_pton(AF_INET, host, &a->ip4) == 1 ;
  if (host[n - 1] != ']') return 0 ;
  host[n - 1] = 0 ;
  return inet_pton(AF_INET6, host + 1, &a->ip6) == 1 ;
}

static int try_inet6 (struct inet const *a, int type, char const *word)
{
  struct sockaddr_in6 sa = { .sin6_family = AF_INET6, .sin6_port = htons(a->port), .sin6_addr = a->ip6 } ;
  int only = !!a->family, yes = 1 ;
  int fd = sockopen_new(AF_INET6, type, word) ;
  if (fd < 0) return -1 ;
  if (setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof(only)) < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to set up ", word) ;
  if (type == SOCK_STREAM) setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) ;
  if (!bind(fd, (struct sockaddr *)&sa, sizeof(sa))) return fd ;
  if (a->family || (errno != EADDRNOTAVAIL && errno != EAFNOSUPPORT)) hf_diesys(HF_EXIT_SYSTEM, "unable to bind ", word) ;
  fd_close(fd) ;
  return -1 ;
}

static int try_inet4 (struct inet const *a, int type, char const *word)
{
  struct sockaddr_in sa = { .sin_family = AF_INET, .sin_port = htons(a->port), .sin_addr = a->ip4 } ;
  int yes = 1 ;
  int fd = sockopen_new(AF_INET, type, word) ;
  if (type == SOCK_STREAM) setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) ;
  if (bind(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to bind ", word) ;
  return fd ;
}

/* "*" is one socket for both families, or IPv4 alone on a machine without IPv6. */
static int open_inet (sockspec const *s, struct kind const *k, char const *rest)
{
  struct inet a = { .family = 0 } ;
  int fd = -1 ;
  scan_inet(&a, rest) ;
  if (a.family != AF_INET) fd = try_inet6(&a, k->type, s->word) ;
  if (fd < 0 && a.family == AF_INET6) { errno = EAFNOSUPPORT ; hf_diesys(HF_EXIT_SYSTEM, "unable to bind ", s->word) ; }
  if (fd < 0) fd = try_inet4(&a, k->type, s->word) ;
  start_listening(fd, k, s) ;
  return fd ;
}

static char lock[sizeof(((struct sockaddr_un *)0)->sun_path) + 8] ; /* the path and ".lock" */
static int lock_fd ;

static void unlock_path (void)
{
  unlink_void(lock) ;
  fd_close(lock_fd) ;
}

#define fail(...) do { unlock_path() ; hf_die(HF_EXIT_SYSTEM, __VA_ARGS__) ; } while (0)
#define failsys(...) do { unlock_path() ; hf_diesys(HF_EXIT_SYSTEM, __VA_ARGS__) ; } while (0)

/* Two that want one path take turns. The lock file goes away with the last of them: whoever
   gets a lock on a file that is no longer there begins again. */
static void lock_path (char const *path)
{
  memcpy(lock, path, strlen(path)) ;
  memcpy(lock + strlen(path), ".lock", 6) ;
  for (;;)
  {
    struct stat mine, there ;
    lock_fd = open(lock, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600) ;
    if (lock_fd < 0 || fstat(lock_fd, &mine) < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to open ", lock) ;
    while (flock(lock_fd, LOCK_EX) < 0) if (errno != EINTR) hf_diesys(HF_EXIT_SYSTEM, "unable to lock ", lock) ;
    if (!lstat(lock, &there) && there.st_ino == mine.st_ino && there.st_dev == mine.st_dev) return ;
    fd_close(lock_fd) ;
  }
}

/* Does anybody listen there? A dead socket refuses; one of another type is alive too. */
static int is_alive (struct sockaddr_un const *sa, int type, char const *word)
{
  int fd = sockopen_new(AF_UNIX, type, word) ;
  int r ;
  if (ndelay_on(fd) < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to set up ", word) ;
  r = connect(fd, (struct sockaddr const *)sa, sizeof(*sa)) ;
  if (r < 0 && errno != EAGAIN && errno != EINPROGRESS && errno != EPROTOTYPE && errno != ECONNREFUSED && errno != ENOENT)
    failsys("unable to see whether ", sa->sun_path, " is in use") ;
  r = !r || (errno != ECONNREFUSED && errno != ENOENT) ;
  fd_close(fd) ;
  return r ;
}

static void remove_stale (struct sockaddr_un const *sa, int type, char const *word)
{
  struct stat st ;
  if (lstat(sa->sun_path, &st) < 0)
  {
    if (errno == ENOENT) return ;
    failsys("unable to stat ", sa->sun_path) ;
  }
  if (!S_ISSOCK(st.st_mode)) fail("unable to bind ", word, ": there is something that is not a socket") ;
  if (is_alive(sa, type, word)) fail("unable to bind ", word, ": somebody listens there") ;
  if (unlink(sa->sun_path) < 0 && errno != ENOENT) failsys("unable to remove the dead socket ", sa->sun_path) ;
}

/* Only if it is still a socket that goes by the name: the directory may be another's. */
static int give_away (char const *path, owner const *who)
{
#if defined(O_PATH) && defined(AT_EMPTY_PATH)
  struct stat st ;
  int r ;
  int fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC) ;
  if (fd < 0) return -1 ;
  r = fstat(fd, &st) ;
  if (!r && !S_ISSOCK(st.st_mode)) { errno = ENOTSOCK ; r = -1 ; }
  if (!r) r = fchownat(fd, "", who->uid, who->gid, AT_EMPTY_PATH) ;
  fd_close(fd) ;
  return r ;
#else
  return lchown(path, who->uid, who->gid) ;
#endif
}

/* The mode is right from birth, by the umask; the owner is before anybody can connect. */
static int open_local (sockspec const *s, struct kind const *k, char const *path)
{
  struct sockaddr_un sa ;
  int fd ;
  mode_t mask ;
  listen_address(&sa, path) ;
  fd = sockopen_new(AF_UNIX, k->type, s->word) ;
  lock_path(path) ;
  remove_stale(&sa, k->type, s->word) ;
  mask = umask(~s->mode & 0777) ;
  if (bind(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0) failsys("unable to bind ", s->word) ;
  umask(mask) ;
  if ((s->who.uid != (uid_t)-1 || s->who.gid != (gid_t)-1) && give_away(path, &s->who) < 0)
    failsys("unable to change the owner of ", path) ;
  start_listening(fd, k, s) ;
  unlock_path() ;
  return fd ;
}

static struct kind const *kind_of (char const *word)
{
  for (struct kind const *k = kinds ; k->prefix ; k++)
    if (!strncmp(word, k->prefix, strlen(k->prefix))) return k ;
  hf_die(HF_EXIT_USAGE, "invalid socket: ", word) ;
}

void sockopen_check (char const *word)
{
  struct kind const *k = kind_of(word) ;
  struct sockaddr_un sa ;
  struct inet a ;
  if (k->local && !listen_address(&sa, word + strlen(k->prefix))) hf_diesys(HF_EXIT_USAGE, "unable to use ", word) ;
  if (!k->local && !scan_inet(&a, word + strlen(k->prefix))) hf_die(HF_EXIT_USAGE, "invalid socket: ", word) ;
}

int sockopen (sockspec const *s)
{
  struct kind const *k = kind_of(s->word) ;
  char const *rest = s->word + strlen(k->prefix) ;
  return k->local ? open_local(s, k, rest) : open_inet(s, k, rest) ;
}
