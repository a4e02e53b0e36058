/* ISC license. */

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <holdfast/ids.h>

#include "tap.h"

static hf_ids ids ;
static hf_account a ;
static hf_env env ;

static char const *get (char const *name)
{
  size_t n = strlen(name) ;
  for (size_t i = 0 ; env.v[i] ; i++)
    if (!strncmp(env.v[i], name, n) && env.v[i][n] == '=') return env.v[i] + n + 1 ;
  return 0 ;
}

static void numbers (void)
{
  unsigned int id = 7 ;
  ok(hf_id_scan("0", &id) && !id, "0 is an id") ;
  ok(hf_id_scan("4294967294", &id) && id == 4294967294u, "the largest id") ;
  ok(!hf_id_scan("4294967295", &id), "-1 in disguise is none") ;
  ok(!hf_id_scan("", &id) && !hf_id_scan("1x", &id) && !hf_id_scan("-1", &id) && !hf_id_scan("+1", &id), "only digits are one") ;
}

static void accounts (void)
{
  uid_t u = 5 ;
  gid_t g = 5 ;
  ok(hf_account_byname(&a, "root") == 1 && !a.uid && !a.gid && !strcmp(a.name, "root") && *a.home == '/', "root by name") ;
  ok(hf_account_byuid(&a, 0) == 1 && !strcmp(a.name, "root"), "root by uid") ;
  ok(!hf_account_byname(&a, "no-such-account") && !hf_account_byname(&a, ""), "unknown accounts") ;
  ok(!hf_account_byname(&a, "root:x") && !hf_account_byname(&a, "roo") && !hf_account_byname(&a, "root\n"), "no part of a line is a name") ;
  ok(hf_group_byname(&g, "root") == 1 && !g, "a group") ;
  ok(!hf_group_byname(&g, "no-such-group"), "an unknown group") ;
  g = 5 ;
  ok(hf_user_scan("root", &u, &g) == 1 && !u && !g, "a user word by name") ;
  g = 5 ;
  ok(hf_user_scan("0", &u, &g) == 1 && !u && !g, "a user word by number has a login group") ;
  g = 5 ;
  ok(hf_user_scan("3999999", &u, &g) == 1 && u == 3999999 && g == 5, "a number without account keeps the group") ;
  ok(!hf_user_scan("no-such-account", &u, &g), "an unknown user word") ;
  ok(hf_group_scan("77", &g) == 1 && g == 77, "a group word by number") ;
}

static void specs (void)
{
  ok(hf_ids_spec(&ids, "root") == 1 && !ids.uid && !ids.gid && ids.n == 1, "user alone: the login group") ;
  ok(hf_ids_spec(&ids, ":1:2:3") == 1 && ids.uid == 1 && ids.gid == 2 && ids.n == 2 && ids.groups[1] == 3, "numbers") ;
  ok(hf_ids_spec(&ids, "::") == -2 && hf_ids_spec(&ids, ":") == -2 && hf_ids_spec(&ids, "::5") == -2
    && hf_ids_spec(&ids, ":5") == -2 && hf_ids_spec(&ids, ":5:") == -2 && hf_ids_spec(&ids, ":5x:6") == -2, "wrong numbers") ;
  ok(!hf_ids_spec(&ids, "") && !hf_ids_spec(&ids, "root:") && !hf_ids_spec(&ids, "root:no-such-group")
    && !hf_ids_spec(&ids, "no-such-account"), "unknown names") ;
  ok(hf_ids_spec(&ids, "root:root:root") == 1 && ids.n == 2, "the list is taken as it is") ;
}

static void environment (void)
{
  char const *const from[] = { "A=1", "UID=x", "B=2", "UID=y", 0 } ;
  ok(hf_env_init(&env, from) && hf_ids_env(&env, 12, 34), "ids into an environment") ;
  ok(env.n == 4 && !strcmp(get("UID"), "12") && !strcmp(get("GID"), "34") && !strcmp(get("A"), "1"), "old values are gone") ;
  ok(hf_account_byname(&a, "root") == 1 && hf_account_env(&env, &a) && !strcmp(get("USER"), "root")
    && !strcmp(get("HOME"), a.home), "an account into an environment") ;
  ok(!hf_env_put(&env, "", "x") && !hf_env_put(&env, "a=b", "x"), "no such variable names") ;
}

/* Exit code of f in a child, which may give up its privileges. */
static int child (int (*f) (void))
{
  int w ;
  pid_t pid = fork() ;
  if (!pid) _exit(f()) ;
  if (pid < 0 || waitpid(pid, &w, 0) < 0) return -1 ;
  return w ;
}

static int become (void)
{
  gid_t g[4] ;
  if (hf_ids_spec(&ids, ":4242:4243:4244") != 1 || hf_ids_become(&ids, 0) < 0) return 1 ;
  if (getuid() != 4242 || geteuid() != 4242 || getgid() != 4243) return 2 ;
  if (getgroups(4, g) != 2 || (g[0] != 4243 && g[1] != 4243)) return 3 ;
  return setuid(0) >= 0 ? 4 : 0 ;
}

static int liar (void)
{
  char const *what = 0 ;
  if (hf_ids_spec(&ids, ":4242:4243") != 1) return 1 ;
  return hf_ids_verify(&ids, 0, &what) < 0 && errno == EPERM && what ? 0 : 2 ;
}

static int halfway (void)
{
  char const *what = 0 ;
  if (hf_ids_spec(&ids, ":4242:4243") != 1) return 1 ;
  if (setgid(4243) < 0 || setegid(4243) < 0) return 2 ;
  if (seteuid(4242) < 0) return 3 ;
  return hf_ids_verify(&ids, 0, &what) < 0 ? 0 : 4 ;
}

static int refused (void)
{
  char const *what = 0 ;
  if (!geteuid() && setuid(4242) < 0) return 1 ;
  if (hf_ids_spec(&ids, ":0:0") != 1) return 2 ;
  return hf_ids_become(&ids, &what) < 0 && errno == EPERM && what && !strcmp(what, "setgroups") ? 0 : 3 ;
}

int main (void)
{
  numbers() ;
  accounts() ;
  specs() ;
  environment() ;
  ok(!child(&liar), "ids that are not there are not verified") ;
  ok(!child(&refused), "an ordinary user gets nowhere") ;
  if (!geteuid())
  {
    ok(!child(&become), "root becomes somebody for good") ;
    ok(!child(&halfway), "an effective id alone is not verified") ;
  }
  return done() ;
}
