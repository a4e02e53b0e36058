/* ISC license. */

/* svc: daemontools' front end: writes command letters to the control FIFO of supervisors.
   Opens nothing but the FIFO, waits for nothing, and must never block on it. */

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/sgetopt.h>

#include <holdfast/chain.h>
#include <holdfast/control.h>
#include <holdfast/message.h>
#include "svdir.h"

#define OPTIONS "udopchaitkxq12wlLS"
#define USAGE "svc [-udopchaitkxq12wlLS] dir ..."

/* Letters, each once, in the order they came. */
typedef struct letters_s letters ;
struct letters_s { size_t n ; char s[32] ; } ;

static void add (letters *l, char c)
{
  if (!memchr(l->s, c, l->n)) l->s[l->n++] = c ;
}

static void usage (void)
{
  PROG = 0 ;
  hf_message(0, 0, hf_words("svc options: u up, d down, o once, x exit, p pause, c continue, h hup, a alarm, i interrupt, t term, k kill, "
    "q quit, 1 usr1, 2 usr2, w winch, L for the logger, l for the service, S strict")) ;
  PROG = "svc" ;
  hf_die_usage(HF_EXIT_USAGE, USAGE, 0) ;
}

static int tell (hf_service const *s, char const *dir, letters const *l)
{
  int r = l->n ? hf_control_send(s->state, l->s, l->n) : 1 ;
  if (!r) hf_warn("unable to control ", dir, ": supervise not running") ;
  if (r < 0) hf_warnsys("unable to control ", dir) ;
  return r > 0 ;
}

static int control (char const *dir, letters const *service, letters const *logger)
{
  hf_service s ;
  int good = 1 ;
  if (!svdir_find(&s, dir)) { hf_warnsys("unable to chdir to ", dir) ; return 0 ; }
  good = tell(&s, dir, service) ;
  if (!logger->n) return good ;
  if (!svdir_find_log(&s, dir)) { hf_warnsys("unable to chdir to ", dir, "/log") ; return 0 ; }
  return tell(&s, s.dir, logger) && good ;
}

int main (int argc, char const *const *argv)
{
  subgetopt o = SUBGETOPT_ZERO ;
  letters service = { .n = 0 }, logger = { .n = 0 } ;
  letters *to = &service ;
  int opt, strict = 0, bad = 0 ;
  PROG = "svc" ;
  hf_version(PROG, argc, argv) ;
  while ((opt = hf_option(argc, argv, OPTIONS, &o)) >= 0) switch (opt)
  {
    case '?' : usage() ; break ;
    case 'l' : to = &service ; break ;
    case 'L' : to = &logger ; break ;
    case 'S' : strict = 1 ; break ;
    case 'w' : add(to, 'w') ; add(to, 'y') ; break ; /* encore's letter, and s6's and ours */
    default : add(to, (char)opt) ;
  }
  for (argv += o.ind ; *argv ; argv++) if (!control(*argv, &service, &logger)) bad = 1 ;
  return strict && bad ;
}
