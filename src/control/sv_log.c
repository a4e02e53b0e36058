/* ISC license. */

/* sv log: the log by the service's name; several merged by time. */

#include <skalibs/nonposix.h>

#include <poll.h>
#include <string.h>
#include <unistd.h>

#include <holdfast/message.h>
#include "sv_log.h"
#include "config.h"

#if HF_LINUX
#include <sys/inotify.h>
#endif

#define POLL_MS 100           /* how often to look for more where nothing tells of it */

static struct
{
  uint64_t last ;             /* -n */
  int64_t since ;
  int follow ;
  int local ;
  int named ;                 /* names before the lines */
  sv_source *s ;
  unsigned int n ;
} job ;

static void print (sv_source const *s)
{
  char const *text = s->line + s->stamp_len ;
  if (job.local && s->stamp_len) sv_put_local(s->ns) ;
  else sv_put_safe(s->line, s->stamp_len) ;
  if (job.named && !s->came_on) { sv_put_name(s->name) ; sv_put(": ") ; }
  sv_put_safe(text, s->line_len - s->stamp_len) ;
  if (!s->goes_on) sv_put("\n") ;
}

static int next_wanted (sv_source *s, int whole)
{
  while (sv_source_next(s, whole)) if (s->ns >= job.since) return 1 ;
  return 0 ;
}

/* The source whose line is the oldest. */
static sv_source *oldest (void)
{
  sv_source *best = 0 ;
  for (unsigned int i = 0 ; i < job.n ; i++)
    if (job.s[i].has_line && job.s[i].came_on) return job.s + i ;
    else if (job.s[i].has_line && (!best || job.s[i].ns < best->ns)) best = job.s + i ;
  return best ;
}

static void merge (uint64_t leave_out)
{
  sv_source *s ;
  for (unsigned int i = 0 ; i < job.n ; i++) next_wanted(job.s + i, job.follow) ;
  while ((s = oldest()))
  {
    if (leave_out) leave_out -= !s->goes_on ;
    else print(s) ;
    next_wanted(s, job.follow) ;
  }
  sv_flush() ;
}

#if HF_LINUX
static int watch (void)
{
  int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK) ;
  for (unsigned int i = 0 ; fd >= 0 && i < job.n ; i++)
    if (inotify_add_watch(fd, job.s[i].dir ? job.s[i].dir : job.s[i].current, IN_MODIFY | IN_CREATE | IN_MOVED_TO) < 0)
    {
      close(fd) ;
      return -1 ;
    }
  return fd ;
}
#else
static int watch (void)
{
  return -1 ;
}
#endif

static void follow (void)
{
  char s[4096] ;
  struct pollfd x = { .fd = watch(), .events = POLLIN } ;
  for (;;)
  {
    for (unsigned int i = 0 ; i < job.n ; i++) sv_source_again(job.s + i) ;
    merge(0) ;
    if (poll(&x, x.fd >= 0, x.fd >= 0 ? 1000 : POLL_MS) < 0) continue ;
    while (x.fd >= 0 && read(x.fd, s, sizeof(s)) > 0) ;
  }
}

static int arguments (sv_args *a, sv_names *words)
{
  int c, all = 1 ;
  job.since = INT64_MIN ;
  while ((c = sv_args_next(a)) >= 0) switch (c)
  {
    case 0 : sv_names_expand(words, a->arg) ; break ;
    case 'f' : job.follow = 1 ; break ;
    case 'l' : job.local = 1 ; break ;
    case 'n' : job.last = sv_args_number(a, UINT32_MAX) ; all = 0 ; break ;
    case 's' :
      if (!sv_stamp_since(a->arg, &job.since)) { hf_message("fatal", 0, hf_words("log: not a time: ", a->arg)) ; _exit(HF_EXIT_USAGE) ; }
      break ;
    default : break ;
  }
  if (!words->n) sv_args_usage(a) ;
  return all ;
}

int sv_log (int argc, char const *const *argv)
{
  static sv_option const opts[] =
    { { "follow", 'f', 0 }, { "lines", 'n', 1 }, { "since", 's', 1 }, { "local", 'l', 0 }, { 0, 0, 0 } } ;
  sv_args a = SV_ARGS("log", "[-f] [-n lines] [--since time] [-l] service ...", opts, argc, argv) ;
  sv_names words = { .v = 0, .n = 0, .max = 0 } ;
  uint64_t total = 0 ;
  int failed = 0, all = arguments(&a, &words) ;
  job.s = sv_alloc(words.n * sizeof(sv_source)) ;
  job.named = words.n > 1 ;
  for (unsigned int i = 0 ; i < words.n ; i++)
    if (sv_source_open(job.s + job.n, words.v[i])) job.n++ ; else failed++ ;
  for (unsigned int i = 0 ; i < job.n ; i++)
  {
    if (!all) total += sv_source_last(job.s + i, job.last) ;
    sv_source_skip(job.s + i, job.since) ;
  }
  merge(!all && total > job.last ? total - job.last : 0) ;
  if (job.follow && job.n) follow() ;
  return sv_exit_code(failed) ;
}
