/* An environment under construction. It starts as a copy of the pointers of another; changes
   leave that one alone. Memory is in the structure for usual sizes, and mapped beyond: nothing
   is ever freed, since an exec follows. */

#ifndef HF_ENV_H
#define HF_ENV_H

#include <stddef.h>

#define HF_ENV_VARS 128
#define HF_ENV_TEXT 4096

/* Large: programs use the one below. */
typedef struct hf_env_s hf_env ;
struct hf_env_s
{
  char const **v ;            /* always null-terminated: what exec wants */
  size_t n ;
  size_t max ;
  char *text ;                /* room for new strings */
  size_t left ;
  char const *first_v[HF_ENV_VARS] ;
  char first_text[HF_ENV_TEXT] ;
} ;

/* It lies behind all other data: a program that does not touch it, or not all of it, does not
   pay for its pages, and what the C library touches at start-up stays in one page. */
extern hf_env hf_env_here ;

/* Starts from an environment, or empty where from is null. 1, or 0 and errno. */
extern int hf_env_init (hf_env *e, char const *const *from) ;

/* Sets a variable; a null value removes it. All older ones of that name go. An empty name, or
   one with '=', is EINVAL. 1, or 0 and errno. */
extern int hf_env_put (hf_env *e, char const *name, char const *value) ;

/* Reads an environment directory (envdir, chpst -e): one variable per file; a file without a
   byte removes its variable; else the first line, less trailing blanks and tabs, with null bytes
   as newlines, is the value. Names starting with a dot are not looked at. */
enum hf_envdir_trouble
{
  HF_ENVDIR_DIR,              /* the directory cannot be opened or read: errno */
  HF_ENVDIR_FILE,             /* file cannot be read, or is a dangling link: errno */
  HF_ENVDIR_SUBDIR,           /* file is a directory: errno EISDIR */
  HF_ENVDIR_NAME,             /* file's name has a '=' in it */
  HF_ENVDIR_MEMORY            /* errno */
} ;

/* trouble is called for each; it returns 1 to go on without that file, 0 to give up. prefix
   (or null) goes before each name. 1, or 0 if it gave up. */
extern int hf_env_dir (hf_env *e, char const *dir, char const *prefix, int (*trouble) (int what, char const *file)) ;

/* Memory that is never freed: n bytes, or null and errno. */
extern void *hf_env_alloc (size_t n) ;

#endif
