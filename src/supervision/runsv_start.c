/* ISC license. */

/* From the command line to the loop: names, places, signals, and what a runsv before us left. */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

#include <skalibs/selfpipe.h>
#include <skalibs/sig.h>

#include <holdfast/clock.h>
#include <holdfast/message.h>
#include "config.h"
#include "runsv.h"

static void name_service (char const *name)
{
  hf_service svc ;
  char const *slash ;
  R.name = name ;
  strcpy(R.prog, R.daemontools ? "supervise" : "runsv ") ;
  if (!R.daemontools) strncat(R.prog, name, HF_NAME) ;
  PROG = R.prog ;
  if (!hf_service_in(&svc, ".", name)) hf_diesys(HF_EXIT_SYSTEM, "unable to use the name") ;
  strcpy(R.instance, svc.instance) ;
  slash = strrchr(name, '/') ;
  R.base = slash && slash[1] ? slash + 1 : name ;
}

/* Where the state is: in the service directory, unless the rules of service.h say otherwise;
   then as an absolute path, since we are about to change directory. */
static void place_state (slot *s, char const *dir, char const *label)
{
  hf_service svc ;
  char word[HF_PATH] ;
  char cwd[HF_PATH] ;
  s->dir = dir ;
  s->label = label ;
  if (!hf_path_join(word, sizeof(word), R.name, dir) || !hf_service_in(&svc, ".", word))
    hf_diesys(HF_EXIT_SYSTEM, "unable to use the name") ;
  if (!hf_path_join(cwd, sizeof(cwd), svc.dir, "supervise")) hf_diesys(HF_EXIT_SYSTEM, "unable to use the name") ;
  if (!strcmp(cwd, svc.state)) hf_path_join(s->sup, sizeof(s->sup), dir, "supervise") ;
  else if (svc.state[0] == '/') strcpy(s->sup, svc.state) ;
  else if (!getcwd(cwd, sizeof(cwd)) || !hf_path_join(s->sup, sizeof(s->sup), cwd, svc.state))
    hf_diesys(HF_EXIT_SYSTEM, "unable to find the state directory") ;
}

/* svneed lies beside this very program. */
static void find_svneed (void)
{
  ssize_t n = readlink("/proc/self/exe", R.svneed, sizeof(R.svneed) - 16) ;
  char *slash ;
  R.svneed[n > 0 ? n : 0] = 0 ;
  slash = strrchr(R.svneed, '/') ;
  strcpy(slash ? slash + 1 : R.svneed, slash ? "svneed" : HF_BINDIR "/svneed") ;
}

static int has_log (void)
{
  struct stat st ;
  if (R.daemontools || !has_entry(&R.main, HF_ENTRY_LOG)) return 0 ;
  if (stat("log", &st) < 0)
  {
    if (errno != ENOENT && errno != ENOTDIR && errno != ELOOP && errno != EACCES) hf_diesys(HF_EXIT_SYSTEM, "unable to stat ./log") ;
    return 0 ;
  }
  if (S_ISDIR(st.st_mode)) return 1 ;
  hf_warn("./log: not a directory.") ;
  return 0 ;
}

/* After an upgrade signals may be waiting, and more may come before they are trapped: these
   are kept, since by default they would end the process. */
static sig_atomic_t volatile early[NSIG] ;

static void keep_early (int sig)
{
  early[sig] = 1 ;
}

static void init_signals (void)
{
  static int const traps[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGCHLD } ;
  unsigned int const n = sizeof(traps) / sizeof(traps[0]) ;
  struct sigaction sa = { .sa_handler = &keep_early } ;
  if (R.upgraded) for (unsigned int i = 0 ; i < n ; i++) sigaction(traps[i], &sa, 0) ;
  R.signal_fd = selfpipe_init() ;
  if (R.signal_fd < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to make a self-pipe") ;
  for (unsigned int i = 0 ; i < n ; i++)
    if (selfpipe_trap(traps[i]) < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to trap signals") ;
  for (unsigned int i = 0 ; i < n ; i++) if (early[traps[i]]) kill(getpid(), traps[i]) ;
  sig_altignore(SIGPIPE) ;
}

void start (char const *name)
{
  name_service(name) ;
  R.scan_fd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (R.scan_fd < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to open the current directory") ;
  if (!getcwd(R.scan, sizeof(R.scan))) hf_diesys(HF_EXIT_SYSTEM, "unable to find the current directory") ;
  find_svneed() ;
  place_state(&R.main, "", "") ;
  place_state(&R.log, "log", "log/") ;
  if (chdir(R.name) < 0)
  {
    if (R.daemontools) hf_diesys(HF_EXIT_SYSTEM, "unable to chdir to ", R.name) ;
    hf_diesys(HF_EXIT_SYSTEM, "unable to change to dir") ;
  }
  R.log.st.m.islog = 1 ;
  R.turn = 1 ;
  upgrade_receive() ;
  init_signals() ;
  hf_pace_join(&R.pace) ;
  hf_proc_subreaper() ;
  init_slot(&R.main) ;
  if (has_log()) init_slot(&R.log) ;
  R.now = hf_clock_ms() ;
  hf_message_nowait = 1 ;
  adopt_slot(&R.main) ;
  if (R.log.present) { adopt_slot(&R.log) ; init_logpipe() ; }
  if (R.log.present) work_off(&R.log) ;
  work_off(&R.main) ;
  publish_both() ;
  if (R.log.present) open_ok(&R.log) ;
  open_ok(&R.main) ;
  upgrade_received() ;
}
