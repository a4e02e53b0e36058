/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <holdfast/lock.h>
#include <holdfast/message.h>

#include "chpst.h"

static char const *envdir ;
static int subdir_fatal ;
static int warn ;

static int trouble (int what, char const *file)
{
  switch (what)
  {
    case HF_ENVDIR_NAME :
      hf_warn("no variable can be named ", file, ": ignored") ;
      return 1 ;
    case HF_ENVDIR_DIR : hf_diesys(HF_EXIT_SYSTEM, "unable to switch to directory: ", envdir) ;
    case HF_ENVDIR_MEMORY : hf_diesys(HF_EXIT_SYSTEM, "unable to hold ", envdir, "/", file) ;
    case HF_ENVDIR_SUBDIR :
      if (subdir_fatal) break ;
      if (warn) hf_warnsys("unable to read ", envdir, "/", file) ;
      return 1 ;
  }
  hf_diesys(HF_EXIT_SYSTEM, "unable to read ", envdir, "/", file) ;
}

void chpst_envdir (hf_env *env, char const *dir, int fatal, int verbose)
{
  envdir = dir ;
  subdir_fatal = fatal ;
  warn = verbose ;
  hf_env_dir(env, dir, 0, &trouble) ;
}

void chpst_lock (char const *file, int wait)
{
  int r ;
  int fd = hf_lock_open(file) ;
  if (fd < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to open lock: ", file) ;
  do r = hf_lock(fd, wait) ; while (r < 0 && errno == EINTR) ;
  if (r < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to lock: ", file) ;
}

int chpst_limit (hf_limits *limits, int letter, char const *word, int equals)
{
  int digits = *word >= '0' && *word <= '9' ;
  if (!digits && !(equals && word[0] == '=' && !word[1])) return 0 ;
  return hf_limits_add(limits, letter, word, 0) > 0 ;
}

void chpst_limits (hf_limits const *limits)
{
  int which ;
  if (hf_limits_set(limits, &which) < 0)
    hf_diesys(HF_EXIT_SYSTEM, "unable to set the limit of ", hf_limit_name(which)) ;
}
