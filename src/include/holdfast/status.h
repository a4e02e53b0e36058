/* The status files of runit and daemontools: "status", "stat", "pid" in supervise/.
   Layouts: 12 bytes TAI64N, 4 bytes pid little-endian, paused, want; runit adds got-TERM and
   state (20 bytes in all), daemontools stops at 18. */

#ifndef HF_STATUS_H
#define HF_STATUS_H

#include <stddef.h>
#include <stdint.h>
#include <skalibs/tai.h>
#include <holdfast/machine.h>

#define HF_STATUS_RUNIT 20
#define HF_STATUS_DAEMONTOOLS 18
#define HF_STAT_MAX 64

typedef struct hf_status_s hf_status ;
struct hf_status_s
{
  tain stamp ;
  uint32_t pid ;
  uint8_t paused ;
  uint8_t want ;              /* 'u', 'd', or 0 for daemontools' once */
  uint8_t term ;
  uint8_t state ;             /* 0 down, 1 run, 2 finish */
} ;

extern void hf_status_pack (char *s, hf_status const *st) ;            /* 20 bytes */
extern int hf_status_unpack (hf_status *st, char const *s, size_t n) ; /* 1, or 0: fewer than 18 bytes */

/* Reads SUPERVISE/status; min is the least length accepted (18 or 20).
   1, or 0 and errno (EPROTO: bad format). */
extern int hf_status_read (hf_status *st, char const *supervise, size_t min) ;

/* The same with the supervise directory open as a descriptor. */
extern int hf_status_read_at (hf_status *st, int supervise, size_t min) ;

/* What runit's clients are told of a machine. */
extern void hf_status_of (hf_status *st, hf_machine const *m, uint32_t pid, tain const *since) ;

/* The text of "stat" with its newline, into s (HF_STAT_MAX). Length. */
extern size_t hf_stat_text (char *s, hf_machine const *m) ;

#endif
