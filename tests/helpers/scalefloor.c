/* ISC license. */

/* The limit that tests/bench/scale compares with: a pair of programs that do nothing but start
   again what died. "scalefloor DIR" starts "scalefloor -s NAME" for each entry of DIR. TERM ends
   it all. */

#include <skalibs/nonposix.h>

#include <dirent.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include <sys/wait.h>

static pid_t volatile child ;
static int volatile over ;

static void end (int sig)
{
  over = 1 ;
  if (child) kill(child, sig) ;
}

static pid_t launch (char const *file, char const *option, char const *arg)
{
  pid_t pid = vfork() ;
  if (!pid) { execl(file, file, option, arg, (char *)0) ; _exit(127) ; }
  return pid ;
}

static int supervise (char const *dir)
{
  if (chdir(dir) < 0) return 111 ;
  while (!over)
  {
    child = launch("./run", (char *)0, (char *)0) ;
    while (waitpid(child, 0, 0) < 0) ;
  }
  return 0 ;
}

static int scan (char const *self, char const *dir)
{
  static pid_t pids[100000] ;
  int n = 0 ;
  struct dirent *d ;
  DIR *x = opendir(dir) ;
  if (!x || chdir(dir) < 0) return 111 ;
  while ((d = readdir(x)) && n < 100000) if (d->d_name[0] != '.') pids[n++] = launch(self, "-s", d->d_name) ;
  closedir(x) ;
  while (!over) pause() ;
  for (int i = 0 ; i < n ; i++) kill(pids[i], SIGTERM) ;
  while (wait(0) > 0) ;
  return 0 ;
}

int main (int argc, char const *const *argv)
{
  signal(SIGTERM, &end) ;
  if (argc == 3 && !strcmp(argv[1], "-s")) return supervise(argv[2]) ;
  return argc == 2 ? scan(argv[0], argv[1]) : 100 ;
}
