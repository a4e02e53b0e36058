/* ISC license. */

/* runsvchdir: makes another directory the current scan directory. The link "current" is
   replaced by one rename; the old one becomes "previous". It must never leave "current"
   missing. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

#include <skalibs/strerr.h>

#include <holdfast/message.h>

#define USAGE "runsvchdir dir"
#define SVDIR "/etc/runit/runsvdir"

#define die(...) hf_diesys(HF_EXIT_SYSTEM, __VA_ARGS__)

static int is_same (char const *a, struct stat const *b)
{
  struct stat st ;
  return !stat(a, &st) && st.st_dev == b->st_dev && st.st_ino == b->st_ino ;
}

int main (int argc, char const *const *argv)
{
  char const *dir = getenv("RUNSVDIR_DIR") ;
  struct stat st ;
  PROG = "runsvchdir" ;
  hf_version(PROG, argc, argv) ;
  if (argc != 2 || !argv[1][0] || argv[1][0] == '-') hf_die_usage(1, USAGE, 1) ;
  if (!dir || !*dir) dir = SVDIR ;
  if (argv[1][0] == '.') hf_die(HF_EXIT_SYSTEM, argv[1], ": must not start with a dot") ;
  if (chdir(dir) < 0) die("unable to change directory to ", dir) ;
  if (stat(argv[1], &st) < 0) die("unable to stat ", argv[1]) ;
  if (!S_ISDIR(st.st_mode)) hf_die(HF_EXIT_SYSTEM, argv[1], ": not a directory") ;
  if (is_same("current", &st))
  {
    hf_message(0, 0, hf_words(argv[1], ": current.")) ;
    return 0 ;
  }
  if (unlink("current.new") < 0 && errno != ENOENT) die("unable to remove current.new") ;
  if (symlink(argv[1], "current.new") < 0) die("unable to make the link current.new") ;
  if (unlink("previous") < 0 && errno != ENOENT) die("unable to remove previous") ;
  /* previous is another link with the same text: renaming current away would leave a moment
     without it. */
  {
    char old[4096] ;
    ssize_t n = readlink("current", old, sizeof(old) - 1) ;
    if (n >= 0)
    {
      old[n] = 0 ;
      if (symlink(old, "previous") < 0) die("unable to make the link previous") ;
    }
    else if (errno != ENOENT) die("unable to read the link current") ;
  }
  if (rename("current.new", "current") < 0) die("unable to rename current.new to current") ;
  hf_message(0, 0, hf_words(argv[1], ": now current.")) ;
  return 0 ;
}
