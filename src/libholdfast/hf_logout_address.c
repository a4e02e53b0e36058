/* ISC license. */

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <netinet/in.h>
#include <arpa/inet.h>

#include <skalibs/types.h>

#include <holdfast/log.h>

/* Separates the port; host is what is before it. */
static int split (char const *text, char *host, size_t max, char const **port)
{
  char const *colon = strchr(text, ':') ;
  size_t n = strlen(text) ;
  *port = 0 ;
  if (*text == '[')
  {
    char const *end = strchr(text, ']') ;
    if (!end || (end[1] && end[1] != ':')) return 0 ;
    if (end[1]) *port = end + 2 ;
    text++ ;
    n = end - text ;
  }
  else if (colon && !strchr(colon + 1, ':'))
  {
    *port = colon + 1 ;
    n = colon - text ;
  }
  if (!n || n >= max) return 0 ;
  memcpy(host, text, n) ;
  host[n] = 0 ;
  return 1 ;
}

int hf_logout_address (hf_logout *o, char const *text, unsigned int port)
{
  struct sockaddr_in *v4 = (struct sockaddr_in *)&o->addr.storage ;
  struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&o->addr.storage ;
  char host[INET6_ADDRSTRLEN + 1] ;
  char const *p ;
  memset(&o->addr, 0, sizeof(o->addr)) ;
  if (!split(text, host, sizeof(host), &p)) return 0 ;
  if (inet_pton(AF_INET, host, &v4->sin_addr) == 1)
  {
    v4->sin_family = AF_INET ;
    o->addrlen = sizeof(*v4) ;
  }
  else if (inet_pton(AF_INET6, host, &v6->sin6_addr) == 1)
  {
    v6->sin6_family = AF_INET6 ;
    o->addrlen = sizeof(*v6) ;
  }
  else return 0 ;
  if (p && (!uint0_scan(p, &port) || !port || port > 65535)) return -1 ;
  if (v4->sin_family == AF_INET) v4->sin_port = htons(port) ;
  else v6->sin6_port = htons(port) ;
  o->remote = 1 ;
  return 1 ;
}

int hf_logout_path (hf_logout *o, char const *path)
{
  struct sockaddr_un *u = (struct sockaddr_un *)&o->addr.storage ;
  size_t n = strlen(path) ;
  if (n >= sizeof(u->sun_path)) return 0 ;
  memset(&o->addr, 0, sizeof(o->addr)) ;
  u->sun_family = AF_UNIX ;
  memcpy(u->sun_path, path, n) ;
  o->addrlen = sizeof(*u) ;
  o->remote = 0 ;
  return 1 ;
}
