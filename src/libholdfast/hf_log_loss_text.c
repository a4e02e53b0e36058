/* ISC license. */

#include <string.h>

#include <skalibs/types.h>

#include <holdfast/message.h>
#include <holdfast/log.h>

HF_LOG_COLD char hf_log_scratch[HF_LOG_OUT + HF_LOG_FRAME] ; /* 16 bytes and more to spare: see copy_line() in hf_log_render.c */

static size_t put (char *s, char const *text)
{
  size_t n = strlen(text) ;
  memcpy(s, text, n) ;
  return n ;
}

size_t hf_log_loss_text (char *s, hf_loglost const *lost)
{
  size_t n = 0 ;
  n += put(s + n, "svlogd: ") ;
  n += uint64_fmt(s + n, lost->lines) ;
  n += put(s + n, lost->lines == 1 ? " line (" : " lines (") ;
  n += uint64_fmt(s + n, lost->bytes) ;
  n += put(s + n, " bytes) lost from ") ;
  n += hf_log_stamp_fmt(s + n, HF_LOG_STAMP_ISO, &lost->from) ;
  n += put(s + n, "to ") ;
  n += hf_log_stamp_fmt(s + n, HF_LOG_STAMP_ISO, &lost->to) - 1 ;
  n += put(s + n, ": ") ;
  n += put(s + n, hf_error_text(lost->err)) ;
  return n ;
}
