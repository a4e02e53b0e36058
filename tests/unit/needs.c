/* ISC license. */

#include <errno.h>
#include <string.h>

#include <holdfast/needs.h>
#include "tap.h"

static char all[256] ;

static int collect (char const *name, void *data)
{
  (void)data ;
  strcat(strcat(all, name), "|") ;
  return !strcmp(name, "stop") ? 7 : 0 ;
}

static int scan (char const *text)
{
  char s[256] ;
  all[0] = 0 ;
  strcpy(s, text) ;
  return hf_needs_scan(s, strlen(s), &collect, 0) ;
}


/* The same bytes in every run. */
static unsigned int next_random (void)
{
  static unsigned int x = 12345 ;
  x ^= x << 13 ; x ^= x >> 17 ; x ^= x << 5 ;
  return x ;
}

static int is_name (char const *name, void *data)
{
  size_t n = strlen(name) ;
  (void)data ;
  return !n || name[0] == '#' || strchr(" \t", name[0]) || strchr(" \t\r", name[n - 1]) || strchr(name, '\n') ;
}

static int survives (void)
{
  char s[65] ;
  for (int round = 0 ; round < 20000 ; round++)
  {
    size_t n = next_random() % 64 ;
    for (size_t i = 0 ; i < n ; i++) s[i] = "ab# \t\r\n\0/."[next_random() % 10] ;
    if (hf_needs_scan(s, n, &is_name, 0)) return 0 ;
  }
  return 1 ;
}

int main (void)
{
  ok(!scan("a\nb\n") && !strcmp(all, "a|b|"), "two names") ;
  ok(!scan("  a  \n\n#c\n\t b c\r\nlast") && !strcmp(all, "a|b c|last|"), "blanks, comments, no newline at the end") ;
  ok(!scan("") && !all[0], "nothing") ;
  ok(!scan("\n \n\t\n#") && !all[0], "nothing but blanks") ;
  ok(scan("a\nstop\nb\n") == 7 && !strcmp(all, "a|stop|"), "stops when told to") ;
  ok(!hf_needs_each("/nonexistent/needs", &collect, 0), "no file: no names") ;
  ok(hf_needs_each("/proc", &collect, 0) == -1, "an error is one") ;
  ok(survives(), "random bytes give names or nothing") ;
  return done() ;
}
