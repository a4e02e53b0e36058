/* ISC license. */

#include <skalibs/nonposix.h>

#include <stdint.h>
#include <sys/mman.h>

#include <holdfast/stack.h>
#include "config.h"

#define PAGE 4096             /* where pages are larger, madvise(2) refuses, and nothing happens */
#define BELOW 512             /* what a leaf function may use below its frame */
#define PAGES 15

void hf_stack_release (void)
{
#if HF_LINUX
  char here ;
  uintptr_t top = ((uintptr_t)&here - BELOW) & ~(uintptr_t)(PAGE - 1) ;
  madvise((void *)(top - PAGES * PAGE), PAGES * PAGE, MADV_DONTNEED) ;
#endif
}
