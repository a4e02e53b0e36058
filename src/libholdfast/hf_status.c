/* ISC license. */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/tai.h>
#include <skalibs/uint64.h>
#include <skalibs/uint32.h>

#include <holdfast/service.h>
#include <holdfast/status.h>

/* tain_pack would go through skalibs' own idea of a stamp; the bytes are the same. */
void hf_status_pack (char *s, hf_status const *st)
{
  uint64_pack_big(s, st->stamp.sec.x) ;
  uint32_pack_big(s + 8, st->stamp.nano) ;
  for (int i = 0 ; i < 4 ; i++) s[12 + i] = (char)(st->pid >> (8 * i) & 255) ;
  s[16] = (char)st->paused ;
  s[17] = (char)st->want ;
  s[18] = (char)st->term ;
  s[19] = (char)st->state ;
}

int hf_status_unpack (hf_status *st, char const *s, size_t n)
{
  if (n < HF_STATUS_DAEMONTOOLS) return (errno = EPROTO, 0) ;
  uint64_unpack_big(s, &st->stamp.sec.x) ;
  uint32_unpack_big(s + 8, &st->stamp.nano) ;
  st->pid = 0 ;
  for (int i = 3 ; i >= 0 ; i--) st->pid = st->pid << 8 | (unsigned char)s[12 + i] ;
  st->paused = (uint8_t)s[16] ;
  st->want = (uint8_t)s[17] ;
  st->term = n < HF_STATUS_RUNIT ? 0 : (uint8_t)s[18] ;
  st->state = n < HF_STATUS_RUNIT ? !!st->pid : (uint8_t)s[19] ;
  return 1 ;
}

static int read_file (hf_status *st, int dir, char const *path, size_t min)
{
  char s[HF_STATUS_RUNIT] ;
  int fd = openat(dir, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC) ;
  ssize_t r ;
  if (fd < 0) return 0 ;
  r = fd_read(fd, s, sizeof(s)) ;
  fd_close(fd) ;
  if (r < 0) return 0 ;
  if ((size_t)r < min) return (errno = EPROTO, 0) ;
  return hf_status_unpack(st, s, (size_t)r) ;
}

int hf_status_read (hf_status *st, char const *supervise, size_t min)
{
  char path[HF_PATH] ;
  return hf_path_join(path, sizeof(path), supervise, "status") && read_file(st, AT_FDCWD, path, min) ;
}

int hf_status_read_at (hf_status *st, int supervise, size_t min)
{
  return read_file(st, supervise, "status", min) ;
}

static uint8_t visible_state (hf_machine const *m)
{
  return m->phase == HF_PHASE_RUN ? 1 : m->phase == HF_PHASE_FINISH || m->phase == HF_PHASE_SWEEP ? 2 : 0 ;
}

void hf_status_of (hf_status *st, hf_machine const *m, uint32_t pid, tain const *since)
{
  st->stamp = *since ;
  st->pid = pid ;
  st->paused = !!(m->flags & HF_FLAG_PAUSED) ;
  st->want = m->want == HF_WANT_UP ? 'u' : 'd' ;
  st->term = !!(m->flags & HF_FLAG_TERM) ;
  st->state = visible_state(m) ;
}

size_t hf_stat_text (char *s, hf_machine const *m)
{
  static char const *const names[3] = { "down", "run", "finish" } ;
  uint8_t state = visible_state(m) ;
  strcpy(s, names[state]) ;
  if (m->flags & HF_FLAG_PAUSED) strcat(s, ", paused") ;
  if (m->flags & HF_FLAG_TERM) strcat(s, ", got TERM") ;
  if (state && m->want == HF_WANT_EXIT) strcat(s, ", want exit") ;
  else if (state && m->want != HF_WANT_UP) strcat(s, ", want down") ;
  strcat(s, "\n") ;
  return strlen(s) ;
}
