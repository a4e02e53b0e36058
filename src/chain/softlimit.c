/* ISC license. */

/* softlimit: sets resource limits, then runs a program.
   All words are read before the first limit is set. Opens only the files that "@FILE" names,
   handles no signal. Values may also come from SOFTLIMIT_* (daemontools-encore), which
   options override. */

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/posixplz.h>

#include <holdfast/chain.h>
#include <holdfast/limits.h>
#include <holdfast/message.h>

#define USAGE "softlimit [-H] [-h] [-a allbytes] [-c corebytes] [-d databytes] [-e nice] [-f filebytes] [-i signals] \
[-l lockbytes] [-m membytes] [-o openfiles] [-p processes] [-P rtprio] [-q queuebytes] [-r residentbytes] [-R rtmicrosecs] \
[-s stackbytes] [-t cpusecs] [-x locks] prog..."

static struct { char const *name ; char letter ; } const variables[] =
{
  { "ALLBYTES", 'a' }, { "COREBYTES", 'c' }, { "DATABYTES", 'd' }, { "FILEBYTES", 'f' },
  { "LOCKEDBYTES", 'l' }, { "MEMBYTES", 'm' }, { "OPENFILES", 'o' }, { "PROCS", 'p' },
  { "RSSBYTES", 'r' }, { "STACKBYTES", 's' }, { "CPUSECS", 't' },
} ;

static void add (hf_limits *limits, int letter, char const *word, int both)
{
  char const name[2] = { (char)letter, 0 } ;
  switch (hf_limits_add(limits, letter, word, both))
  {
    case 0 :
      hf_warn("no limit for -", name, ": ", word) ;
      hf_die_usage(HF_EXIT_USAGE, USAGE, 0) ;
    case -1 : hf_diesys(HF_EXIT_SYSTEM, "unable to read ", word + 1) ;
    case -2 : hf_die(HF_EXIT_USAGE, "this system has no limit -", name) ;
  }
}

static void variable (hf_limits *limits, char const *s)
{
  size_t n = strcspn(s, "=") ;
  for (unsigned int i = 0 ; i < sizeof(variables) / sizeof(variables[0]) ; i++)
    if (!strncmp(s, variables[i].name, n) && !variables[i].name[n] && s[n])
      add(limits, variables[i].letter, s + n + 1, 0) ;
}

int main (int argc, char const *const *argv)
{
  hf_limits limits = HF_LIMITS_ZERO ;
  subgetopt l = SUBGETOPT_ZERO ;
  int both = 0 ;
  int c ;
  PROG = "softlimit" ;
  hf_version(PROG, argc, argv) ;
  for (char **p = environ ; *p ; p++) if (!strncmp(*p, "SOFTLIMIT_", 10)) variable(&limits, *p + 10) ;
  while ((c = hf_option(argc, argv, "a:c:d:e:f:i:l:m:o:p:P:q:r:R:s:t:x:Hh", &l)) != -1)
    switch (c)
    {
      case 'H' : both = 1 ; break ;
      case 'h' : both = 0 ; break ;
      case '?' : hf_die_usage(HF_EXIT_USAGE, USAGE, 0) ;
      default : add(&limits, c, l.arg, both) ;
    }
  argv += l.ind ;
  if (!*argv) hf_die_usage(HF_EXIT_USAGE, USAGE, 0) ;
  if (hf_limits_set(&limits, &c) < 0) hf_diesys(HF_EXIT_SYSTEM, "unable to set the limit of ", hf_limit_name(c)) ;
  hf_run(argv, (char const *const *)environ) ;
}
