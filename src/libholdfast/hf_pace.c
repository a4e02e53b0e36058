/* ISC license. */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <skalibs/djbunix.h>
#include <skalibs/types.h>

#include <holdfast/pace.h>
#include "config.h"

/* Unnamed shared memory. */
static int make_memory (void)
{
#if HF_LINUX
  int fd = memfd_create("holdfast-pace", 0) ;
#else
  char name[] = "/tmp/holdfast-pace.XXXXXX" ;
  int fd = mkstemp(name) ;
  if (fd >= 0) unlink(name) ;
#endif
  if (fd >= 0 && ftruncate(fd, sizeof(int64_t)) < 0) { fd_close(fd) ; return -1 ; }
  return fd ;
}

static int map (hf_pace *p, int fd, unsigned int rate)
{
  void *m = mmap(0, sizeof(int64_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) ;
  if (m == MAP_FAILED) return 0 ;
  p->next = m ;
  p->fd = fd ;
  p->rate = rate ;
  return 1 ;
}

void hf_pace_value (hf_pace const *p, char *value)
{
  size_t n = int_fmt(value, p->fd) ;
  value[n++] = ':' ;
  n += uint_fmt(value + n, p->rate) ;
  value[n] = 0 ;
}

int hf_pace_pass (hf_pace const *p)
{
  char value[HF_PACE_VALUE] ;
  hf_pace_value(p, value) ;
  return uncoe(p->fd) >= 0 && setenv(HF_PACE_VARIABLE, value, 1) == 0 ;
}

void hf_pace_keep (hf_pace const *p)
{
  coe(p->fd) ;
  unsetenv(HF_PACE_VARIABLE) ;
}

int hf_pace_make (hf_pace *p, unsigned int rate)
{
  int fd = make_memory() ;
  if (fd < 0) return 0 ;
  if (map(p, fd, rate)) return hf_pace_pass(p) ;
  fd_close(fd) ;
  return 0 ;
}

int hf_pace_join (hf_pace *p)
{
  char const *s = getenv(HF_PACE_VARIABLE) ;
  unsigned int fd, rate ;
  struct stat st ;
  size_t n = s ? uint_scan(s, &fd) : 0 ;
  if (!n || s[n] != ':' || !uint0_scan(s + n + 1, &rate) || !rate || rate > 100000) return 0 ;
  if (fstat((int)fd, &st) < 0 || st.st_size != sizeof(int64_t)) return 0 ;
  if (!map(p, (int)fd, rate)) return 0 ;
  hf_pace_keep(p) ;
  return 1 ;
}

int64_t hf_pace_take (hf_pace *p, int64_t now)
{
  int64_t old, mine ;
  if (!p->next) return now ;
  old = __atomic_load_n(p->next, __ATOMIC_RELAXED) ;
  do mine = old > now * 1000 ? old : now * 1000 ;
  while (!__atomic_compare_exchange_n(p->next, &old, mine + 1000000 / p->rate, 0, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) ;
  return (mine + 999) / 1000 ;
}
