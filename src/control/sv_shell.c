/* ISC license. */

/* sv shell: the same commands at a prompt. Each runs in a process of its own, so that none can
   end the shell or leave something behind in it. */

#include <skalibs/nonposix.h>

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>

#include <holdfast/message.h>
#include "sv.h"
#include "sv_edit.h"

#define WORDS 256

/* Blanks part words; quotes and backslashes keep them together. Number of words, -1 unbalanced. */
static int split (char *s, char const **v)
{
  int n = 0 ;
  char *out = s ;
  for (;;)
  {
    char quote = 0 ;
    while (*s == ' ' || *s == '\t') s++ ;
    if (!*s || n == WORDS) return n ;
    v[n++] = out ;
    for (; *s && (quote || (*s != ' ' && *s != '\t')) ; s++)
    {
      if (quote ? *s == quote : *s == '"' || *s == '\'') { quote = quote ? 0 : *s ; continue ; }
      if (*s == '\\' && quote != '\'' && s[1]) s++ ;
      *out++ = *s ;
    }
    if (quote) return -1 ;
    if (*s) s++ ;
    *out++ = 0 ;
  }
}

static int run_line (int n, char const **v)
{
  int wstat ;
  pid_t pid = fork() ;
  if (pid < 0) { hf_message("warning", errno, hf_words("unable to fork")) ; return 111 ; }
  if (!pid)
  {
    signal(SIGINT, SIG_DFL) ;
    signal(SIGQUIT, SIG_DFL) ;
    _exit(sv_run(n, v)) ;
  }
  while (waitpid(pid, &wstat, 0) < 0 && errno == EINTR) ;
  return WIFEXITED(wstat) ? WEXITSTATUS(wstat) : 128 + WTERMSIG(wstat) ;
}

static void help (void)
{
  sv_put("status start stop restart reload check up down once pause cont hup alarm interrupt quit\n"
    "term kill exit shutdown list log why signal rolling enable disable scale reset upgrade\n"
    "verify tree metrics: see sv(8). help, exit. Completion: tab.\n") ;
  sv_flush() ;
}

int sv_shell (int argc, char const *const *argv)
{
  static sv_option const opts[] = { { 0, 0, 0 } } ;
  sv_args a = SV_ARGS("shell", "", opts, argc, argv) ;
  static char line[4096] ;
  int code = 0 ;
  if (sv_args_next(&a) >= 0) sv_args_usage(&a) ;
  signal(SIGINT, SIG_IGN) ;
  signal(SIGQUIT, SIG_IGN) ;
  while (sv_edit_line("sv> ", line, sizeof(line)))
  {
    char const *v[WORDS + 1] ;
    int n = split(line, v) ;
    if (!n || v[0][0] == '#') continue ;
    v[n < 0 ? 0 : n] = 0 ;
    if (n < 0) hf_warn("a quote is not closed") ;
    else if (n == 1 && (!strcmp(v[0], "exit") || !strcmp(v[0], "quit"))) break ;
    else if (n == 1 && (!strcmp(v[0], "help") || !strcmp(v[0], "?"))) help() ;
    else code = run_line(n, v) ;
  }
  return code ;
}
