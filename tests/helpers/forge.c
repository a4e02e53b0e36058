/* ISC license. */

/* forge SUPERVISE WORD...: changes the record of a supervisor that is not running, for tests of
   what the next one believes; "show" alone changes nothing. Words:
     child=PID        the child's pid, its start time kept
     start=TICKS      the child's start time
     boot             another boot
     format=N         both slots of that format
     one-format=N     only the slot that was written last
     torn             the slot that was written last was written in part
     garbage          every byte of the file
     show             prints "phase want child supervisor" */

#include <skalibs/nonposix.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/uint32.h>

#include <holdfast/service.h>
#include <holdfast/state.h>

static char b[2 * HF_STATE_SLOT] ;
static hf_state st ;

static void put_format (char *slot, char const *n)
{
  uint32_pack_big(slot + 4, (uint32_t)atoi(n)) ;
}

int main (int argc, char **argv)
{
  char path[HF_PATH] ;
  int fd, last, changed = 0 ;
  if (argc < 3 || !hf_path_join(path, sizeof(path), argv[1], "state")) return 100 ;
  if (!hf_state_read(&st, argv[1])) return 1 ;
  last = st.seq & 1 ? HF_STATE_SLOT : 0 ;
  fd = open(path, O_RDWR) ;
  if (fd < 0 || pread(fd, b, sizeof(b), 0) != sizeof(b)) return 111 ;
  for (int i = 2 ; i < argc ; i++)
  {
    char const *w = argv[i] ;
    char const *v = strchr(w, '=') ;
    v = v ? v + 1 : "" ;
    if (!strncmp(w, "child=", 6)) st.child.pid = (uint32_t)atol(v) ;
    else if (!strncmp(w, "start=", 6)) st.child.start_lo = st.child.start_hi = (uint64_t)atol(v) ;
    else if (!strcmp(w, "boot")) st.boot[0] ^= 1 ;
    if (!strcmp(w, "show"))
      printf("%d %d %u %u\n", st.m.phase, st.m.want, (unsigned)st.child.pid, (unsigned)st.supervisor.pid) ;
    else changed = 1 ;
    if (*v || !strcmp(w, "boot")) { hf_state_pack(b, &st) ; memcpy(b + HF_STATE_SLOT, b, HF_STATE_SLOT) ; }
    if (!strncmp(w, "format=", 7)) { put_format(b, v) ; put_format(b + HF_STATE_SLOT, v) ; }
    else if (!strncmp(w, "one-format=", 11)) { if (pread(fd, b, sizeof(b), 0) < 0) return 111 ; put_format(b + last, v) ; }
    else if (!strcmp(w, "torn")) memset(b + last + HF_STATE_SLOT / 2, 0, HF_STATE_SLOT / 2) ;
    else if (!strcmp(w, "garbage")) for (size_t k = 0 ; k < sizeof(b) ; k++) b[k] = (char)(k * 7 + 13) ;
  }
  return !changed || pwrite(fd, b, sizeof(b), 0) == sizeof(b) ? 0 : 111 ;
}
