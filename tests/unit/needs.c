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

int main (void)
{
  ok(!scan("a\nb\n") && !strcmp(all, "a|b|"), "two names") ;
  ok(!scan("  a  \n\n#c\n\t b c\r\nlast") && !strcmp(all, "a|b c|last|"), "blanks, comments, no newline at the end") ;
  ok(!scan("") && !all[0], "nothing") ;
  ok(!scan("\n \n\t\n#") && !all[0], "nothing but blanks") ;
  ok(scan("a\nstop\nb\n") == 7 && !strcmp(all, "a|stop|"), "stops when told to") ;
  ok(!hf_needs_each("/nonexistent/needs", &collect, 0), "no file: no names") ;
  ok(hf_needs_each("/proc", &collect, 0) == -1, "an error is one") ;
  return done() ;
}
