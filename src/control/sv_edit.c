/* ISC license. */

/* A small line editor: cursor keys, history, completion of commands and names. It knows one
   line on one row and the ANSI sequences every terminal has. */

#include <skalibs/nonposix.h>

#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>

#include "sv.h"
#include "sv_edit.h"

#define HISTORY 100
#define LINE 4096

struct edit
{
  char const *prompt ;
  char *s ;
  size_t max, len, at ;
  unsigned int back ;         /* lines back in the history */
} ;

static struct { char *line[HISTORY] ; unsigned int n ; } history ;

static void remember (char const *s)
{
  if (!*s || (history.n && !strcmp(history.line[(history.n - 1) % HISTORY], s))) return ;
  if (history.n >= HISTORY) free(history.line[history.n % HISTORY]) ;
  history.line[history.n++ % HISTORY] = strdup(s) ;
}

static void show (struct edit const *e)
{
  size_t after = 0 ;
  for (size_t i = e->at ; i < e->len ; i++) after += (e->s[i] & 0xc0) != 0x80 ;
  sv_put("\r") ;
  sv_put(e->prompt) ;
  sv_put_safe(e->s, e->len) ;
  sv_put("\033[K") ;
  if (after) { sv_put("\033[") ; sv_put_uint(after) ; sv_put("D") ; }
  sv_flush() ;
}

static void insert (struct edit *e, char const *s, size_t n)
{
  if (e->len + n >= e->max) return ;
  memmove(e->s + e->at + n, e->s + e->at, e->len - e->at) ;
  memcpy(e->s + e->at, s, n) ;
  e->len += n ;
  e->at += n ;
}

static void cut (struct edit *e, size_t from, size_t to)
{
  memmove(e->s + from, e->s + to, e->len - to) ;
  e->len -= to - from ;
  e->at = from ;
}

static size_t left_of (struct edit const *e)
{
  size_t i = e->at ;
  while (i && (e->s[--i] & 0xc0) == 0x80) ;
  return i ;
}

static size_t right_of (struct edit const *e)
{
  size_t i = e->at ;
  if (i < e->len) i++ ;
  while (i < e->len && (e->s[i] & 0xc0) == 0x80) i++ ;
  return i ;
}

static size_t word_left (struct edit const *e)
{
  size_t i = e->at ;
  while (i && e->s[i - 1] == ' ') i-- ;
  while (i && e->s[i - 1] != ' ') i-- ;
  return i ;
}

static void go_back (struct edit *e, int by)
{
  char const *s = "" ;
  unsigned int most = history.n < HISTORY ? history.n : HISTORY ;
  if ((by < 0 && !e->back) || (by > 0 && e->back == most)) return ;
  e->back = (unsigned int)((int)e->back + by) ;
  if (e->back) s = history.line[(history.n - e->back) % HISTORY] ;
  if (!s) s = "" ;
  e->len = e->at = 0 ;
  insert(e, s, strlen(s)) ;
}

/* Completion */

static char const *const commands[] =
{
  "status", "start", "stop", "restart", "reload", "try-restart", "check", "up", "down", "once", "pause", "cont", "hup", "alarm",
  "interrupt", "quit", "term", "kill", "exit", "shutdown", "force-stop", "force-restart", "force-reload", "force-shutdown",
  "list", "log", "why", "signal", "rolling", "enable", "disable", "scale", "reset", "upgrade", "verify", "tree", "metrics", "help",
} ;

struct candidates
{
  char const *word ;
  size_t len ;
  char common[HF_NAME] ;      /* what all of them begin with */
  unsigned int n ;
} ;

static int candidate (char const *name, void *data)
{
  struct candidates *c = data ;
  size_t i = 0 ;
  if (strncmp(name, c->word, c->len) || strlen(name) >= sizeof(c->common)) return 0 ;
  if (!c->n++) memcpy(c->common, name, strlen(name) + 1) ;
  while (c->common[i] && c->common[i] == name[i]) i++ ;
  c->common[i] = 0 ;
  return 0 ;
}

static int print_candidate (char const *name, void *data)
{
  struct candidates const *c = data ;
  if (!strncmp(name, c->word, c->len)) { sv_put_name(name) ; sv_put("  ") ; }
  return 0 ;
}

static void over_candidates (int first, int (*f) (char const *, void *), struct candidates *c)
{
  if (!first) hf_service_each(hf_scandir(), "*", f, c) ;
  else for (unsigned int i = 0 ; i < sizeof(commands) / sizeof(commands[0]) ; i++) (*f)(commands[i], c) ;
}

static void complete (struct edit *e)
{
  char word[HF_NAME] ;
  struct candidates c = { .word = word, .n = 0 } ;
  size_t from = e->at ;
  int first ;
  while (from && e->s[from - 1] != ' ') from-- ;
  c.len = e->at - from ;
  if (c.len >= sizeof(word)) return ;
  memcpy(word, e->s + from, c.len) ;
  word[c.len] = 0 ;
  first = strspn(e->s, " ") >= from ;
  over_candidates(first, &candidate, &c) ;
  if (!c.n) return ;
  insert(e, c.common + c.len, strlen(c.common) - c.len) ;
  if (c.n == 1) { insert(e, " ", 1) ; return ; }
  if (c.common[c.len]) return ;
  sv_put("\r\n") ;
  over_candidates(first, &print_candidate, &c) ;
  sv_put("\r\n") ;
}

/* Keys */

static int read_byte (char *c)
{
  return fd_read(0, c, 1) == 1 ;
}

static void escape (struct edit *e)
{
  char a, b, c ;
  if (!read_byte(&a) || !read_byte(&b)) return ;
  if (a != '[' && a != 'O') return ;
  if (b >= '0' && b <= '9')
  {
    if (!read_byte(&c)) return ;
    if (b == '3' && c == '~') cut(e, e->at, right_of(e)) ;
    b = b == '1' || b == '7' ? 'H' : b == '4' || b == '8' ? 'F' : 0 ;
  }
  switch (b)
  {
    case 'A' : go_back(e, 1) ; break ;
    case 'B' : go_back(e, -1) ; break ;
    case 'C' : e->at = right_of(e) ; break ;
    case 'D' : e->at = left_of(e) ; break ;
    case 'H' : e->at = 0 ; break ;
    case 'F' : e->at = e->len ; break ;
    default : break ;
  }
}

/* 1 the line is complete, 0 go on, -1 the end. */
static int key (struct edit *e, char c)
{
  switch (c)
  {
    case '\r' :
    case '\n' : return 1 ;
    case 1 : e->at = 0 ; break ;                              /* ^A */
    case 2 : e->at = left_of(e) ; break ;                     /* ^B */
    case 3 : e->len = e->at = 0 ; return 1 ;                  /* ^C */
    case 4 :                                                  /* ^D */
      if (!e->len) return -1 ;
      cut(e, e->at, right_of(e)) ;
      break ;
    case 5 : e->at = e->len ; break ;                         /* ^E */
    case 6 : e->at = right_of(e) ; break ;                    /* ^F */
    case 9 : complete(e) ; break ;
    case 8 :
    case 127 : cut(e, left_of(e), e->at) ; break ;
    case 11 : e->len = e->at ; break ;                        /* ^K */
    case 12 : sv_put("\033[H\033[2J") ; break ;               /* ^L */
    case 14 : go_back(e, -1) ; break ;                        /* ^N */
    case 16 : go_back(e, 1) ; break ;                         /* ^P */
    case 21 : cut(e, 0, e->at) ; break ;                      /* ^U */
    case 23 : cut(e, word_left(e), e->at) ; break ;           /* ^W */
    case 27 : escape(e) ; break ;
    default : if ((unsigned char)c >= 32) insert(e, &c, 1) ;
  }
  return 0 ;
}

static int edit (char const *prompt, char *line, size_t n)
{
  struct edit e = { .prompt = prompt, .s = line, .max = n - 1 } ;
  int r = 0 ;
  char c ;
  show(&e) ;
  while (!r)
  {
    if (!read_byte(&c)) r = -1 ;
    else r = key(&e, c) ;
    if (!r) show(&e) ;
  }
  line[e.len] = 0 ;
  sv_put("\r\n") ;
  sv_flush() ;
  if (r > 0) remember(line) ;
  return r > 0 ;
}

static int plain (char *line, size_t n)
{
  size_t len = 0 ;
  char c ;
  int any = 0 ;
  while (read_byte(&c))
  {
    any = 1 ;
    if (c == '\n') break ;
    if (len + 1 < n) line[len++] = c ;
  }
  line[len] = 0 ;
  return any ;
}

int sv_edit_line (char const *prompt, char *line, size_t n)
{
  struct termios old, raw ;
  int r ;
  if (!isatty(0) || !isatty(1) || tcgetattr(0, &old) < 0) return plain(line, n) ;
  raw = old ;
  raw.c_iflag &= (tcflag_t)~(ICRNL | IXON) ;
  raw.c_lflag &= (tcflag_t)~(ECHO | ICANON | ISIG | IEXTEN) ;
  raw.c_cc[VMIN] = 1 ;
  raw.c_cc[VTIME] = 0 ;
  tcsetattr(0, TCSADRAIN, &raw) ;
  r = edit(prompt, line, n) ;
  tcsetattr(0, TCSADRAIN, &old) ;
  return r ;
}
