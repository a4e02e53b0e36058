/* ISC license. */

/* What others see: "state" first, then runit's files, each only if it changed, then the word
   to those who wait. runit's files are written in place, each by one pwrite(2): a file that
   exists can be rewritten on a full disk, and a text that gets shorter is padded with
   newlines before it is cut, so that no reader ever finds half of it. */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

#include <skalibs/djbunix.h>
#include <skalibs/types.h>
#include <skalibs/uint32.h>
#include <skalibs/uint64.h>

#include <holdfast/clock.h>
#include <holdfast/message.h>
#include "runsv.h"

#define DEATH_RECORD 32

int publish_state (slot *s)
{
  if (!hf_state_write(s->state_fd, &s->st)) return 0 ;
  s->state_dirty = 0 ;
  return 1 ;
}

static int open_file (slot const *s, char const *name)
{
  return openat(s->sup_fd, name, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644) ;
}

/* Writes text of length n over a file that held old bytes. */
static int put (slot *s, char const *name, char const *text, size_t n, size_t old)
{
  char b[HF_STAT_MAX + 1] ;
  size_t len = old > n ? old : n ;
  int fd = open_file(s, name) ;
  int good ;
  if (fd < 0) return 0 ;
  memset(b, '\n', sizeof(b)) ;
  memcpy(b, text, n) ;
  good = !len || pwrite(fd, b, len, 0) == (ssize_t)len ;
  if (good && (old > n || !(s->pub_known || s->fresh))) good = ftruncate(fd, (off_t)n) == 0 ;
  fd_close(fd) ;
  return good ;
}

static int put_pid (slot *s, uint32_t pid)
{
  char text[UINT32_FMT + 1] ;
  char was[UINT32_FMT] ;
  size_t n = pid ? uint32_fmt(text, pid) : 0 ;
  size_t old = s->pub_pid ? uint32_fmt(was, s->pub_pid) + 1 : 0 ;
  if (pid) text[n++] = '\n' ;
  if (!put(s, "pid", text, n, old)) return 0 ;
  s->pub_pid = pid ;
  return 1 ;
}

static int put_stat (slot *s)
{
  char text[HF_STAT_MAX] ;
  size_t n = hf_stat_text(text, &s->st.m) ;
  if (s->pub_known && n == s->pub_stat_len && !memcmp(text, s->pub_stat, n)) return 1 ;
  if (!put(s, "stat", text, n, s->pub_stat_len)) return 0 ;
  memcpy(s->pub_stat, text, n) ;
  s->pub_stat_len = (uint8_t)n ;
  return 1 ;
}

static uint32_t visible_pid (slot const *s)
{
  if (s->st.m.phase == HF_PHASE_SWEEP) return s->st.run_pid ;
  return hf_machine_busy(&s->st.m) ? s->st.child.pid : 0 ;
}

static int put_status (slot *s, uint32_t pid)
{
  char b[HF_STATUS_RUNIT] ;
  hf_status st ;
  hf_status_of(&st, &s->st.m, pid, &s->st.since) ;
  if (R.daemontools && s->st.m.want == HF_WANT_ONCE) st.want = 0 ;
  hf_status_pack(b, &st) ;
  if (s->pub_known && !memcmp(b, s->pub_status, sizeof(b))) return 1 ;
  if (!put(s, "status", b, sizeof(b), 0)) return 0 ;
  memcpy(s->pub_status, b, sizeof(b)) ;
  return 1 ;
}

/* runit makes the logger's pid file only when the logger first starts. */
static int put_files (slot *s)
{
  uint32_t pid = visible_pid(s) ;
  int first = !s->pub_known && (pid || !s->st.m.islog) ;
  if ((first || pid != s->pub_pid) && !put_pid(s, pid)) return 0 ;
  if (!put_stat(s) || !put_status(s, pid)) return 0 ;
  s->pub_known = 1 ;
  return 1 ;
}

/* The death history: a ring of records, so that its size is bounded and writing the same
   death twice changes nothing. */
static int put_death (slot *s)
{
  char b[DEATH_RECORD] ;
  hf_machine const *m = &s->st.m ;
  uint32_t n = s->policy.death_tally ;
  int fd, good ;
  if (!n || !m->deaths) return 1 ;
  fd = open_file(s, "deaths") ;
  if (fd < 0) return 0 ;
  uint64_pack_big(b, s->st.last_end.sec.x) ;
  uint32_pack_big(b + 8, s->st.last_end.nano) ;
  uint32_pack_big(b + 12, (uint32_t)m->last_wstat) ;
  uint32_pack_big(b + 16, m->flags & HF_FLAG_KNOWN ? 1 : 0) ;
  uint32_pack_big(b + 20, s->died_pid) ;
  uint64_pack_big(b + 24, (uint64_t)s->died_ms) ;
  good = pwrite(fd, b, sizeof(b), (off_t)((m->deaths - 1) % n) * DEATH_RECORD) == DEATH_RECORD ;
  fd_close(fd) ;
  return good ;
}

static void announce (slot const *s)
{
  int fd = openat(s->sup_fd, "event", O_WRONLY | O_NONBLOCK | O_CLOEXEC) ;
  if (fd >= 0) fd_close(fd) ;
}

static void complain (slot *s)
{
  if (s->said_publish == errno) return ;
  s->said_publish = errno ;
  hf_warnsys("unable to write to ", s->label, "supervise, trying again") ;
}

int publish (slot *s)
{
  int good = 1 ;
  if (!s->state_dirty && !s->files_dirty && !s->death_dirty) return 0 ;
  if (s->state_dirty && !publish_state(s)) { good = 0 ; complain(s) ; }
  if (s->files_dirty) { if (put_files(s)) s->files_dirty = 0 ; else { good = 0 ; complain(s) ; } }
  if (s->death_dirty) { if (put_death(s)) s->death_dirty = 0 ; else { good = 0 ; complain(s) ; } }
  announce(s) ;
  s->publish_at = good ? HF_NEVER : R.now + AGAIN ;
  if (good) s->said_publish = 0 ;
  return 1 ;
}
