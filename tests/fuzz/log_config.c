/* ISC license. */

/* svlogd's config: any text; afterwards the forms it made are used. */

#include <stdlib.h>
#include <string.h>

#include <holdfast/log.h>
#include "libholdfast/hf_logdir-internal.h"

#include "driver.h"

int LLVMFuzzerTestOneInput (uint8_t const *data, size_t n)
{
  static char const lines[] = "error: a\nb refused\n<3>x\n\na long enough line to be cut\nname: warning: y\n" ;
  static char room[HF_LOG_OUT + HF_LOG_FRAME] ;
  hf_log l = { .line_max = 16, .s = (char *)lines, .len = sizeof(lines) - 1 } ;
  hf_logdir d ;
  unsigned int i ;
  int ended ;
  char *text = malloc(n + 1) ;
  hf_logpos p = { .at = 0 } ;
  hf_logdir_init(&d, "d") ;
  if (n) memcpy(text, data, n) ;
  if (!hf_logdir_config_text(&l, &d, text, n)) abort() ;
  d.sink.form.rules = d.rules ;
  hf_logdir_config_outs(&l, &d) ;
  if (d.nouts > HF_LOGDIR_OUTS || d.mode & ~0666u) abort() ;
  while (hf_log_render(&l, &d.sink.form, &p, room, 64, 32, &ended)) ;
  for (i = 0 ; i < d.nouts ; i++)
  {
    size_t k, skip ;
    hf_logout *o = d.outs + i ;
    if (o->kind == HF_LOGOUT_SYSLOG)
    {
      for (k = 0 ; k < sizeof(lines) ; k++) hf_log_severity(lines + k, sizeof(lines) - 1 - k, &skip) ;
      if (hf_logout_record(&l, o, 0, 3, lines, 10, room) > HF_LOGOUT_PENDING) abort() ;
    }
    hf_logout_close(o) ;
  }
  free(d.again) ;
  free(d.rules) ;
  free(text) ;
  return 0 ;
}

FUZZ_MAIN("\n", "\ns", "\nn", "\nN", "\nt", "\n!", "\np", "\n+", "\n-", "\ne", "\nE", "\nu127.0.0.1", "\nU::1", "\nu[::1]:514", "0", "1", "99999999999999999999",
  "k", "m", "*", "\nfull drop", "\nfull trim", "\nkeep-age 1d", "\nkeep-size 1g", "\nmode 0640", "\nmode 7777", "\ngroup 12", "\ngroup root", "\nclock iso",
  "\nclock iso-local", "\njson yes", "\ncollapse yes", "\nout x", "\nfile no", "\nlog /dev/log", "\nlog udp:127.0.0.1", "\nlog tcp:[::1]:9",
  "\nlog-tag a", "\nlog-level err", "\nlog-default 3", "\nlog-facility local7", "\nlog-format rfc3164", "\nlog-full block", "\nlog-rule err *x", ":", " ", "#")
