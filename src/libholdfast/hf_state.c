/* ISC license. */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/tai.h>
#include <skalibs/uint16.h>
#include <skalibs/uint32.h>
#include <skalibs/uint64.h>

#include <holdfast/service.h>
#include <holdfast/state.h>

static char const magic[4] = { 'h', 'f', 's', 't' } ;

/* Written so that compilers see one load in it: a status of thousands spends its time here. */
static uint64_t word (char const *text)
{
  unsigned char const *s = (unsigned char const *)text ;
  return (uint64_t)s[0] << 56 | (uint64_t)s[1] << 48 | (uint64_t)s[2] << 40 | (uint64_t)s[3] << 32
    | (uint64_t)s[4] << 24 | (uint64_t)s[5] << 16 | (uint64_t)s[6] << 8 | s[7] ;
}

static uint32_t half (char const *text)
{
  unsigned char const *s = (unsigned char const *)text ;
  return (uint32_t)s[0] << 24 | (uint32_t)s[1] << 16 | (uint32_t)s[2] << 8 | s[3] ;
}

/* One walk over the fields serves both directions; on the way out it writes nothing to them,
   on the way in nothing to the bytes.
   Inlined as a whole, each direction is a row of moves. */
#define WALK static inline __attribute__((always_inline)) void

struct walk { char *s ; size_t pos ; int out ; } ;

WALK w8 (struct walk *w, uint8_t *x)
{
  if (w->out) w->s[w->pos] = (char)*x ; else *x = (uint8_t)w->s[w->pos] ;
  w->pos++ ;
}

WALK w16 (struct walk *w, uint16_t *x)
{
  if (w->out) uint16_pack_big(w->s + w->pos, *x) ; else uint16_unpack_big(w->s + w->pos, x) ;
  w->pos += 2 ;
}

WALK w32 (struct walk *w, uint32_t *x)
{
  if (w->out) uint32_pack_big(w->s + w->pos, *x) ; else *x = half(w->s + w->pos) ;
  w->pos += 4 ;
}

WALK w64 (struct walk *w, uint64_t *x)
{
  if (w->out) uint64_pack_big(w->s + w->pos, *x) ; else *x = word(w->s + w->pos) ;
  w->pos += 8 ;
}

WALK wi64 (struct walk *w, int64_t *x)
{
  uint64_t u = (uint64_t)*x ;
  w64(w, &u) ;
  if (!w->out) *x = (int64_t)u ;
}

WALK wtain (struct walk *w, tain *t)
{
  uint64_t sec = t->sec.x ;
  w64(w, &sec) ;
  if (!w->out) t->sec.x = sec ;
  w32(w, &t->nano) ;
}

WALK wproc (struct walk *w, hf_proc *p)
{
  w32(w, &p->pid) ;
  w64(w, &p->start_lo) ;
  w64(w, &p->start_hi) ;
}

WALK wbytes (struct walk *w, void *p, size_t n)
{
  if (w->out) memcpy(w->s + w->pos, p, n) ; else memcpy(p, w->s + w->pos, n) ;
  w->pos += n ;
}

WALK walk_machine (struct walk *w, hf_machine *m)
{
  uint32_t wstat = (uint32_t)m->last_wstat ;
  w8(w, &m->phase) ; w8(w, &m->want) ; w8(w, &m->why) ; w8(w, &m->script) ;
  w16(w, &m->flags) ;
  w8(w, &m->islog) ; w8(w, &m->stage) ; w8(w, &m->queue_len) ;
  wbytes(w, m->queue, HF_QUEUE) ;
  w32(w, &m->starts) ; w32(w, &m->deaths) ; w32(w, &m->restart_delay) ;
  wi64(w, &m->started_at) ; wi64(w, &m->ready_at) ; wi64(w, &m->ended_at) ;
  wi64(w, &m->restart_at) ; wi64(w, &m->kill_at) ; wi64(w, &m->finish_at) ; wi64(w, &m->age_at) ;
  w32(w, &wstat) ;
  if (!w->out) m->last_wstat = (int32_t)wstat ;
  w8(w, &m->death_n) ; w8(w, &m->death_head) ;
  for (int i = 0 ; i < HF_DEATHS ; i++) wi64(w, &m->death_ms[i]) ;
}

WALK walk_state (struct walk *w, hf_state *s)
{
  w64(w, &s->seq) ;
  wbytes(w, s->boot, HF_BOOTID) ;
  wbytes(w, s->version, sizeof(s->version)) ;
  wproc(w, &s->supervisor) ; wproc(w, &s->child) ; wproc(w, &s->script) ; wproc(w, &s->hook) ;
  w32(w, &s->pgid) ; w32(w, &s->run_pid) ;
  wtain(w, &s->since) ; wtain(w, &s->ready_since) ; wtain(w, &s->last_start) ; wtain(w, &s->last_end) ;
  w8(w, &s->spawn_step) ; w32(w, &s->spawn_errno) ;
  walk_machine(w, &s->m) ;
}

/* The step of FNV-1a, over words. It guards against torn and foreign bytes, not against malice. */
static uint32_t checksum (char const *slot)
{
  uint64_t h = 14695981039346656037u ;
  size_t i = 0 ;
  for (; i < HF_STATE_SLOT - 8 ; i += 8) h = (h ^ word(slot + i)) * 1099511628211u ;
  h = (h ^ half(slot + i)) * 1099511628211u ;
  return (uint32_t)(h >> 32) ;
}

void hf_state_pack (char *slot, hf_state const *s)
{
  struct walk w = { .s = slot, .pos = 8, .out = 1 } ;
  memset(slot, 0, HF_STATE_SLOT) ;
  memcpy(slot, magic, 4) ;
  uint32_pack_big(slot + 4, HF_STATE_FORMAT) ;
  walk_state(&w, (hf_state *)s) ;
  uint32_pack_big(slot + HF_STATE_SLOT - 4, checksum(slot)) ;
}

static int is_whole (char const *slot)
{
  return !memcmp(slot, magic, 4) && half(slot + 4) == HF_STATE_FORMAT && half(slot + HF_STATE_SLOT - 4) == checksum(slot) ;
}

int hf_state_unpack (hf_state *s, char const *slot)
{
  struct walk w = { .s = (char *)slot, .pos = 8, .out = 0 } ;
  if (!is_whole(slot)) return 0 ;
  walk_state(&w, s) ;
  s->version[sizeof(s->version) - 1] = 0 ;
  return s->m.phase < HF_PHASE_N && s->m.want < HF_WANT_N && s->m.why < HF_WHY_N
    && s->m.queue_len <= HF_QUEUE && s->m.death_n <= HF_DEATHS && s->m.death_head < HF_DEATHS ;
}

/* A slot of another format. */
static int is_foreign (char const *slot)
{
  return !memcmp(slot, magic, 4) && half(slot + 4) != HF_STATE_FORMAT ;
}

/* Sequence number of a slot, if it looks like one. */
static uint64_t slot_seq (char const *slot)
{
  uint64_t seq = 0 ;
  if (!memcmp(slot, magic, 4)) seq = word(slot + 8) ;
  return seq ;
}

/* The newer slot is nearly always whole, and then the other one is not looked at. */
int hf_state_read_fd (hf_state *s, int fd)
{
  char b[2 * HF_STATE_SLOT] ;
  char const *newer = b, *older = b + HF_STATE_SLOT ;
  ssize_t r ;
  do r = pread(fd, b, sizeof(b), 0) ;
  while (r < 0 && errno == EINTR) ;
  if (r < 0) return 0 ;
  memset(b + r, 0, sizeof(b) - (size_t)r) ;
  /* A slot of another format is the newer one: who writes it goes on writing that. */
  if (is_foreign(newer) || is_foreign(older)) return (errno = EPROTONOSUPPORT, 0) ;
  if (slot_seq(older) > slot_seq(newer)) { newer = older ; older = b ; }
  if (hf_state_unpack(s, newer) || hf_state_unpack(s, older)) return 1 ;
  return (errno = EPROTO, 0) ;
}

/* Who writes to the file holds a lock on it from its first write to its end. Asked before the
   file is read, so that a record found under a lock is never that of a writer who has gone. */
#ifdef F_OFD_SETLK

static void hold (int fd, hf_state *s)
{
  struct flock fl = { .l_type = F_WRLCK, .l_whence = SEEK_SET } ;
  if (!s->held) s->held = fcntl(fd, F_OFD_SETLK, &fl) >= 0 ;
}

static int is_held (int fd)
{
  struct flock fl = { .l_type = F_RDLCK, .l_whence = SEEK_SET } ;
  return fcntl(fd, F_OFD_GETLK, &fl) >= 0 && fl.l_type == F_WRLCK ;
}

#else

static void hold (int fd, hf_state *s)
{
  (void)fd ;
  (void)s ;
}

static int is_held (int fd)
{
  (void)fd ;
  return 0 ;
}

#endif

static int read_file (hf_state *s, int dir, char const *path, int *held)
{
  int fd = openat(dir, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC) ;
  int r ;
  if (held) *held = 0 ;
  if (fd < 0) return 0 ;
  if (held) *held = is_held(fd) ;
  r = hf_state_read_fd(s, fd) ;
  if (held && r && !s->supervisor.pid) *held = 0 ; /* its last one: the writer is about to go */
  fd_close(fd) ;
  return r ;
}

int hf_state_read_at (hf_state *s, int supervise)
{
  return read_file(s, supervise, "state", 0) ;
}

int hf_state_read (hf_state *s, char const *supervise)
{
  return hf_state_read_held(s, supervise, 0) ;
}

int hf_state_read_held (hf_state *s, char const *supervise, int *held)
{
  char path[HF_PATH] ;
  if (!hf_path_join(path, sizeof(path), supervise, "state")) { if (held) *held = 0 ; return 0 ; }
  return read_file(s, AT_FDCWD, path, held) ;
}

int hf_state_write (int fd, hf_state *s)
{
  char slot[HF_STATE_SLOT] ;
  ssize_t r ;
  s->seq++ ;
  hf_state_pack(slot, s) ;
  do r = pwrite(fd, slot, HF_STATE_SLOT, s->seq & 1 ? HF_STATE_SLOT : 0) ;
  while (r < 0 && errno == EINTR) ;
  if (r == HF_STATE_SLOT) { hold(fd, s) ; return 1 ; }
  if (r >= 0) errno = ENOSPC ;
  return 0 ;
}
