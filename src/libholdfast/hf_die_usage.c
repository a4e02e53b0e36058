/* ISC license. */

#include <unistd.h>

#include <holdfast/message.h>

void hf_die_usage (int code, char const *text, int runit_style)
{
  if (runit_style)
  {
    PROG = 0 ;
    hf_message(0, 0, hf_words("usage: ", text)) ;
    hf_message(0, 0, hf_words("")) ;
  }
  else hf_message("usage", 0, hf_words(text)) ;
  _exit(code) ;
}
