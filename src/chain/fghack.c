/* ISC license. */

/* fghack: runs a program that puts itself into the background, and stays until the last of
   its processes has gone: they all hold the write end of a pipe, many times over, since such
   programs like to close a few descriptors; end of file on it means that nobody is left.
   Exits with the program's own code. Handles no signal. */

#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/posixplz.h>

#include <holdfast/chain.h>
#include <holdfast/message.h>

#define USAGE "fghack prog..."
#define COPIES 30

static void child (char const *const *argv, int const *p)
{
  close(p[0]) ;
  for (unsigned int i = 0 ; i < COPIES ; i++)
    if (dup(p[1]) < 0 && !i) hf_diesys(HF_EXIT_SYSTEM, "unable to dup") ;
  hf_run(argv, (char const *const *)environ) ;
}

static void drain (int fd)
{
  char buf[512] ;
  ssize_t r ;
  do r = fd_read(fd, buf, sizeof(buf)) ; while (r > 0) ;
  if (r < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to read from the pipe") ;
}

int main (int argc, char const *const *argv)
{
  subgetopt l = SUBGETOPT_ZERO ;
  int p[2] ;
  int w ;
  pid_t pid ;
  PROG = "fghack" ;
  hf_version(PROG, argc, argv) ;
  if (hf_option(argc, argv, "", &l) != -1) hf_die_usage(HF_EXIT_USAGE, USAGE, 0) ;
  argv += l.ind ;
  if (!*argv) hf_die_usage(HF_EXIT_USAGE, USAGE, 0) ;
  if (pipe(p) < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to create a pipe") ;
  pid = fork() ;
  if (pid < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to fork") ;
  if (!pid) child(argv, p) ;
  close(p[1]) ;
  drain(p[0]) ;
  if (wait_pid(pid, &w) < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to wait for the child") ;
  if (WIFSIGNALED(w)) hf_die(HF_EXIT_SYSTEM, "child crashed") ;
  return WEXITSTATUS(w) ;
}
