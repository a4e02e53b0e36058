/* ISC license. */

/* sv: control services and tell how they are.
   Called by another name, it is the LSB script of the service of that name.
   Files: SERVICE/supervise/state and event (holdfast's), ok, control, status (runit's),
   SERVICE/check, SERVICE/down. Reads and writes nothing else unless a verb says so.
   Must never wait without a deadline, change anything on a mistyped command, or believe a
   status whose supervisor is gone. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <holdfast/message.h>
#include "sv.h"

#define USAGE "sv [-v] [-w sec] command service ..."

sv_options sv_opt = { .timeout = 7000, .verbose = 0, .lsb = 0 } ;

void sv_usage (void)
{
  char const *prog = PROG ;
  sv_flush() ;
  PROG = 0 ;
  if (sv_opt.lsb) hf_message(0, 0, hf_words("usage: ", prog, " [-w sec] command")) ;
  else hf_message(0, 0, hf_words("usage: " USAGE)) ;
  hf_message(0, 0, hf_words("")) ;
  _exit(sv_opt.lsb ? 2 : 100) ;
}

/* The usage line is runit's; before it, what was wrong. */
static void __attribute__((noreturn)) wrong_command (char const *what, char const *word)
{
  sv_flush() ;
  hf_message(0, 0, hf_words(what, word)) ;
  sv_usage() ;
}

/* Words first, then those of which any beginning will do. */
static sv_verb const verbs[] =
{
  { "start", "u", "u", SV_ALWAYS | SV_WORD, 0 },
  { "stop", "d", "d", SV_ALWAYS | SV_WORD, 0 },
  { "shutdown", "x", "x", SV_ALWAYS | SV_WORD, 0 },
  { "restart", "tcu", "tcu", SV_ALWAYS | SV_WORD, 0 },
  { "reload", "h", "", SV_ALWAYS | SV_WORD | SV_RELOAD, 0 },
  { "try-restart", "tc", "tc", SV_ALWAYS | SV_WORD, 0 },
  { "check", 0, "C", SV_ALWAYS | SV_WORD, 0 },
  { "force-stop", "d", "d", SV_ALWAYS | SV_KILL | SV_WORD, 0 },
  { "force-reload", "tc", "tc", SV_ALWAYS | SV_KILL | SV_WORD, 0 },
  { "force-restart", "tcu", "tcu", SV_ALWAYS | SV_KILL | SV_WORD, 0 },
  { "force-shutdown", "x", "x", SV_ALWAYS | SV_KILL | SV_WORD, 0 },
  { "status", 0, 0, SV_STATUS | SV_LSB, 0 },
  { "up", "u", "u", 0, 0 },
  { "down", "d", "d", 0, 0 },
  { "once", "o", "o", 0, 0 },
  { "pause", "p", "p", 0, 0 },
  { "cont", "c", "c", 0, 0 },
  { "hup", "h", "", 0, 0 },
  { "alarm", "a", "", 0, 0 },
  { "interrupt", "i", "", 0, 0 },
  { "quit", "q", "", 0, 0 },
  { "1", "1", "", 0, 0 },
  { "2", "2", "", 0, 0 },
  { "term", "t", "t", 0, 0 },
  { "kill", "k", "k", 0, 0 },
  { "exit", "x", "x", 0, 0 },
  { "x", "x", "x", 0, 0 },
  { "EXIT", "x", "x", SV_ALWAYS | SV_KILL, 0 },
  { "X", "x", "x", SV_ALWAYS | SV_KILL, 0 },
  { "DOWN", "d", "d", SV_ALWAYS | SV_KILL, 0 },
  { "TERM", "tc", "tc", SV_ALWAYS | SV_KILL, 0 },
  { "list", 0, 0, SV_WORD, &sv_list },
  { "metrics", 0, 0, SV_WORD, &sv_metrics },
  { "log", 0, 0, SV_WORD, &sv_log },
  { "why", 0, 0, SV_WORD, &sv_why },
  { "signal", 0, 0, SV_WORD, &sv_signal },
  { "enable", 0, 0, SV_WORD, &sv_enable },
  { "disable", 0, 0, SV_WORD, &sv_disable },
  { "scale", 0, 0, SV_WORD, &sv_scale },
  { "rolling", 0, 0, SV_WORD, &sv_rolling },
  { "reset", 0, 0, SV_WORD, &sv_reset },
  { "upgrade", 0, 0, SV_WORD, &sv_upgrade },
  { "verify", 0, 0, SV_WORD, &sv_verify },
  { "tree", 0, 0, SV_WORD, &sv_tree },
  { "shell", 0, 0, SV_WORD, &sv_shell },
} ;

sv_verb const *sv_verb_find (char const *word)
{
  size_t n = strlen(word) ;
  for (size_t i = 0 ; n && i < sizeof(verbs) / sizeof(verbs[0]) ; i++)
  {
    sv_verb const *v = verbs + i ;
    int whole = v->flags & SV_WORD || (v->flags & SV_LSB && sv_opt.lsb) ;
    if (sv_opt.lsb && v->run) continue ;
    if (whole ? !strcmp(word, v->name) : !strncmp(word, v->name, n)) return v ;
  }
  return 0 ;
}

/* Leading digits, as runit reads them; anything else is 0. */
static int64_t seconds (char const *s)
{
  int64_t n = 0 ;
  for (; *s >= '0' && *s <= '9' ; s++) if (n < 1000000000) n = n * 10 + (*s - '0') ;
  return n * 1000 ;
}

static void bad_option (char const *text, char c)
{
  char s[2] = { c, 0 } ;
  hf_message(0, 0, hf_words(text, " -- ", s)) ;
  sv_usage() ;
}

/* The letters of one word; the index of the next word. */
static int option_word (int i, int argc, char const *const *argv)
{
  for (char const *s = argv[i++] + 1 ; *s ; s++)
  {
    if (*s == 'v') sv_opt.verbose = 1 ;
    else if (*s == 'a' && !sv_opt.lsb) sv_opt.all = 1 ;
    else if (*s == 'r' && !sv_opt.lsb) sv_opt.needs = 1 ;
    else if (*s == 'k' && !sv_opt.lsb) sv_opt.undo = 1 ;
    else if (*s == 'w')
    {
      if (!s[1] && i >= argc) bad_option("option requires an argument", 'w') ;
      sv_opt.timeout = seconds(s[1] ? s + 1 : argv[i++]) ;
      sv_opt.verbose = 1 ;
      break ;
    }
    else bad_option("illegal option", *s) ;
  }
  return i ;
}

/* The services of the user: $XDG_CONFIG_HOME/service, as runsvdir uses it for them. */
static void user_tree (void)
{
  char path[HF_PATH] ;
  char const *base = getenv("XDG_CONFIG_HOME") ;
  char const *home = getenv("HOME") ;
  int good ;
  if (base && base[0] == '/') good = hf_path_join(path, sizeof(path), base, "service") ;
  else good = home && *home && hf_path_join(path, sizeof(path), home, ".config/service") ;
  if (!good) hf_die(SV_EXIT_FATAL, "--user: neither XDG_CONFIG_HOME nor HOME says where") ;
  sv_opt.user = 1 ;
  if (setenv("SVDIR", path, 1) < 0) hf_diesys(SV_EXIT_FATAL, "unable to set SVDIR") ;
}

static int options (int argc, char const *const *argv)
{
  int i = 1 ;
  char const *x = getenv("SVWAIT") ;
  if (x) sv_opt.timeout = seconds(x) ;
  while (i < argc && argv[i][0] == '-' && argv[i][1])
  {
    if (!strcmp(argv[i], "--")) return i + 1 ;
    if (!strcmp(argv[i], "--user") && !sv_opt.lsb) { user_tree() ; i++ ; }
    else i = option_word(i, argc, argv) ;
  }
  return i ;
}

static char const *base_name (char const *s)
{
  char const *slash = s ? strrchr(s, '/') : 0 ;
  return slash ? slash + 1 : s && *s ? s : "sv" ;
}

int sv_exit_code (int failed)
{
  return failed > SV_EXIT_MAX ? SV_EXIT_MAX : failed ;
}

/* Options that may also stand between one of runit's commands and the names. */
static int late_options (int argc, char const *const *argv, int *json)
{
  int i = 0 ;
  for (; i < argc && !sv_opt.lsb ; i++)
  {
    if (json && !strcmp(argv[i], "--json")) *json = 1 ;
    else if (argv[i][0] != '-' || !argv[i][1] || !strchr("akrvw", argv[i][1]) || (argv[i][1] != 'w' && argv[i][2])) break ;
    else i = option_word(i, argc, argv) - 1 ;
  }
  return i ;
}

/* What stops must stop before what it needs. */
static int stop_in_order (sv_verb const *v, sv_names const *l)
{
  int failed = 0 ;
  for (unsigned int i = l->n ; i-- ;) failed += sv_command(v, 1, l->v + i) ;
  return sv_exit_code(failed) ;
}

int sv_run (int argc, char const *const *argv)
{
  sv_verb const *v = argc ? sv_verb_find(argv[0]) : 0 ;
  sv_names l ;
  int json = 0, i ;
  if (!v) wrong_command("unknown command -- ", argc ? argv[0] : "") ;
  if (v->run) return (*v->run)(argc - 1, argv + 1) ;
  i = 1 + late_options(argc - 1, argv + 1, v->flags & SV_STATUS ? &json : 0) ;
  if (i >= argc && !sv_opt.all && !json) wrong_command("no service named -- ", argv[0]) ;
  if (i >= argc) sv_opt.all = 1 ;
  sv_names_all(&l, argc - i, argv + i) ;
  if (json) return sv_json(l.n, l.v) ;
  if (v->flags & SV_STATUS) return sv_status((int)l.n, l.v) ;
  if (sv_opt.needs && v->bytes && strchr("dx", v->bytes[0]) && v->flags & SV_ALWAYS) return stop_in_order(v, &l) ;
  return sv_command(v, l.n, l.v) ;
}

int main (int argc, char const *const *argv)
{
  char const *lsb[3] = { 0, 0, 0 } ;
  int i ;
  PROG = base_name(argv[0]) ;
  sv_opt.lsb = strcmp(PROG, "sv") != 0 ;
  if (!sv_opt.lsb) hf_version("sv", argc, argv) ;
  i = options(argc, argv) ;
  if (i >= argc) sv_usage() ;
  if (!sv_opt.lsb) _exit(sv_run(argc - i, argv + i)) ; /* nothing is to be done at the end, nothing to be freed */
  lsb[0] = argv[i] ;
  lsb[1] = PROG ;
  _exit(sv_run(2, lsb)) ;
}
