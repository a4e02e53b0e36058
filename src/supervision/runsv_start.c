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

static void __attribute__((noreturn)) refuse_name (void)
{
  hf_diesys(HF_EXIT_SYSTEM, "unable to use the name") ;
}

static void name_service (char const *name, char *prog)
{
  char const *slash = strrchr(name, '/') ;
  R.name = name ;
  R.base = slash && slash[1] ? slash + 1 : name ;
  strcpy(prog, R.daemontools ? "supervise" : "runsv ") ;
  if (!R.daemontools) strncat(prog, name, HF_NAME) ;
  PROG = prog ;
}

/* The instance where it stands in the name, which loses what slashes follow it. */
static char const *instance_of (char *name, char const *instance)
{
  size_t n = strlen(name) ;
  if (!*instance) return "" ;
  while (name[n - 1] == '/') name[--n] = 0 ;
  return name + n - strlen(instance) ;
}

/* Where the state of the service is: in the service directory, unless the rules of service.h
   say otherwise; then as an absolute path, since we are about to change directory. */
static void place_state (char *name, char *sup)
{
  hf_service svc ;
  char cwd[HF_PATH] ;
  if (!hf_service_in(&svc, ".", name) || !hf_path_join(cwd, sizeof(cwd), svc.dir, "supervise")) refuse_name() ;
  R.instance = instance_of(name, svc.instance) ;
  if (!strcmp(cwd, svc.state)) strcpy(sup, "supervise") ;
  else if (svc.state[0] == '/') strcpy(sup, svc.state) ;
  else if (!getcwd(cwd, sizeof(cwd)) || !hf_path_join(sup, HF_PATH, cwd, svc.state))
    hf_diesys(HF_EXIT_SYSTEM, "unable to find the state directory") ;
}

/* And that of its logger: log/ before the last component. */
static void place_log (char *sup, char const *main_sup)
{
  size_t n = strlen(main_sup) - strlen("supervise") ;
  if (n + sizeof("log/supervise") > HF_PATH) { errno = ENAMETOOLONG ; refuse_name() ; }
  memcpy(sup, main_sup, n) ;
  strcpy(sup + n, "log/supervise") ;
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

#define TRAPS 6
static int const traps[TRAPS] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGCHLD } ;

/* After an upgrade signals may be waiting, and more may come before they are trapped: these
   are kept, since by default they would end the process. */
static sig_atomic_t volatile early[TRAPS] ;

static void keep_early (int sig)
{
  for (unsigned int i = 0 ; i < TRAPS ; i++) if (traps[i] == sig) early[i] = 1 ;
}

static void init_signals (void)
{
  struct sigaction sa = { .sa_handler = &keep_early } ;
  sigset_t set ;
  if (R.upgraded) for (unsigned int i = 0 ; i < TRAPS ; i++) sigaction(traps[i], &sa, 0) ;
  R.signal_fd = selfpipe_init() ;
  if (R.signal_fd < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to make a self-pipe") ;
  sigemptyset(&set) ;
  for (unsigned int i = 0 ; i < TRAPS ; i++) sigaddset(&set, traps[i]) ;
  if (selfpipe_trapset(&set) < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to trap signals") ;
  for (unsigned int i = 0 ; i < TRAPS ; i++) if (early[i]) kill(getpid(), traps[i]) ;
  sig_altignore(SIGPIPE) ;
}

static void init_logger (char const *sup)
{
  L.dir = "log" ;
  L.label = "log/" ;
  L.st.m.islog = 1 ;
  init_slot(&L, sup) ;
}

/* Clients believe from here on that somebody listens, so what they read must be there. What a
   predecessor left busy is as true as it was until the news of it has been worked off. */
static void begin_to_listen (slot *s)
{
  if (!s->present) return ;
  if (!hf_machine_busy(&s->st.m)) publish(s) ;
  open_ok(s) ;
}

void start (char *name, char *prog)
{
  char main_sup[HF_PATH], log_sup[HF_PATH] ;
  name_service(name, prog) ;
  R.scan_fd = openat(AT_FDCWD, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (R.scan_fd < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to open the current directory") ;
  place_state(name, main_sup) ;
  place_log(log_sup, main_sup) ;
  if (chdir(R.name) < 0)
  {
    if (R.daemontools) hf_diesys(HF_EXIT_SYSTEM, "unable to chdir to ", R.name) ;
    hf_diesys(HF_EXIT_SYSTEM, "unable to change to dir") ;
  }
  R.main.dir = R.main.label = "" ;
  upgrade_receive() ;
  init_signals() ;
  hf_pace_join(&R.pace) ;
  hf_proc_subreaper() ;
  init_slot(&R.main, main_sup) ;
  if (has_log()) init_logger(log_sup) ;
  R.now = hf_clock_ms() ;
  hf_message_nowait = 1 ;
  adopt_slot(&R.main) ;
  if (L.present) { adopt_slot(&L) ; init_logpipe() ; }
  begin_to_listen(&L) ;
  begin_to_listen(&R.main) ;
  if (L.present) work_off(&L) ;
  work_off(&R.main) ;
  publish_both() ;
  upgrade_received() ;
}
