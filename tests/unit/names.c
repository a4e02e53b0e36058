/* ISC license. */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <holdfast/names.h>
#include "tap.h"

#define MANY 500

static int seen[MANY] ;
static int others ;

static int count (char const *name, void *data)
{
  int n ;
  if (sscanf(name, "a-rather-long-name-%d", &n) == 1 && n < MANY) seen[n]++ ;
  else others++ ;
  return data && !strcmp(name, data) ? 7 : 0 ;
}

static int each_once (void)
{
  for (int i = 0 ; i < MANY ; i++) if (seen[i] != 1) return 0 ;
  return 1 ;
}

int main (void)
{
  char dir[] = "/tmp/hf-names.XXXXXX" ;
  char path[64], last[] = "..." ;
  if (!mkdtemp(dir) || chdir(dir) < 0) return 1 ;
  ok(!hf_names_each(".", &count, 0) && !others, "an empty directory has no names") ;
  for (int i = 0 ; i < MANY ; i++)
  {
    snprintf(path, sizeof(path), "a-rather-long-name-%d", i) ;
    close(open(path, O_WRONLY | O_CREAT, 0600)) ;
  }
  close(open(last, O_WRONLY | O_CREAT, 0600)) ;
  ok(!hf_names_each(dir, &count, 0), "all are visited") ;
  ok(each_once() && others == 1, "each once, hidden ones too, but not . and ..") ;
  ok(hf_names_each(".", &count, last) == 7, "what the function returns ends it and is returned") ;
  ok(hf_names_each("missing", &count, 0) == -1 && errno == ENOENT, "what is not there: -1") ;
  ok(hf_names_each(last, &count, 0) == -1 && errno == ENOTDIR, "what is no directory: -1") ;
  for (int i = 0 ; i < MANY ; i++)
  {
    snprintf(path, sizeof(path), "a-rather-long-name-%d", i) ;
    unlink(path) ;
  }
  unlink(last) ;
  rmdir(dir) ;
  return done() ;
}
