/* ISC license. */

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#include <skalibs/types.h>

#include <holdfast/message.h>
#include <holdfast/policy.h>
#include <holdfast/service.h>

#define MS_MAX 2147483647u

hf_policy const hf_policy_default =
{
  .restart = HF_RESTART_ALWAYS,
  .kill_mode = HF_KILL_PROCESS,
  .convention = HF_CONVENTION_RUNIT,
  .notification_fd = -1,
  .lock_fd = -1,
  .down_signal = SIGTERM,
  .reload_signal = SIGHUP,
  .delay_min = 1000,
  .delay_max = 1000,
  .timeout_sweep = 2000,
  .death_tally = 100,
  .success = { .code = { 1 }, .sig = 1u << SIGTERM },
} ;

/* Numbers of one line, blanks between: how many, or -1 where something else stands. */
static int scan_numbers (char const *s, unsigned int *v, int max)
{
  int n = 0 ;
  while (*(s += strspn(s, " \t")))
  {
    size_t used = uint_scan(s, v + n) ;
    if (!used || (s[used] && s[used] != ' ' && s[used] != '\t') || v[n] > MS_MAX) return -1 ;
    s += used ;
    if (++n == max) return s[strspn(s, " \t")] ? -1 : n ;
  }
  return n ;
}

static int one_number (char const *s, unsigned int *n)
{
  return uint0_scan(s, n) && *n <= MS_MAX ;
}

static int one_of (char const *s, char const *const *words, uint8_t *which)
{
  for (uint8_t i = 0 ; words[i] ; i++) if (!strcmp(words[i], s)) { *which = i ; return 1 ; }
  return 0 ;
}

/* One reader per file: 1, or 0 if the value is bad; then nothing was changed. */

static int read_restart (hf_policy *p, char const *s)
{
  static char const *const words[] = { "always", "on-failure", "never", 0 } ;
  return one_of(s, words, &p->restart) ;
}

static int read_kill_mode (hf_policy *p, char const *s)
{
  static char const *const words[] = { "process", "group", "tree", 0 } ;
  return one_of(s, words, &p->kill_mode) ;
}

static int read_restart_from (hf_policy *p, char const *s)
{
  static char const *const words[] = { "start", "death", 0 } ;
  return one_of(s, words, &p->from_death) ;
}

static int read_restart_delay (hf_policy *p, char const *s)
{
  unsigned int v[2] ;
  int n = scan_numbers(s, v, 2) ;
  if (n < 1 || (n == 2 && v[1] < v[0])) return 0 ;
  p->delay_min = v[0] ;
  p->delay_max = v[n - 1] ;
  return 1 ;
}

static int read_jitter (hf_policy *p, char const *s)
{
  unsigned int n ;
  if (!one_number(s, &n) || n > 100) return 0 ;
  p->jitter = n ;
  return 1 ;
}

static int read_give_up (hf_policy *p, char const *s)
{
  unsigned int v[2] ;
  if (scan_numbers(s, v, 2) != 2 || !v[0] || v[0] > 32 || !v[1] || v[1] > MS_MAX / 1000) return 0 ;
  p->giveup_n = v[0] ;
  p->giveup_ms = v[1] * 1000 ;
  p->finish125 = 1 ;
  return 1 ;
}

#define READ_NUMBER(name, field) \
static int name (hf_policy *p, char const *s) \
{ \
  unsigned int n ; \
  if (!one_number(s, &n)) return 0 ; \
  p->field = n ; \
  return 1 ; \
}
READ_NUMBER(read_timeout_kill, timeout_kill)
READ_NUMBER(read_timeout_finish, timeout_finish)
READ_NUMBER(read_timeout_sweep, timeout_sweep)

static int read_max_age (hf_policy *p, char const *s)
{
  unsigned int n ;
  if (!one_number(s, &n) || n > MS_MAX / 1000) return 0 ;
  p->max_age = n * 1000 ;
  return 1 ;
}

static int read_tally (hf_policy *p, char const *s)
{
  unsigned int n ;
  if (!uint0_scan(s, &n) || n > 4096) return 0 ;
  p->death_tally = n ;
  return 1 ;
}

static int read_notification_fd (hf_policy *p, char const *s)
{
  unsigned int n ;
  if (!uint0_scan(s, &n) || n > 1023 || n == 0 || n == 2) return 0 ;
  p->notification_fd = (int)n ;
  return 1 ;
}

/* Comes after notification-fd, which must have another number. */
static int read_lock_fd (hf_policy *p, char const *s)
{
  unsigned int n ;
  if (!uint0_scan(s, &n) || n > 1023 || n < 3 || (int)n == p->notification_fd) return 0 ;
  p->lock_fd = (int)n ;
  return 1 ;
}

static int read_down_signal (hf_policy *p, char const *s)
{
  int sig = hf_signal_scan(s) ;
  if (!sig) return 0 ;
  p->down_signal = sig ;
  if (sig < 64) p->success.sig |= (uint64_t)1 << sig ;
  return 1 ;
}

static int read_reload_signal (hf_policy *p, char const *s)
{
  int sig = hf_signal_scan(s) ;
  if (sig) p->reload_signal = sig ;
  return !!sig ;
}

/* "TERM 5000 INT 2000 KILL": signals, each with the milliseconds to wait before the next. */
static int read_ladder (hf_policy *p, char const *s)
{
  hf_policy q = *p ;
  q.ladder_n = 0 ;
  while (*(s += strspn(s, " \t")))
  {
    char word[16] ;
    size_t n = strcspn(s, " \t") ;
    unsigned int wait = 0 ;
    int sig ;
    if (q.ladder_n == HF_LADDER || n >= sizeof(word)) return 0 ;
    memcpy(word, s, n) ;
    word[n] = 0 ;
    sig = hf_signal_scan(word) ;
    if (!sig) return 0 ;
    s += n + strspn(s + n, " \t") ;
    n = uint_scan(s, &wait) ;
    if ((!n && *s) || (s[n] && s[n] != ' ' && s[n] != '\t') || wait > MS_MAX) return 0 ;
    s += n ;
    q.ladder[q.ladder_n].sig = (uint8_t)sig ;
    q.ladder[q.ladder_n++].wait = wait ;
  }
  if (!q.ladder_n) return 0 ;
  q.down_signal = q.ladder[0].sig ;
  if (q.down_signal < 64) q.success.sig |= (uint64_t)1 << q.down_signal ;
  *p = q ;
  return 1 ;
}

static int read_success (hf_policy *p, char const *s)
{
  hf_endset set ;
  if (!hf_endset_scan(&set, s)) return 0 ;
  p->success = set ;
  return 1 ;
}

static int read_never_retry (hf_policy *p, char const *s)
{
  hf_endset set ;
  if (!hf_endset_scan(&set, s)) return 0 ;
  p->noretry = set ;
  return 1 ;
}

/* These are there or not, whatever is in them. */

static int read_killpg (hf_policy *p, char const *s)
{
  (void)s ;
  p->kill_group = 1 ;
  return 1 ;
}

static int read_background (hf_policy *p, char const *s)
{
  (void)s ;
  p->background = 1 ;
  return 1 ;
}

/* s6's, too; it is always wrong, so that nobody believes in it. */
static int read_newpidns (hf_policy *p, char const *s)
{
  (void)p ;
  (void)s ;
  return 0 ;
}

static int is_marker (enum hf_entry which)
{
  return which == HF_ENTRY_FLAG_TIMEOUT_KILLPG || which == HF_ENTRY_FLAG_NEWPIDNS || which == HF_ENTRY_BACKGROUND ;
}

static int (*const readers[HF_ENTRY_POLICY_N]) (hf_policy *, char const *) =
{
  [HF_ENTRY_RESTART] = &read_restart,
  [HF_ENTRY_RESTART_DELAY] = &read_restart_delay,
  [HF_ENTRY_RESTART_FROM] = &read_restart_from,
  [HF_ENTRY_RESTART_JITTER] = &read_jitter,
  [HF_ENTRY_GIVE_UP] = &read_give_up,
  [HF_ENTRY_SUCCESS] = &read_success,
  [HF_ENTRY_NEVER_RETRY] = &read_never_retry,
  [HF_ENTRY_MAX_AGE] = &read_max_age,
  [HF_ENTRY_DOWN_SIGNAL] = &read_down_signal,
  [HF_ENTRY_RELOAD_SIGNAL] = &read_reload_signal,
  [HF_ENTRY_STOP_LADDER] = &read_ladder,
  [HF_ENTRY_TIMEOUT_KILL] = &read_timeout_kill,
  [HF_ENTRY_TIMEOUT_FINISH] = &read_timeout_finish,
  [HF_ENTRY_TIMEOUT_SWEEP] = &read_timeout_sweep,
  [HF_ENTRY_KILL_MODE] = &read_kill_mode,
  [HF_ENTRY_NOTIFICATION_FD] = &read_notification_fd,
  [HF_ENTRY_LOCK_FD] = &read_lock_fd,
  [HF_ENTRY_MAX_DEATH_TALLY] = &read_tally,
  [HF_ENTRY_FLAG_TIMEOUT_KILLPG] = &read_killpg,
  [HF_ENTRY_FLAG_NEWPIDNS] = &read_newpidns,
  [HF_ENTRY_BACKGROUND] = &read_background,
} ;

static void use_s6 (hf_policy *p)
{
  p->convention = HF_CONVENTION_S6 ;
  p->timeout_finish = 5000 ;
  p->finish125 = 1 ;
}

/* The value of a file in dir: null, or what is wrong with it. s[0] is 0 then. Absent: none. */
static char const none[] = "" ;

static char const *value_of (char const *dir, enum hf_entry which, char *s, unsigned int n)
{
  char path[64] ;
  struct stat st ;
  int e ;
  if (hf_path_join(path, sizeof(path), dir, hf_entry_name[which]) && hf_value_read(path, s, n) >= 0) return 0 ;
  e = errno ;
  s[0] = 0 ;
  if (e == EMSGSIZE) return "too long" ;
  if (e != ENOENT) return hf_error_text(e) ;
  return lstat(path, &st) < 0 ? none : "a link that leads nowhere" ;
}

/* The convention comes first, because it sets what the other files override. */
static void read_convention (char const *dir, uint64_t has, hf_policy *p, int s6default, hf_complain *complain)
{
  static char const *const words[] = { "runit", "s6", 0 } ;
  char s[16] ;
  uint8_t which = !!s6default ;
  char const *why = has & (uint64_t)1 << HF_ENTRY_CONVENTION ? value_of(dir, HF_ENTRY_CONVENTION, s, sizeof(s)) : none ;
  if (!why && !one_of(s, words, &which)) why = "neither runit nor s6" ;
  if (why && why != none) (*complain)(HF_ENTRY_CONVENTION, why) ;
  if (which) use_s6(p) ;
}

static void read_one (char const *dir, enum hf_entry which, hf_policy *p, hf_complain *complain)
{
  char s[256] ;
  char const *why = value_of(dir, which, s, sizeof(s)) ;
  if (why == none) return ;
  if (is_marker(which)) why = 0 ;
  if (!why && !(*readers[which])(p, s)) why = which == HF_ENTRY_FLAG_NEWPIDNS ? "not supported" : "invalid value" ;
  if (why) (*complain)(which, why) ;
}

void hf_policy_read (hf_policy *p, char const *dir, uint64_t has, int s6default, hf_complain *complain)
{
  *p = hf_policy_default ;
  read_convention(dir, has, p, s6default, complain) ;
  for (unsigned int i = 0 ; i < HF_ENTRY_POLICY_N ; i++)
    if (readers[i] && has >> i & 1) read_one(dir, i, p, complain) ;
}
