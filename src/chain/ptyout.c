/* ISC license. */

/* ptyout: gives a program a pseudo-terminal for its output, because many hold their lines back
   when it goes to a pipe. The program keeps the process: pid, signals and exit code are its
   own. A small copier in the background carries what comes out of the terminal to the old
   standard output and ends when nobody has the terminal open any more.
   fds: 1 becomes the terminal; 2 too where it was the same file as 1, or with -e. 0 stays.
   The copier has the terminal's other side and the old 1, nothing else.
   signals: the copier ignores TERM, INT, HUP, QUIT and PIPE. files: /dev/ptmx.
   Never: makes it the controlling terminal; ends while there is output to carry. */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/posixplz.h>

#include <holdfast/chain.h>
#include <holdfast/message.h>
#include "config.h"

#define USAGE "ptyout [-e] prog..."
#define dieusage() hf_die_usage(HF_EXIT_USAGE, USAGE, 0)

static int same_file (int a, int b)
{
  struct stat sa, sb ;
  return !fstat(a, &sa) && !fstat(b, &sb) && sa.st_dev == sb.st_dev && sa.st_ino == sb.st_ino ;
}

/* Bytes pass as they are: no CR before LF, no echo, no signals from characters. The width is
   what most programs assume where none is known. */
static void make_raw (int fd)
{
  struct termios t ;
  struct winsize w = { .ws_row = 24, .ws_col = 80 } ;
  if (tcgetattr(fd, &t) < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to set up the pseudo-terminal") ;
  t.c_iflag &= ~(tcflag_t)(IXON | IXOFF | ICRNL | INLCR | IGNCR | ISTRIP | BRKINT) ;
  t.c_oflag &= ~(tcflag_t)OPOST ;
  t.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | ISIG | IEXTEN) ;
  if (tcsetattr(fd, TCSANOW, &t) < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to set up the pseudo-terminal") ;
  ioctl(fd, TIOCSWINSZ, &w) ;
}

static int open_pair (int *slave)
{
  int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC) ;
  char const *name ;
  if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0 || !(name = ptsname(master)))
    hf_diesys(HF_EXIT_SYSTEM, "unable to get a pseudo-terminal") ;
  *slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC) ;
  if (*slave < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to open ", name) ;
  make_raw(*slave) ;
  return master ;
}

/* Descriptors from `from` on: somebody's locks and sockets, which must not live on in here. */
static void close_from (unsigned int from)
{
#if HF_LINUX
#ifndef SYS_close_range
#define SYS_close_range 436
#endif
  if (!syscall(SYS_close_range, from, ~0U, 0)) return ;
#endif
  long max = sysconf(_SC_OPEN_MAX) ;
  for (long fd = from ; fd < max ; fd++) close((int)fd) ;
}

/* Reading ends with EIO when the last one closes the terminal: then all has been read. If the
   old output breaks, so does the terminal, and the program sees it. */
static void copy (int master)
{
  char buf[4096] ;
  for (;;)
  {
    ssize_t r = fd_read(master, buf, sizeof(buf)) ;
    if (r <= 0) _exit(0) ;
    if (allwrite(1, buf, (size_t)r) < (size_t)r) _exit(HF_EXIT_SYSTEM) ;
  }
}

static void become_copier (int master)
{
  static int const deaf[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGPIPE } ;
  for (unsigned int i = 0 ; i < sizeof(deaf) / sizeof(deaf[0]) ; i++) signal(deaf[i], SIG_IGN) ;
  if (fd_move(0, master) < 0 || dup2(1, 2) < 0) _exit(HF_EXIT_SYSTEM) ;
  close_from(3) ;
  if (chdir("/") < 0) _exit(HF_EXIT_SYSTEM) ;
  copy(0) ;
}

/* Forked twice, so that the program never meets a child it does not know. */
static void start_copier (int master, int slave)
{
  int wstat ;
  pid_t pid = fork() ;
  if (pid < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to fork") ;
  if (!pid)
  {
    fd_close(slave) ;
    pid = fork() ;
    if (!pid) become_copier(master) ;
    _exit(pid < 0 ? HF_EXIT_SYSTEM : 0) ;
  }
  if (wait_pid(pid, &wstat) < 0 || wstat) hf_die(HF_EXIT_SYSTEM, "unable to start the copier") ;
}

int main (int argc, char const *const *argv)
{
  subgetopt l = SUBGETOPT_ZERO ;
  int err = 0, master, slave, opt ;
  void (*chld) (int) ;
  PROG = "ptyout" ;
  hf_version(PROG, argc, argv) ;
  while ((opt = hf_option(argc, argv, "e", &l)) != -1)
  {
    if (opt != 'e') dieusage() ;
    err = 1 ;
  }
  argc -= l.ind ; argv += l.ind ;
  if (!argc) dieusage() ;
  if (!fd_sanitize()) hf_diesys(HF_EXIT_SYSTEM, "unable to open /dev/null") ;
  if (same_file(1, 2)) err = 1 ;
  chld = signal(SIGCHLD, SIG_DFL) ; /* an ignored one would reap the copier's parent unseen */
  master = open_pair(&slave) ;
  start_copier(master, slave) ;
  signal(SIGCHLD, chld) ;
  fd_close(master) ;
  if (dup2(slave, 1) < 0 || (err && dup2(slave, 2) < 0)) hf_diesys(HF_EXIT_SYSTEM, "unable to set up standard output") ;
  hf_exec(argv, (char const *const *)environ, 0) ;
}
