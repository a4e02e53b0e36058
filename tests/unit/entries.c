/* ISC license. */

/* hf_entries_look: what is there is seen, and what comes later is, too, however often the
   directory was looked at before. Where nothing is listed, every answer is "may be". */

#include <skalibs/nonposix.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

#include <holdfast/entries.h>
#include "config.h"
#include "tap.h"

static char dir[256] ;

static void touch (char const *name)
{
  char path[600] ;
  snprintf(path, sizeof(path), "%s/%s", dir, name) ;
  close(open(path, O_WRONLY | O_CREAT, 0644)) ;
}

static void take_away (char const *name)
{
  char path[600] ;
  snprintf(path, sizeof(path), "%s/%s", dir, name) ;
  unlink(path) ;
}

/* As if the last change were long past. */
static void settle (void)
{
  struct timespec t[2] = { { .tv_sec = 1000000, .tv_nsec = 7 }, { .tv_sec = 1000000, .tv_nsec = 7 } } ;
  utimensat(AT_FDCWD, dir, t, 0) ;
}

#if HF_LINUX
#define MANY 2000

static void remove_all (int n)
{
  char name[32] ;
  for (int i = 0 ; i < n ; i++) { snprintf(name, sizeof(name), "some-name-of-ours.%d", i) ; take_away(name) ; }
}

static void fill (int n)
{
  char name[32] ;
  for (int i = 0 ; i < n ; i++) { snprintf(name, sizeof(name), "some-name-of-ours.%d", i) ; touch(name) ; }
}

#endif

#define HAS(which) hf_entries_has(&e, HF_ENTRY_ ## which)

int main (void)
{
  hf_entries e = HF_ENTRIES_ZERO ;
  char const *tmp = getenv("TMPDIR") ;
  snprintf(dir, sizeof(dir), "%s/entries.XXXXXX", tmp ? tmp : "/tmp") ;
  if (!mkdtemp(dir)) return 111 ;
  ok(HAS(LOG) && HAS(GIVE_UP), "before the first look anything may be there") ;
  touch("log") ;
  hf_entries_look(&e, dir) ;
  ok(HAS(LOG), "a file is seen") ;
  touch("give-up") ;
  hf_entries_look(&e, dir) ;
  ok(HAS(GIVE_UP), "one that came at once after it, too") ;
  settle() ;
  hf_entries_look(&e, dir) ;
  ok(HAS(GIVE_UP) && HAS(LOG), "both are still there when all is quiet") ;
  touch("restart") ;
  hf_entries_look(&e, dir) ;
  ok(HAS(RESTART), "a change after a quiet time is seen") ;
#if HF_LINUX
  ok(!HAS(FINISH) && !HAS(CONVENTION) && !HAS(CONTROL_GROUP), "what is not there is known not to be") ;
  ok(!HAS(RESTART_DELAY), "a name that only begins alike is no other") ;
  settle() ;
  take_away("give-up") ;
  hf_entries_look(&e, dir) ;
  ok(!HAS(GIVE_UP), "what went is gone") ;
  fill(MANY) ;
  hf_entries_look(&e, dir) ;
  ok(HAS(FINISH) && HAS(GIVE_UP), "of a very large directory everything is possible") ;
  remove_all(MANY) ;
#endif
  hf_entries_look(&e, "/nonexistent/at/all") ;
  ok(e.has == HF_ENTRIES_ALL, "so it is of one that is not there") ;
  hf_entries_look(&e, dir) ;
  ok(HAS(LOG) && HAS(RESTART), "and when it is back, it is looked at anew") ;
  take_away("log") ;
  take_away("restart") ;
  take_away("give-up") ;
  rmdir(dir) ;
  return done() ;
}
