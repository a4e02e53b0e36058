/* ISC license. */

#include <string.h>

#include "tap.h"
#include "chain/probe.c"

static probe p ;

static int feed (char const *pattern, char const *text)
{
  memset(&p, 0, sizeof(p)) ;
  p.kind = PROBE_LOG ;
  p.arg = pattern ;
  for (; *text ; text++) probe_feed(&p, text, 1) ;
  return p.seen ;
}


/* The same bytes in every run. */
static unsigned int next_random (void)
{
  static unsigned int x = 12345 ;
  x ^= x << 13 ; x ^= x >> 17 ; x ^= x << 5 ;
  return x ;
}

static int survives (void)
{
  char s[512] ;
  memset(&p, 0, sizeof(p)) ;
  p.kind = PROBE_LOG ;
  p.arg = "[!a]*\\[" ;
  for (int round = 0 ; round < 20000 ; round++)
  {
    unsigned int n = next_random() % sizeof(s) ;
    for (unsigned int i = 0 ; i < n ; i++) s[i] = next_random() % 64 ? (char)next_random() : '\n' ;
    probe_feed(&p, s, n) ;
    if (p.len >= sizeof(p.line)) return 0 ;
    if (n) { s[n - 1] = 0 ; probe_scan_tcp(&p, s) ; probe_scan_unix(&p, s) ; }
  }
  return 1 ;
}

int main (void)
{
  char dir[HF_PATH] ;
  char longline[4096] ;
  ok(probe_scan_tcp(&p, "80") && p.addr.in.sin_port == htons(80) && p.addr.in.sin_addr.s_addr == htonl(0x7f000001), "a port is on this machine") ;
  ok(probe_scan_tcp(&p, "10.1.2.3:65535") && p.addr.in.sin_addr.s_addr == htonl(0x0a010203), "an address and a port") ;
  ok(probe_scan_tcp(&p, "[::1]:80") && p.addr.in6.sin6_family == AF_INET6 && p.addrlen == sizeof(p.addr.in6), "an IPv6 address") ;
  ok(probe_scan_tcp(&p, "localhost:80") && p.addr.in.sin_family == AF_INET, "localhost") ;
  ok(!probe_scan_tcp(&p, "0") && !probe_scan_tcp(&p, "65536") && !probe_scan_tcp(&p, "") && !probe_scan_tcp(&p, "80x"), "no ports") ;
  ok(!probe_scan_tcp(&p, "example.org:80") && !probe_scan_tcp(&p, ":80") && !probe_scan_tcp(&p, "[]:80"), "no addresses") ;
  ok(probe_scan_unix(&p, "/run/x") && p.addrlen == offsetof(struct sockaddr_un, sun_path) + 7, "a socket's path") ;
  ok(probe_scan_unix(&p, "@x") && !p.addr.un.sun_path[0] && p.addrlen == offsetof(struct sockaddr_un, sun_path) + 2, "an abstract name") ;
  memset(longline, 'a', sizeof(longline)) ;
  longline[200] = 0 ;
  ok(!probe_scan_unix(&p, longline) && !probe_scan_unix(&p, ""), "too long, too short") ;
  ok(feed("ready", "one\nis ready now\n"), "a word in a line") ;
  ok(!feed("ready", "one\nrea\ndy\n"), "not across lines") ;
  ok(!feed("ready", "is ready now"), "not before the line is complete") ;
  ok(feed("listening on *80", "@400 listening on 0.0.0.0:80\n"), "a shell pattern") ;
  ok(!feed("[0-9][0-9]x", "1x\nabc\n") && feed("[0-9][0-9]x", "12x\n"), "a bracket expression") ;
  longline[200] = 'a' ;
  strcpy(longline + 4000, "\nend\n") ;
  ok(feed("end", longline), "a very long line does not hide the next") ;
  p.kind = PROBE_FILE ;
  p.arg = "/a/b/c" ;
  ok(probe_directory(&p, dir) && !strcmp(dir, "/a/b"), "the directory of a path") ;
  p.arg = "/c" ;
  ok(probe_directory(&p, dir) && !strcmp(dir, "/"), "of a file in the root") ;
  p.arg = "c" ;
  ok(probe_directory(&p, dir) && !strcmp(dir, "."), "of a plain name") ;
  ok(survives(), "random bytes") ;
  return done() ;
}
