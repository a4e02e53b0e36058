/* ISC license. */

/* The record: there and back, no byte of it changed unseen, and the lock that says its writer lives. */

#include <skalibs/nonposix.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <holdfast/state.h>
#include "tap.h"

static hf_state st, got ;
static char slot[HF_STATE_SLOT] ;

static int whole (void)
{
  return hf_state_unpack(&got, slot) && got.seq == st.seq && got.supervisor.start_lo == st.supervisor.start_lo
    && got.since.nano == st.since.nano && got.m.phase == st.m.phase && got.m.death_ms[HF_DEATHS - 1] == -7 ;
}

static int unseen (void)
{
  int n = 0 ;
  for (size_t i = 0 ; i < HF_STATE_SLOT ; i++)
    for (int bit = 0 ; bit < 8 ; bit++)
    {
      slot[i] ^= (char)(1 << bit) ;
      n += hf_state_unpack(&got, slot) ;
      slot[i] ^= (char)(1 << bit) ;
    }
  return n ;
}

static void fill (void)
{
  st.seq = 0x0123456789abcdef ;
  st.supervisor.start_lo = 0xfedcba9876543210 ;
  st.since.nano = 999999999 ;
  st.m.phase = HF_PHASE_RUN ;
  st.m.death_ms[HF_DEATHS - 1] = -7 ;
}

static void locks (char const *dir)
{
  char path[64] ;
  int held = 5, fd ;
  ok(!hf_state_read_held(&got, dir, &held) && !held, "no file: nobody holds it") ;
  snprintf(path, sizeof(path), "%s/state", dir) ;
  fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644) ;
  st.seq = 4 ;
  st.supervisor.pid = 1 ;
  st.held = 0 ;
  ok(hf_state_write(fd, &st) && hf_state_write(fd, &st), "two writes") ;
#ifdef F_OFD_SETLK
  ok(hf_state_read_held(&got, dir, &held) && held && got.seq == 6, "the newer is read, and its writer lives") ;
  ok(hf_state_read_held(&got, dir, &held) && held, "which a reader does not change") ;
  st.supervisor.pid = 0 ;
  ok(hf_state_write(fd, &st) && hf_state_read_held(&got, dir, &held) && !held, "a goodbye is not said by the living") ;
#endif
  close(fd) ;
  ok(hf_state_read_held(&got, dir, &held) && !held && got.seq >= 6, "the writer has gone: the record stays") ;
  unlink(path) ;
  rmdir(dir) ;
}

int main (void)
{
  char dir[] = "/tmp/hf-state.XXXXXX" ;
  fill() ;
  hf_state_pack(slot, &st) ;
  ok(whole(), "packed and unpacked") ;
  ok(!unseen(), "no bit may change") ;
  ok(!!mkdtemp(dir), "a directory") ;
  locks(dir) ;
  return done() ;
}
