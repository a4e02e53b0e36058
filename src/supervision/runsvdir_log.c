/* ISC license. */

/* The log argument: what comes on stderr is shifted through it, so that ps shows the last
   words. Two pipes: the children's writes block, as on any stderr; this process' own never
   do, since it is the reader. */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/posixplz.h>
#include <skalibs/sig.h>
#include <skalibs/types.h>

#include <holdfast/message.h>
#include "runsvdir.h"

#define LOG_MIN 7
#define LOG_KEEP 5            /* the beginning stays */
#define DOT_MS 900000
#define INHERIT "HF_RUNSVDIR_LOG"

static void shift (struct log *l, char c)
{
  if (!c) return ;
  memmove(l->arg + LOG_KEEP, l->arg + LOG_KEEP + 1, l->len - LOG_KEEP - 1) ;
  l->arg[l->len - 1] = c ;
}

/* After an upgrade the pipes are there already: "OWN OUT OUTWRITE". */
static int inherit (struct log *l)
{
  char const *s = getenv(INHERIT) ;
  int *fd[3] = { &l->own_fd, &l->out_fd, &l->out_write } ;
  if (!s) return 0 ;
  for (int k = 0 ; k < 3 ; k++)
  {
    unsigned int u ;
    size_t n = uint_scan(s, &u) ;
    if (!n || fcntl((int)u, F_GETFD) < 0) return 0 ;
    *fd[k] = (int)u ;
    coe(*fd[k]) ;
    s += n + (s[n] == ' ') ;
  }
  return 1 ;
}

static int make_pipes (struct log *l)
{
  int own[2], out[2] ;
  if (pipenbcoe(own) < 0) return 0 ;
  if (pipecoe(out) < 0) return 0 ;
  if (ndelay_on(out[0]) < 0 || dup2(own[1], 2) < 0) return 0 ;
  fd_close(own[1]) ;
  l->own_fd = own[0] ;
  l->out_fd = out[0] ;
  l->out_write = out[1] ;
  return 1 ;
}

void log_init (struct tree *t, char *arg)
{
  struct log *l = &t->log ;
  l->own_fd = l->out_fd = l->out_write = -1 ;
  l->dot_at = HF_NEVER ;
  if (arg && strlen(arg) < LOG_MIN)
  {
    hf_warn("log must have at least seven characters.") ;
    hf_warn("log service disabled.") ;
    arg = 0 ;
  }
  if (arg)
  {
    l->len = strlen(arg) ;
    if (!inherit(l) && !make_pipes(l)) hf_diesys(100, "unable to make a pipe for the log") ;
    coe(2) ;
    l->arg = arg ;
    l->dot_at = t->now ;
  }
  unsetenv(INHERIT) ;
}

static void drain (struct log *l, int fd)
{
  char b[1024] ;
  for (int turn = 0 ; turn < 64 ; turn++)
  {
    ssize_t r = fd_read(fd, b, sizeof(b)) ;
    if (r <= 0) return ;
    for (ssize_t i = 0 ; i < r ; i++) shift(l, b[i]) ;
  }
}

void log_read (struct tree *t)
{
  if (!t->log.arg) return ;
  drain(&t->log, t->log.own_fd) ;
  drain(&t->log, t->log.out_fd) ;
}

void log_time (struct tree *t)
{
  if (t->now < t->log.dot_at) return ;
  shift(&t->log, '.') ;
  t->log.dot_at = t->now + DOT_MS ;
}

/* Services that are left behind still write to the pipe: a copy of this process goes on
   reading it until the last of them is gone, so that nobody gets SIGPIPE. */
void log_keep (struct tree *t)
{
  struct log *l = &t->log ;
  char b[1024] ;
  ssize_t r ;
  if (!l->arg || !t->t.n) return ;
  log_read(t) ;
  if (fork()) return ;
  signal(SIGTERM, SIG_DFL) ;
  signal(SIGHUP, SIG_DFL) ;
  sig_blocknone() ;
  fd_close(l->out_write) ;
  fd_close(2) ;
  (void)!chdir("/") ;
  ndelay_off(l->out_fd) ;
  while ((r = fd_read(l->out_fd, b, sizeof(b))) > 0)
    for (ssize_t i = 0 ; i < r ; i++) shift(l, b[i]) ;
  _exit(0) ;
}

/* For the next image. 1, or 0: no memory. */
int log_pass (struct tree *t)
{
  struct log *l = &t->log ;
  int fd[3] = { l->own_fd, l->out_fd, l->out_write } ;
  char s[3 * INT_FMT] ;
  size_t n = 0 ;
  if (!l->arg) return 1 ;
  for (int k = 0 ; k < 3 ; k++)
  {
    n += int_fmt(s + n, fd[k]) ;
    s[n++] = k < 2 ? ' ' : 0 ;
    uncoe(fd[k]) ;
  }
  uncoe(2) ;
  return !setenv(INHERIT, s, 1) ;
}

void log_unpass (struct tree *t)
{
  struct log *l = &t->log ;
  if (!l->arg) return ;
  coe(l->own_fd) ;
  coe(l->out_fd) ;
  coe(l->out_write) ;
  coe(2) ;
  unsetenv(INHERIT) ;
}
