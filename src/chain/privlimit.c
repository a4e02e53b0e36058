/* ISC license. */

/* privlimit: takes privileges away from the rest of the chain, and keeps the few that are named
   through a change of user: capability sets, no_new_privs, securebits, parent-death signal.
   fds: none kept. files: the account files. signals: none touched.
   Never: goes on where the kernel has not done exactly what was asked (all sets are read back),
   changes anything before all words have been read. */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <skalibs/posixplz.h>
#include <skalibs/sig.h>
#include <skalibs/types.h>

#include <holdfast/chain.h>
#include <holdfast/ids.h>
#include <holdfast/message.h>
#include "config.h"

#define USAGE "privlimit [-n] [-u user[:group...]] [-b caps] [-i caps] [-a caps] [-s bits] [-d signal] prog..."
#define dieusage() hf_die_usage(HF_EXIT_USAGE, USAGE, 0)

#if HF_LINUX

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#ifndef PR_CAP_AMBIENT
#define PR_CAP_AMBIENT 47
#define PR_CAP_AMBIENT_IS_SET 1
#define PR_CAP_AMBIENT_RAISE 2
#define PR_CAP_AMBIENT_CLEAR_ALL 4
#endif

static char const *const names[] =
{
  "chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap",
  "linux_immutable", "net_bind_service", "net_broadcast", "net_admin", "net_raw", "ipc_lock", "ipc_owner",
  "sys_module", "sys_rawio", "sys_chroot", "sys_ptrace", "sys_pacct", "sys_admin", "sys_boot", "sys_nice",
  "sys_resource", "sys_time", "sys_tty_config", "mknod", "lease", "audit_write", "audit_control", "setfcap",
  "mac_override", "mac_admin", "syslog", "wake_alarm", "block_suspend", "audit_read", "perfmon", "bpf",
  "checkpoint_restore"
} ;
#define KNOWN (sizeof(names) / sizeof(names[0]))

/* The locked form of a bit is the next bit. */
static struct { char const *name ; unsigned int bit ; } const bits[] =
{
  { "noroot", 0 }, { "no_setuid_fixup", 2 }, { "keep_caps", 4 }, { "no_cap_ambient_raise", 6 }
} ;
#define BITS (sizeof(bits) / sizeof(bits[0]))

typedef uint64_t caps ;
#define bit(c) ((caps)1 << (c))

struct sets { caps effective, permitted, inheritable ; } ;

struct wish
{
  char const *bounding, *inheritable, *ambient, *securebits, *user, *death ; /* null: leave alone */
  caps bounding_set, inheritable_set, ambient_set ;
  unsigned int bits ;
  int no_new_privs, sig ;
} ;

/* The last capability of this kernel; asked once. */
static unsigned int last_cap (void)
{
  static unsigned int last ;
  if (!last) while (last < 63 && prctl(PR_CAPBSET_READ, last + 1, 0, 0, 0) >= 0) last++ ;
  return last ;
}

static int scan_cap (char const *s, size_t n, unsigned int *cap)
{
  if (n > 4 && !strncasecmp(s, "cap_", 4)) { s += 4 ; n -= 4 ; }
  for (*cap = 0 ; *cap < KNOWN ; ++*cap)
    if (strlen(names[*cap]) == n && !strncasecmp(names[*cap], s, n)) return 1 ;
  return n && uint_scan(s, cap) == n && *cap < 64 ;
}

/* "none", "all", "a,b" or "!a,b": all but those. */
static caps read_caps (char const *word)
{
  caps all = ((bit(last_cap()) - 1) << 1) | 1 ;
  caps set = 0 ;
  char const *s = word ;
  if (!strcmp(word, "none")) return 0 ;
  if (!strcmp(word, "all")) return all ;
  if (*s == '!') s++ ;
  for (;;)
  {
    size_t n = strcspn(s, ",") ;
    unsigned int cap ;
    if (!scan_cap(s, n, &cap)) hf_die(HF_EXIT_USAGE, "unknown capability in ", word) ;
    if (!(all & bit(cap))) hf_die(HF_EXIT_SYSTEM, "this kernel does not have all of ", word) ;
    set |= bit(cap) ;
    if (!s[n]) break ;
    s += n + 1 ;
  }
  return *word == '!' ? all & ~set : set ;
}

/* "noroot,no_setuid_fixup+": a plus locks the bit. */
static unsigned int read_bits (char const *word)
{
  unsigned int set = 0 ;
  char const *s = word ;
  for (;;)
  {
    size_t n = strcspn(s, ",") ;
    size_t m = n && s[n - 1] == '+' ? n - 1 : n ;
    unsigned int i = 0 ;
    while (i < BITS && (strlen(bits[i].name) != m || strncmp(bits[i].name, s, m))) i++ ;
    if (i >= BITS) hf_die(HF_EXIT_USAGE, "unknown securebit in ", word) ;
    set |= (m < n ? 3U : 1U) << bits[i].bit ;
    if (!s[n]) return set ;
    s += n + 1 ;
  }
}

static int get_sets (struct sets *s)
{
  struct __user_cap_header_struct h = { .version = _LINUX_CAPABILITY_VERSION_3 } ;
  struct __user_cap_data_struct d[2] ;
  if (syscall(SYS_capget, &h, d) < 0) return -1 ;
  s->effective = d[0].effective | (caps)d[1].effective << 32 ;
  s->permitted = d[0].permitted | (caps)d[1].permitted << 32 ;
  s->inheritable = d[0].inheritable | (caps)d[1].inheritable << 32 ;
  return 0 ;
}

static void put_sets (struct sets const *s)
{
  struct __user_cap_header_struct h = { .version = _LINUX_CAPABILITY_VERSION_3 } ;
  struct __user_cap_data_struct d[2] =
  {
    { (uint32_t)s->effective, (uint32_t)s->permitted, (uint32_t)s->inheritable },
    { (uint32_t)(s->effective >> 32), (uint32_t)(s->permitted >> 32), (uint32_t)(s->inheritable >> 32) }
  } ;
  if (syscall(SYS_capset, &h, d) < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to set capabilities") ;
}

static void limit_bounding (struct wish const *w)
{
  for (unsigned int c = 0 ; c <= last_cap() ; c++)
  {
    if (w->bounding_set & bit(c)) continue ;
    if (prctl(PR_CAPBSET_READ, c, 0, 0, 0) == 1 && prctl(PR_CAPBSET_DROP, c, 0, 0, 0) < 0)
      hf_diesys(HF_EXIT_SYSTEM, "unable to limit the bounding set to ", w->bounding) ;
  }
}

/* Through the change of user the permitted set stays, by KEEPCAPS; the rest is set after it. */
static void change_user (struct wish const *w, hf_ids const *ids)
{
  char const *what = "change user" ;
  if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to keep capabilities") ;
  if (hf_ids_set(ids, &what) < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to ", what, " for ", w->user) ;
  if (prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0) < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to stop keeping capabilities") ;
}

/* An ambient capability must be permitted and inheritable first. */
static void raise_ambient (struct wish const *w)
{
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
  {
    if (errno == EINVAL && !w->ambient_set) return ;
    hf_diesys(HF_EXIT_SYSTEM, "unable to clear the ambient set") ;
  }
  for (unsigned int c = 0 ; c < 64 ; c++)
    if (w->ambient_set & bit(c) && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, c, 0, 0) < 0)
      hf_diesys(HF_EXIT_SYSTEM, "unable to make ambient ", w->ambient) ;
}

/* All that needs privileges is done before the last of them go. The bounding set comes after
   the ambient one, so that it may be smaller: what is ambient passes an exec all the same. */
static void change_sets (struct wish const *w, struct sets *end, int ordinary)
{
  if (w->inheritable || ordinary) end->inheritable = w->inheritable_set ;
  end->inheritable |= w->ambient_set ;
  end->effective = end->permitted ;
  put_sets(end) ;
  if (w->ambient || w->user) raise_ambient(w) ;
  if (w->bounding) limit_bounding(w) ;
  if (w->securebits && prctl(PR_SET_SECUREBITS, w->bits, 0, 0, 0) < 0)
    hf_diesys(HF_EXIT_SYSTEM, "unable to set securebits ", w->securebits) ;
  if (ordinary) end->permitted = end->effective = w->ambient_set ;
  put_sets(end) ;
}

static int is_ambient (unsigned int c)
{
  return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, c, 0, 0) == 1 ;
}

static int verify_cap (struct wish const *w, unsigned int c)
{
  if (w->bounding && !(w->bounding_set & bit(c)) && prctl(PR_CAPBSET_READ, c, 0, 0, 0)) return 0 ;
  return !(w->ambient || w->user) || is_ambient(c) == !!(w->ambient_set & bit(c)) ;
}

static void verify (struct wish const *w, struct sets const *end)
{
  struct sets now ;
  int r ;
  if (get_sets(&now) < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to read capabilities") ;
  r = now.permitted == end->permitted && now.effective == end->effective && now.inheritable == end->inheritable ;
  if (w->bounding || w->ambient || w->user)
    for (unsigned int c = 0 ; r && c <= last_cap() ; c++) r = verify_cap(w, c) ;
  if (r && w->securebits) r = prctl(PR_GET_SECUREBITS, 0, 0, 0, 0) == (int)w->bits ;
  if (r && w->no_new_privs) r = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ;
  if (!r) hf_die(HF_EXIT_SYSTEM, "the kernel has not set the privileges that were asked for") ;
}

/* Last, since a change of user clears it. A parent that is gone already sends nothing. */
static void set_death (struct wish const *w, pid_t parent)
{
  if (prctl(PR_SET_PDEATHSIG, w->sig, 0, 0, 0) < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to set the parent-death signal") ;
  if (getppid() != parent) hf_die(HF_EXIT_SYSTEM, "the parent is gone already") ;
}

static void read_user (struct wish const *w, hf_ids *ids)
{
  int r = hf_ids_spec(ids, w->user) ;
  if (!r) hf_die(HF_EXIT_SYSTEM, "unknown user or group: ", w->user) ;
  if (r == -1) hf_diesys(HF_EXIT_SYSTEM, "unable to look up ", w->user) ;
  if (r < 0) hf_die(HF_EXIT_USAGE, "invalid user: ", w->user) ;
}

static void apply (struct wish const *w, pid_t parent)
{
  static hf_ids ids ;
  struct sets end ;
  int ordinary, may_return ;
  char const *what = "verify ids" ;
  if (w->user) read_user(w, &ids) ;
  ordinary = w->user && ids.uid ;
  may_return = ordinary && w->ambient_set & (bit(CAP_SETUID) | bit(CAP_SETGID)) ;
  if (w->user) change_user(w, &ids) ;
  if (get_sets(&end) < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to read capabilities") ;
  if (w->user || w->bounding || w->inheritable || w->ambient || w->securebits) change_sets(w, &end, ordinary) ;
  if (w->user && hf_ids_verify(&ids, may_return, &what) < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to ", what, " for ", w->user) ;
  if (w->no_new_privs && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to set no_new_privs") ;
  if (w->death) set_death(w, parent) ;
  verify(w, &end) ;
}

#else

struct wish
{
  char const *bounding, *inheritable, *ambient, *securebits, *user, *death ;
  unsigned long bounding_set, inheritable_set, ambient_set ;
  unsigned int bits ;
  int no_new_privs, sig ;
} ;

static unsigned long read_caps (char const *word) { (void)word ; return 0 ; }
static unsigned int read_bits (char const *word) { (void)word ; return 0 ; }
static void apply (struct wish const *w, pid_t parent)
{
  (void)w ;
  (void)parent ;
  hf_die(HF_EXIT_SYSTEM, "this system has no such privileges") ;
}

#endif

int main (int argc, char const *const *argv)
{
  static struct wish w ;
  pid_t parent = getppid() ;
  subgetopt l = SUBGETOPT_ZERO ;
  PROG = "privlimit" ;
  hf_version(PROG, argc, argv) ;
  for (;;)
  {
    int opt = hf_option(argc, argv, "nu:b:i:a:s:d:", &l) ;
    if (opt == -1) break ;
    switch (opt)
    {
      case 'n' : w.no_new_privs = 1 ; break ;
      case 'u' : w.user = l.arg ; break ;
      case 'b' : w.bounding_set = read_caps(w.bounding = l.arg) ; break ;
      case 'i' : w.inheritable_set = read_caps(w.inheritable = l.arg) ; break ;
      case 'a' : w.ambient_set = read_caps(w.ambient = l.arg) ; break ;
      case 's' : w.bits = read_bits(w.securebits = l.arg) ; break ;
      case 'd' : if (!sig0_scan(w.death = l.arg, &w.sig)) hf_die(HF_EXIT_USAGE, "invalid signal: ", l.arg) ; break ;
      default : dieusage() ;
    }
  }
  argc -= l.ind ; argv += l.ind ;
  if (!argc) dieusage() ;
  apply(&w, parent) ;
  hf_exec(argv, (char const *const *)environ, 0) ;
}
