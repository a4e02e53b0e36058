/* ISC license. */

/* The parts of sv verify. */

#ifndef SV_VERIFY_H
#define SV_VERIFY_H

typedef struct sv_finding_s sv_finding ;
struct sv_finding_s
{
  char const *name ;          /* how the directory in hand is called */
  char const *dir ;
  char const *scan ;          /* the scan directory it lies in */
  char const *base ;          /* its name there */
  unsigned int problems ;
} ;
extern sv_finding sv_found ;

extern void sv_problem (char const *const *words) ;
extern int sv_in_dir (char *path, char const *file) ;  /* path: HF_PATH bytes */
extern int sv_verify_service (char const *word, char const *dir, char const *scan, char const *base) ;

/* sv_lint.c */
extern void sv_verify_users (void) ;
extern void sv_verify_logs (void) ;

/* sv_values.c */
extern void sv_verify_values (void) ;
extern void sv_verify_not_for_logger (void) ;
extern void sv_verify_instance (void) ;
extern void sv_verify_control (void (*script) (char const *, int)) ;
extern void sv_verify_supervise (void) ;

#endif
