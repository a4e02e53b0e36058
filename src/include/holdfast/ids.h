/* Accounts, and becoming one of them for good.

   Accounts are looked up in /etc/passwd and /etc/group by a reader of our own, which costs
   three system calls; what is not found there is asked of the C library (nscd, for musl),
   except in a static glibc build, which must not load NSS modules. In a shared glibc build the
   library alone is asked, since nsswitch.conf may put other sources first. */

#ifndef HF_IDS_H
#define HF_IDS_H

#include <sys/types.h>

#include <holdfast/env.h>

#define HF_IDS_MAX 1024       /* groups */
#define HF_ACCOUNT_TEXT 1024

typedef struct hf_account_s hf_account ;
struct hf_account_s
{
  uid_t uid ;
  gid_t gid ;                 /* the login group */
  char const *name ;          /* these point into text */
  char const *home ;
  char const *shell ;
  int foreign ;               /* not from /etc/passwd */
  char text[HF_ACCOUNT_TEXT] ;
} ;

/* Not initialised by anyone: only the groups in use are touched. */
typedef struct hf_ids_s hf_ids ;
struct hf_ids_s
{
  uid_t uid ;
  gid_t gid ;
  unsigned int n ;            /* supplementary groups; the kernel's list becomes exactly these */
  gid_t groups[HF_IDS_MAX] ;
} ;

/* Look-ups: 1 found, 0 there is none, -1 could not be known (errno). */
extern int hf_account_byname (hf_account *a, char const *name) ;
extern int hf_account_byuid (hf_account *a, uid_t uid) ;
extern int hf_group_byname (gid_t *gid, char const *name) ;

/* A user or group by name, or else by decimal number. A user's login group goes to *gid
   (if not null) where the user has an account, else *gid is left alone. As above. */
extern int hf_user_scan (char const *word, uid_t *uid, gid_t *gid) ;
extern int hf_group_scan (char const *word, gid_t *gid) ;

/* Whole decimal numbers, digits only; (uid_t)-1 means "no change" to the kernel and is
   refused. 1, or 0. */
extern int hf_id_scan (char const *word, unsigned int *id) ;

/* The account's uid and login group; the groups are that one alone, or, with supplementary,
   all groups /etc/group gives the account. 1, or -1 and errno (E2BIG too many). */
extern int hf_ids_account (hf_ids *ids, hf_account const *a, int supplementary) ;

/* chpst's "user[:group[:group...]]" or ":uid:gid[:gid...]": the first group is the gid, all
   groups listed are the supplementary ones. 1; 0 unknown user or group; -1 errno; -2 bad
   numbers. */
extern int hf_ids_spec (hf_ids *ids, char const *spec) ;

/* Becomes these ids: groups, gid, uid, each in all its forms; then hf_ids_verify. 0, or -1 and
   errno, and *what (if not null) says which step: "set groups" and so on. After a failure the
   process is in no defined state: it must exit. */
extern int hf_ids_become (hf_ids const *ids, char const **what) ;

/* For a caller that keeps privileges on its way (capabilities): the two halves. Verify
   compares real, effective and saved ids and the groups with what the kernel says, and tries
   to get root back, which must fail, unless ids.uid is 0 or may_return. EPERM: it is not so. */
extern int hf_ids_set (hf_ids const *ids, char const **what) ;
extern int hf_ids_verify (hf_ids const *ids, int may_return, char const **what) ;

/* UID and GID into an environment; HOME, USER, LOGNAME, SHELL into an environment.
   1, or 0 and errno. */
extern int hf_ids_env (hf_env *e, uid_t uid, gid_t gid) ;
extern int hf_account_env (hf_env *e, hf_account const *a) ;

#endif
