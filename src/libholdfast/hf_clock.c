/* ISC license. */

#include <skalibs/nonposix.h>

#include <limits.h>
#include <time.h>

#include <skalibs/tai.h>

#include <holdfast/clock.h>
#include "config.h"

int64_t hf_clock_ms (void)
{
  struct timespec ts ;
  clock_gettime(CLOCK_MONOTONIC, &ts) ;
  return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000 ;
}

uint64_t hf_clock_ticks (void)
{
#if HF_LINUX
  struct timespec ts ;
  if (clock_gettime(CLOCK_BOOTTIME, &ts) < 0) return 0 ;
  return (uint64_t)ts.tv_sec * 100 + (uint64_t)ts.tv_nsec / 10000000 ;
#else
  return 0 ;
#endif
}

int hf_clock_poll (int64_t deadline, int64_t now)
{
  if (deadline == HF_NEVER) return -1 ;
  if (deadline <= now) return 0 ;
  return deadline - now > INT_MAX ? INT_MAX : (int)(deadline - now) ;
}

void hf_clock_stamp (tain *stamp)
{
  struct timespec ts ;
  clock_gettime(CLOCK_REALTIME, &ts) ;
  stamp->sec.x = ((uint64_t)1 << 62) + 10 + (uint64_t)ts.tv_sec ;
  stamp->nano = (uint32_t)ts.tv_nsec ;
}

int64_t hf_stamp_unix (tain const *stamp, uint32_t *nano)
{
  if (nano) *nano = stamp->nano ;
  return (int64_t)(stamp->sec.x - ((uint64_t)1 << 62) - 10) ;
}
