/* ISC license. */

/* setuidgid: becomes an account for good, then runs a program.
   The account's uid and login group, and that group alone; -s: all the groups /etc/group
   gives it; -h: HOME, USER, LOGNAME and SHELL say so too; -o: the pipes and terminals on
   descriptors 0 to 2 become the account's, so that /dev/stdout can be opened.
   Reads /etc/passwd (and /etc/group) once, opens nothing else, handles no signal.
   Must never run the program unless the kernel says that the ids are the ones asked for and
   that root cannot be had back. */

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/posixplz.h>

#include <holdfast/chain.h>
#include <holdfast/ids.h>
#include <holdfast/message.h>

#define USAGE "setuidgid [-s] [-h] [-o] account prog..."

/* Nothing but pipes and terminals: /dev/null must stay root's. */
static void give (uid_t uid, gid_t gid)
{
  struct stat st ;
  for (int fd = 0 ; fd < 3 ; fd++)
    if (fstat(fd, &st) >= 0 && (S_ISFIFO(st.st_mode) || (S_ISCHR(st.st_mode) && isatty(fd))) && fchown(fd, uid, gid) < 0)
      hf_diesys(HF_EXIT_SYSTEM, "unable to change the owner of descriptors 0 to 2") ;
}

static void become (hf_account const *a, int supplementary)
{
  hf_ids ids ;
  char const *what ;
  if (hf_ids_account(&ids, a, supplementary) < 0)
    hf_diesys(HF_EXIT_SYSTEM, "unable to find the groups of ", a->name) ;
  if (hf_ids_become(&ids, &what) < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to ", what) ;
}

int main (int argc, char const *const *argv)
{
  hf_account a ;
  subgetopt l = SUBGETOPT_ZERO ;
  char const *const *envp = (char const *const *)environ ;
  int supplementary = 0, home = 0, own = 0 ;
  int c ;
  PROG = "setuidgid" ;
  hf_version(PROG, argc, argv) ;
  while ((c = hf_option(argc, argv, "sho", &l)) != -1)
    switch (c)
    {
      case 's' : supplementary = 1 ; break ;
      case 'h' : home = 1 ; break ;
      case 'o' : own = 1 ; break ;
      default : hf_die_usage(HF_EXIT_USAGE, USAGE, 0) ;
    }
  argv += l.ind ;
  if (argc - l.ind < 2) hf_die_usage(HF_EXIT_USAGE, USAGE, 0) ;
  switch (hf_account_byname(&a, argv[0]))
  {
    case 0 : hf_die(HF_EXIT_SYSTEM, "unknown account ", argv[0]) ;
    case -1 : hf_diesys(HF_EXIT_SYSTEM, "unable to look up account ", argv[0]) ;
  }
  if (own) give(a.uid, a.gid) ;
  become(&a, supplementary) ;
  if (home)
  {
    if (!hf_env_init(&hf_env_here, envp) || !hf_account_env(&hf_env_here, &a)) hf_diesys(HF_EXIT_SYSTEM, "unable to set the environment") ;
    envp = hf_env_here.v ;
  }
  hf_run(argv + 1, envp) ;
}
