/* ISC license. */

/* setsched: nice value, I/O class, processors, scheduling policy and OOM score of the rest of
   the chain, in one word. Reads every option before it changes anything.
   fds: none kept. files: writes /proc/self/oom_score_adj. signals: none touched.
   Never: ignores a value the kernel refused, unless -k said that it may (then it warns). */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/posixplz.h>
#include <skalibs/types.h>

#include <holdfast/chain.h>
#include <holdfast/message.h>
#include "config.h"

#define USAGE "setsched [-k] [-r] [-n [=]inc] [-i class[:level]] [-c cpus] [-p policy[:prio]] [-o score] prog..."
#define dieusage() hf_die_usage(HF_EXIT_USAGE, USAGE, 0)
#define dieinvalid(what, word) hf_die(HF_EXIT_USAGE, "invalid ", what, ": ", word)

#define CPUMAX 8192
#define WORD_BITS (8 * sizeof(unsigned long))
#define RESET_ON_FORK 0x40000000

struct sched
{
  char const *nice, *io, *cpus, *policy, *oom ; /* the words; null: leave alone */
  int nice_value, nice_absolute ;
  unsigned int io_class, io_level ;
  int policy_number, prio, reset ;
  int keep_going ;
  unsigned long cpu[CPUMAX / (8 * sizeof(unsigned long))] ;
} ;

struct name { char const *name ; unsigned int number, lo, hi, usual ; } ;

static struct name const classes[] =
{
  { "none", 0, 0, 0, 0 }, { "realtime", 1, 0, 7, 4 }, { "best-effort", 2, 0, 7, 4 }, { "idle", 3, 0, 0, 0 }, { 0, 0, 0, 0, 0 }
} ;
static struct name const policies[] =
{
  { "other", 0, 0, 0, 0 }, { "fifo", 1, 1, 99, 1 }, { "rr", 2, 1, 99, 1 }, { "batch", 3, 0, 0, 0 }, { "idle", 5, 0, 0, 0 }, { 0, 0, 0, 0, 0 }
} ;

/* "NAME" or "NAME:NUMBER", the number within what the name allows. */
static int scan_named (struct name const *t, char const *word, unsigned int *number, unsigned int *value)
{
  size_t n = strcspn(word, ":") ;
  for (; t->name ; t++) if (strlen(t->name) == n && !strncmp(t->name, word, n)) break ;
  if (!t->name) return 0 ;
  *number = t->number ;
  *value = t->usual ;
  if (!word[n]) return 1 ;
  return uint0_scan(word + n + 1, value) && *value >= t->lo && *value <= t->hi ;
}

static int scan_nice (struct sched *s, char const *word)
{
  s->nice_absolute = *word == '=' ;
  if (s->nice_absolute) word++ ;
  if (*word == '+') { word++ ; if (*word == '-') return 0 ; }
  return int0_scan(word, &s->nice_value) && s->nice_value >= -40 && s->nice_value <= 40 ;
}

/* "0-3,6": sets bits. */
static int scan_cpus (unsigned long *set, char const *s)
{
  for (;;)
  {
    unsigned int a, b ;
    size_t n = uint_scan(s, &a) ;
    if (!n) return 0 ;
    s += n ;
    b = a ;
    if (*s == '-')
    {
      n = uint_scan(++s, &b) ;
      if (!n) return 0 ;
      s += n ;
    }
    if (b < a || b >= CPUMAX) return 0 ;
    for (; a <= b ; a++) set[a / WORD_BITS] |= 1UL << (a % WORD_BITS) ;
    if (!*s) return 1 ;
    if (*s++ != ',') return 0 ;
  }
}

static void failed (struct sched const *s, char const *what, char const *word)
{
  if (!s->keep_going) hf_diesys(HF_EXIT_SYSTEM, "unable to set ", what, " ", word) ;
  hf_warnsys("unable to set ", what, " ", word, ", carrying on") ;
}

static int set_nice (struct sched const *s)
{
  int old = 0, want ;
  if (!s->nice_absolute)
  {
    errno = 0 ;
    old = getpriority(PRIO_PROCESS, 0) ;
    if (old == -1 && errno) return 0 ;
  }
  want = old + s->nice_value ;
  return !setpriority(PRIO_PROCESS, 0, want > 19 ? 19 : want < -20 ? -20 : want) ;
}

static int set_oom (char const *word)
{
  int fd = openc_write("/proc/self/oom_score_adj") ;
  int r ;
  if (fd < 0) return 0 ;
  r = fd_write(fd, word, strlen(word)) >= 0 ;
  fd_close(fd) ;
  return r ;
}

#if HF_LINUX
/* By number: musl has no working sched_setscheduler, and no library has ioprio_set. */
static int set_policy (struct sched const *s)
{
  return syscall(SYS_sched_setscheduler, 0, s->policy_number | (s->reset ? RESET_ON_FORK : 0), &s->prio) >= 0 ;
}
static int set_cpus (struct sched const *s)
{
  return syscall(SYS_sched_setaffinity, 0, sizeof(s->cpu), s->cpu) >= 0 ;
}
static int set_io (struct sched const *s)
{
  return syscall(SYS_ioprio_set, 1, 0, s->io_class << 13 | s->io_level) >= 0 ;
}
#else
static int set_policy (struct sched const *s) { (void)s ; errno = ENOSYS ; return 0 ; }
static int set_cpus (struct sched const *s) { (void)s ; errno = ENOSYS ; return 0 ; }
static int set_io (struct sched const *s) { (void)s ; errno = ENOSYS ; return 0 ; }
#endif

/* Processors last: the moment it takes effect the process may move. */
static void apply (struct sched const *s)
{
  if (s->oom && !set_oom(s->oom)) failed(s, "OOM score", s->oom) ;
  if (s->nice && !set_nice(s)) failed(s, "nice value", s->nice) ;
  if (s->io && !set_io(s)) failed(s, "I/O class", s->io) ;
  if (s->policy && !set_policy(s)) failed(s, "scheduling policy", s->policy) ;
  if (s->cpus && !set_cpus(s)) failed(s, "processors", s->cpus) ;
}

static void read_policy (struct sched *s, char const *word)
{
  unsigned int number, prio ;
  if (!scan_named(policies, word, &number, &prio)) dieinvalid("scheduling policy", word) ;
  s->policy = word ;
  s->policy_number = (int)number ;
  s->prio = (int)prio ;
}

int main (int argc, char const *const *argv)
{
  static struct sched s ;
  subgetopt l = SUBGETOPT_ZERO ;
  int score ;
  PROG = "setsched" ;
  hf_version(PROG, argc, argv) ;
  for (;;)
  {
    int opt = hf_option(argc, argv, "krn:i:c:p:o:", &l) ;
    if (opt == -1) break ;
    switch (opt)
    {
      case 'k' : s.keep_going = 1 ; break ;
      case 'r' : s.reset = 1 ; break ;
      case 'n' : if (!scan_nice(&s, s.nice = l.arg)) dieinvalid("nice value", l.arg) ; break ;
      case 'i' : if (!scan_named(classes, s.io = l.arg, &s.io_class, &s.io_level)) dieinvalid("I/O class", l.arg) ; break ;
      case 'c' :
        memset(s.cpu, 0, sizeof(s.cpu)) ;
        if (!scan_cpus(s.cpu, s.cpus = l.arg)) dieinvalid("processors", l.arg) ;
        break ;
      case 'p' : read_policy(&s, l.arg) ; break ;
      case 'o' :
        if (!int0_scan(l.arg, &score) || score < -1000 || score > 1000) dieinvalid("OOM score", l.arg) ;
        s.oom = l.arg ;
        break ;
      default : dieusage() ;
    }
  }
  argc -= l.ind ; argv += l.ind ;
  if (!argc || (s.reset && !s.policy)) dieusage() ;
  apply(&s) ;
  hf_exec(argv, (char const *const *)environ, 0) ;
}
