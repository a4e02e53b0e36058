/* ISC license. */

/* The readers of account files and environment directories, fed what nobody would write:
   random bytes from a fixed seed, compared with the rules written down once more, plainly. */

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <holdfast/env.h>
#include "libholdfast/hf_accounts-internal.h"

#include "tap.h"

static uint32_t seed = 12345 ;

static unsigned int any (unsigned int n)
{
  seed ^= seed << 13 ;
  seed ^= seed >> 17 ;
  seed ^= seed << 5 ;
  return seed % n ;
}

static size_t scribble (char *s, size_t max, char const *letters, size_t n)
{
  size_t len = any((unsigned int)max + 1) ;
  for (size_t i = 0 ; i < len ; i++) s[i] = letters[any((unsigned int)n)] ;
  return len ;
}

/* Each line that is returned must be a line of the text with exactly six colons. */
static int lines (char const *text, size_t len)
{
  char const *s = text ;
  size_t left = len ;
  hf_fields f ;
  unsigned int got = 0, want = 0, colons = 0, any_byte = 0 ;
  for (size_t i = 0 ; i <= len ; i++)
  {
    if (i < len && text[i] != '\n') { any_byte = 1 ; colons += text[i] == ':' ; continue ; }
    want += colons == 6 && (i < len || any_byte) ;
    colons = any_byte = 0 ;
  }
  while (hf_accounts_line(&s, &left, 7, &f))
  {
    got++ ;
    for (unsigned int i = 0 ; i < 7 ; i++)
    {
      if (f.s[i] < text || f.s[i] + f.len[i] > text + len) return 0 ;
      if (memchr(f.s[i], ':', f.len[i]) || memchr(f.s[i], '\n', f.len[i])) return 0 ;
    }
  }
  return !left && got == want ;
}

static void accounts (void)
{
  static char const letters[] = "ab:::::::\n\n01\0" ;
  char *s ;
  int good = 1 ;
  for (int i = 0 ; i < 20000 && good ; i++)
  {
    char buf[96] ;
    size_t len = scribble(buf, sizeof(buf), letters, sizeof(letters)) ;
    s = malloc(len ? len : 1) ; /* exact size: the sanitizers see a byte too far */
    memcpy(s, buf, len) ;
    good = lines(s, len) ;
    free(s) ;
  }
  ok(good, "lines of an account file") ;
}

static void numbers (void)
{
  hf_fields f ;
  unsigned int id ;
  f.s[0] = "4294967294" ; f.len[0] = 10 ;
  ok(hf_accounts_id(&f, 0, &id) && id == 4294967294u, "the largest id") ;
  f.s[0] = "4294967295" ;
  ok(!hf_accounts_id(&f, 0, &id), "no id of all ones") ;
  f.s[0] = "00000000000000000000000000000012" ; f.len[0] = 32 ;
  ok(!hf_accounts_id(&f, 0, &id), "no id of any length") ;
  f.len[0] = 0 ;
  ok(!hf_accounts_id(&f, 0, &id), "no empty id") ;
}

static hf_env env ;

static int none (int what, char const *file)
{
  (void)what ;
  (void)file ;
  return 0 ;
}

/* The rules for a file, plainly. Length of the value, or -1: removed. */
static int rule (char const *s, int len, char *value)
{
  int n = 0 ;
  if (!len) return -1 ;
  while (n < len && s[n] != '\n') n++ ;
  while (n && (s[n - 1] == ' ' || s[n - 1] == '\t')) n-- ;
  for (int i = 0 ; i < n ; i++) value[i] = s[i] ? s[i] : '\n' ;
  value[n] = 0 ;
  return n ;
}

static int file_is (char const *s, size_t len)
{
  char const *const from[] = { "V=old", "W=other", 0 } ;
  char value[5001] ;
  int n = rule(s, (int)len, value) ;
  int fd = open("V", O_WRONLY | O_CREAT | O_TRUNC, 0600) ;
  if (fd < 0 || write(fd, s, len) < (ssize_t)len) return 0 ;
  close(fd) ;
  if (!hf_env_init(&env, from) || !hf_env_dir(&env, ".", 0, &none)) return 0 ;
  if (strcmp(env.v[0], "W=other")) return 0 ;
  if (n < 0) return env.n == 1 && !env.v[1] ;
  return env.n == 2 && !env.v[2] && !strncmp(env.v[1], "V=", 2) && strlen(env.v[1] + 2) == (size_t)n && !memcmp(env.v[1] + 2, value, (size_t)n) ;
}

static void files (void)
{
  static char const letters[] = "ab =\t \t \n\r\0" ;
  static char buf[5000] ;
  char dir[] = "/tmp/hf-unit.XXXXXX" ;
  int good = 1 ;
  if (!mkdtemp(dir) || chdir(dir) < 0) { ok(0, "a directory of our own") ; return ; }
  for (int i = 0 ; i < 600 && good ; i++) good = file_is(buf, scribble(buf, 12, letters, sizeof(letters))) ;
  ok(good, "short files of an environment directory") ;
  for (int i = 0 ; i < 60 && good ; i++) good = file_is(buf, scribble(buf, sizeof(buf), "ab\0 ", 4)) ;
  ok(good, "long files of an environment directory") ;
  unlink("V") ;
  if (chdir("/") >= 0) rmdir(dir) ;
}

int main (void)
{
  accounts() ;
  numbers() ;
  files() ;
  return done() ;
}
