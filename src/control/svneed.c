/* ISC license. */

/* svneed: brings services up, waits until they are ready, and executes the rest of its command
   line. runsv puts it before run where a service directory has the file "needs".
   Descriptors: watches, all close-on-exec. It must never wait for a circle, or without end for
   a service that nobody supervises, and must leave nothing behind for the program it executes. */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/posixplz.h>
#include <skalibs/sgetopt.h>
#include <skalibs/stralloc.h>
#include <skalibs/types.h>

#include <holdfast/chain.h>
#include <holdfast/clock.h>
#include <holdfast/control.h>
#include <holdfast/message.h>
#include <holdfast/needs.h>
#include "look.h"
#include "svneed_order.h"

#define USAGE "svneed [-k] [-d scandir] [-n self] [-t ms] [-g ms] { -f file | name ... -- } [prog ...]"
#define SAY_FIRST_MS 5000
#define SAY_AGAIN_MS 60000

/* What was asked of one service. */
typedef struct ask_s ask ;
struct ask_s
{
  uint32_t starts, deaths ;   /* before */
  int asked ;                 /* this supervisor was told "up" */
  int ending ;                /* when it had been told to stop, and had not */
} ;

static struct
{
  char const *scandir ;
  char const *self ;
  int64_t grace ;
  look *l ;
  ask *a ;
  unsigned int n ;
} g = { .grace = 10000 } ;

static int add (char const *name, void *data)
{
  char *s ;
  (void)data ;
  for (unsigned int i = 0 ; i < g.n ; i++) if (!strcmp(g.l[i].word, name)) return 0 ;
  if (!(g.n & (g.n + 1)) || !g.n)
  {
    look *l = realloc(g.l, (2 * (size_t)g.n + 1) * sizeof(look)) ;
    if (!l) hf_die(HF_EXIT_SYSTEM, "out of memory") ;
    g.l = l ;
  }
  s = strdup(name) ;
  if (!s) hf_die(HF_EXIT_SYSTEM, "out of memory") ;
  look_find(g.l + g.n++, g.scandir, s) ;
  return 0 ;
}

/* It ran to its end, and that end was good: what it was needed for is there. */
static int is_done (look const *l)
{
  return l->has_rec && l->phase == HF_PHASE_DOWN && l->why == HF_WHY_DONE ;
}

static void ask_up (look *l, ask *a)
{
  int r ;
  if (a->asked || l->reach != LOOK_OK || l->want == HF_WANT_UP || l->want == HF_WANT_EXIT || is_done(l)) return ;
  if (l->want == HF_WANT_ONCE && l->phase != HF_PHASE_DOWN) return ;
  a->asked = 1 ;
  a->deaths = l->deaths ;
  a->starts = l->starts ;
  a->ending = l->has_rec && l->phase == HF_PHASE_RUN && l->rec.m.flags & HF_FLAG_TERM ;
  r = hf_control_send(l->sup, "u", 1) ;
  if (r < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to control ", l->word) ;
}

static void give_up_on (look *l, ask const *a, int64_t now)
{
  char why[256] ;
  if (l->reach == LOOK_NODIR) { errno = l->err ; hf_diesys(HF_EXIT_USAGE, "unable to find the service ", l->word) ; }
  if (l->reach == LOOK_DENIED) { errno = l->err ; hf_diesys(HF_EXIT_SYSTEM, "unable to read the state of ", l->word) ; }
  if (l->reach == LOOK_ALONE && now >= l->alone_since + g.grace)
    hf_die(HF_EXIT_UNSUPERVISED, "nobody supervises ", l->word) ;
  if (!look_is_failed(l) || (a->asked && l->deaths == a->deaths)) return ;
  look_reason(l, why, sizeof(why)) ;
  hf_die(1, l->word, " is needed: ", why) ;
}

/* Is it a process that was told to end? */
static int is_ending (look const *l, ask const *a)
{
  return l->has_rec && l->phase == HF_PHASE_RUN && ((l->want != HF_WANT_UP && l->want != HF_WANT_ONCE) || (a->ending && l->starts == a->starts)) ;
}

/* 1 if its need is met. */
static int judge (look *l, ask *a, int64_t now)
{
  if (l->reach == LOOK_ALONE) a->asked = 0 ;
  ask_up(l, a) ;
  if ((look_is_ready(l) && !is_ending(l, a)) || is_done(l)) return 1 ;
  give_up_on(l, a, now) ;
  return 0 ;
}

static void say (char const *level, char const *what)
{
  char s[1024] ;
  look_unmet(g.l, g.n, s, sizeof(s)) ;
  hf_message(level, 0, hf_words(what, s)) ;
}

static void wait_all (int64_t deadline)
{
  int64_t say_at = hf_clock_ms() + SAY_FIRST_MS ;
  for (unsigned int i = 0 ; i < g.n ; i++)
  {
    look_take(g.l + i) ;
    g.a[i].deaths = g.l[i].deaths ;
  }
  for (;;)
  {
    int64_t now = hf_clock_ms() ;
    unsigned int missing = 0 ;
    for (unsigned int i = 0 ; i < g.n ; i++) missing += !(g.l[i].met = judge(g.l + i, g.a + i, now)) ;
    if (!missing) return ;
    if (now >= deadline) { say("fatal", "not ready in time:") ; _exit(HF_EXIT_TIMEOUT) ; }
    if (now >= say_at) { say("info", "waiting for:") ; say_at = now + SAY_AGAIN_MS ; }
    look_wait(g.l, g.n, -1, deadline < say_at ? deadline : say_at) ;
  }
}

/* Names up to "--"; the number of words used, with it. */
static unsigned int take_names (char const *const *argv)
{
  unsigned int i = 0 ;
  for (; argv[i] ; i++)
  {
    if (!strcmp(argv[i], "--")) return i + 1 ;
    if (!*argv[i]) hf_die(HF_EXIT_USAGE, "the name of a service is empty") ;
    add(argv[i], 0) ;
  }
  hf_die_usage(HF_EXIT_USAGE, USAGE, 0) ;
}

/* A target: nothing to run but its needs. The name of the process tells that they are met; it
   is looked at in the same place. */
static void __attribute__((noreturn)) stay (void)
{
  int fd = openc_write("/proc/self/comm") ;
  if (fd >= 0)
  {
    fd_write(fd, "target", 6) ;
    fd_close(fd) ;
  }
  for (;;) pause() ;
}

int main (int argc, char const *const *argv)
{
  subgetopt l = SUBGETOPT_ZERO ;
  char const *file = 0 ;
  unsigned int ms = 0 ;
  int opt, keep = 0 ;
  PROG = "svneed" ;
  hf_version(PROG, argc, argv) ;
  while ((opt = hf_option(argc, argv, "kd:n:t:g:f:", &l)) >= 0) switch (opt)
  {
    case 'k' : keep = 1 ; break ;
    case 'd' : g.scandir = l.arg ; break ;
    case 'n' : g.self = l.arg ; break ;
    case 't' : ms = hf_option_number(l.arg, USAGE) ; break ;
    case 'g' : g.grace = hf_option_number(l.arg, USAGE) ; break ;
    case 'f' : file = l.arg ; break ;
    default : hf_die_usage(HF_EXIT_USAGE, USAGE, 0) ;
  }
  argv += l.ind ;
  if (file)
  {
    if (hf_needs_each(file, &add, 0) < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to read ", file) ;
  }
  else if (!l.ind || strcmp(argv[-1], "--")) argv += take_names(argv) ;
  if (keep == !!argv[0]) hf_die_usage(HF_EXIT_USAGE, USAGE, 0) ;
  for (unsigned int i = 0 ; i < g.n ; i++) svneed_order(g.scandir, g.self, g.l[i].word) ;
  if (g.n)
  {
    g.a = calloc(g.n, sizeof(ask)) ;
    if (!g.a) hf_die(HF_EXIT_SYSTEM, "out of memory") ;
    wait_all(ms ? hf_clock_ms() + ms : HF_NEVER) ;
    for (unsigned int i = 0 ; i < g.n ; i++) look_close(g.l + i) ;
  }
  if (keep) stay() ;
  hf_exec(argv, (char const *const *)environ, 0) ;
}
