/* ISC license. */

/* chainshow WORD...: prints what a chain has made of this process, a line for each word:
     ids       real, effective, saved uid and gid; groups, sorted; can it become root again
     env NAME  the variable's value, or "unset"
     name      argv[0]
     fds       open descriptors below 64
     session   yes, if it leads one
     alarm     seconds until an alarm, or none */

#include <skalibs/nonposix.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

static int compare (void const *a, void const *b)
{
  gid_t x = *(gid_t const *)a, y = *(gid_t const *)b ;
  return (x > y) - (x < y) ;
}

static void ids (void)
{
  static gid_t g[65536] ;
  uid_t r, e, s ;
  int n = getgroups(65536, g) ;
  getresuid(&r, &e, &s) ;
  printf("uid=%u,%u,%u", (unsigned int)r, (unsigned int)e, (unsigned int)s) ;
  getresgid(&r, &e, &s) ;
  printf(" gid=%u,%u,%u groups=", (unsigned int)r, (unsigned int)e, (unsigned int)s) ;
  if (n > 0) qsort(g, (size_t)n, sizeof(gid_t), &compare) ;
  for (int i = 0 ; i < n ; i++) printf("%s%u", i ? "," : "", (unsigned int)g[i]) ;
  printf(" root=%s\n", setuid(0) < 0 ? "never" : "yes") ;
}

static void fds (void)
{
  for (int i = 0 ; i < 64 ; i++) if (fcntl(i, F_GETFD) >= 0) printf("%d ", i) ;
  printf("\n") ;
}

static void variable (char const *name)
{
  char const *s = getenv(name) ;
  if (s) printf("[%s]\n", s) ;
  else printf("unset\n") ;
}

int main (int argc, char **argv)
{
  struct itimerval it ;
  for (int i = 1 ; i < argc ; i++)
  {
    if (!strcmp(argv[i], "ids")) ids() ;
    else if (!strcmp(argv[i], "env") && argv[i + 1]) variable(argv[++i]) ;
    else if (!strcmp(argv[i], "name")) printf("%s\n", argv[0]) ;
    else if (!strcmp(argv[i], "fds")) fds() ;
    else if (!strcmp(argv[i], "session")) printf("%s\n", getsid(0) == getpid() ? "yes" : "no") ;
    else if (!strcmp(argv[i], "alarm"))
    {
      getitimer(ITIMER_REAL, &it) ;
      if (it.it_value.tv_sec || it.it_value.tv_usec) printf("%ld\n", (long)it.it_value.tv_sec) ;
      else printf("none\n") ;
    }
    else return 100 ;
  }
  return 0 ;
}
