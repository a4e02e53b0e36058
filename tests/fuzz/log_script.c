/* ISC license. */

/* multilog's script: any list of actions, none of them opening anything yet. */

#include <stdlib.h>
#include <string.h>

extern int multilog_main (int, char const *const *) ;
#define main multilog_main
#include "compat/multilog.c"
#undef main

#include "driver.h"

int LLVMFuzzerTestOneInput (uint8_t const *data, size_t n)
{
  static char const lines[] = "error: a\nb refused\n\nx\n" ;
  static char room[4096] ;
  char *text = malloc(n + 1) ;
  size_t i, at = 0, words = 1 ;
  int ended ;
  memset(&now, 0, sizeof(now)) ;
  now.suffix = 's' ;
  now.stamp = n && data[0] & 1 ? HF_LOG_STAMP_TAI64N : HF_LOG_STAMP_NONE ;
  if (n) memcpy(text, data, n) ;
  text[n] = 0 ;
  for (i = 0 ; i < n ; i++) if (text[i] == '\n') { text[i] = 0 ; words++ ; }
  engine.ndirs = 0 ;
  engine.s = (char *)lines ;
  engine.len = sizeof(lines) - 1 ;
  engine.dirs = malloc(words * sizeof(hf_logdir)) ;
  now.rules = malloc(words * sizeof(hf_logrule)) ;
  for (i = 0 ; i < words && at <= n ; i++)
  {
    action(text + at) ;
    at += strlen(text + at) + 1 ;
  }
  for (i = 0 ; i < engine.ndirs ; i++)
  {
    hf_logdir *d = engine.dirs + i ;
    hf_logpos p = { .at = 0 } ;
    if (d->multilog && (d->n < 2 && d->n)) abort() ;
    while (hf_log_render(&engine, d->nouts ? &d->outs[0].sink.form : &d->sink.form, &p, room, 100, 50, &ended)) ;
  }
  free(engine.dirs) ;
  free(now.rules) ;
  free(text) ;
  return 0 ;
}

FUZZ_MAIN("\n", "\nt", "\ns", "\nn", "1", "0", "99999999999999999999", "\n!gzip", "\n./d", "\n/d", "\n=status", "\ne", "\n-*", "\n+*", "\n+a*b", "\nF", "\nS", "\nwz", "\nw", "[", "?", "*", "b")
