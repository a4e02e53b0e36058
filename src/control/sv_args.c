/* ISC license. */

/* The words after one of our own verbs. Options may stand before, between and after the names;
   an unknown one ends the program before anything is changed. */

#include <string.h>
#include <unistd.h>

#include <skalibs/uint64.h>

#include <holdfast/message.h>
#include "sv.h"

void sv_args_usage (sv_args const *a)
{
  char const *prog = PROG ;
  sv_flush() ;
  PROG = 0 ;
  hf_message(0, 0, hf_words("usage: ", prog, " ", a->verb, *a->synopsis ? " " : "", a->synopsis)) ;
  _exit(HF_EXIT_USAGE) ;
}

static void wrong (sv_args const *a, char const *what, char const *word)
{
  sv_flush() ;
  hf_message(0, 0, hf_words(a->verb, ": ", what, " -- ", word)) ;
  sv_args_usage(a) ;
}

/* The option found, with its argument: the rest of the word, or the next one. */
static int take (sv_args *a, sv_option const *o, char const *rest)
{
  a->arg = 0 ;
  if (!o->has_arg) return o->letter ;
  if (rest) a->arg = rest ;
  else if (a->i < a->argc) a->arg = a->argv[a->i++] ;
  else wrong(a, "option requires an argument", o->name) ;
  return o->letter ;
}

static int long_option (sv_args *a, char const *word)
{
  size_t n = strcspn(word, "=") ;
  sv_option const *o = a->opts ;
  for (; o->name ; o++) if (strlen(o->name) == n && !strncmp(o->name, word, n)) break ;
  if (!o->name || (word[n] && !o->has_arg)) wrong(a, "unknown option", word) ;
  return take(a, o, word[n] ? word + n + 1 : 0) ;
}

static int letter_option (sv_args *a)
{
  char s[2] = { *a->more++, 0 } ;
  char const *rest = *a->more ? a->more : 0 ;
  sv_option const *o = a->opts ;
  for (; o->name ; o++) if (o->letter == s[0] && !(s[0] >= 'A' && s[0] <= 'Z')) break ;
  if (!o->name) wrong(a, "unknown option", s) ;
  if (o->has_arg || !rest) a->more = 0 ;
  return take(a, o, rest) ;
}

int sv_args_next (sv_args *a)
{
  char const *s ;
  if (a->more) return letter_option(a) ;
  if (a->i >= a->argc) return -1 ;
  s = a->argv[a->i++] ;
  if (a->nomore || s[0] != '-' || !s[1])
  {
    a->arg = s ;
    return 0 ;
  }
  if (!strcmp(s, "--"))
  {
    a->nomore = 1 ;
    return sv_args_next(a) ;
  }
  if (s[1] == '-') return long_option(a, s + 2) ;
  a->more = s + 1 ;
  return letter_option(a) ;
}

uint64_t sv_args_number (sv_args const *a, uint64_t max)
{
  uint64_t n ;
  if (!uint640_scan(a->arg, &n) || n > max) wrong(a, "not a number that will do", a->arg) ;
  return n ;
}
