/* What the files of hf_logdir share. */

#ifndef HF_LOGDIR_INTERNAL_H
#define HF_LOGDIR_INTERNAL_H

#include <dirent.h>
#include <holdfast/log.h>

extern void hf_logdir_defaults (hf_logdir *d) ;

/* The directory, opened anew for reading its entries; null and errno. */
extern DIR *hf_logdir_entries (hf_logdir const *d) ;

/* The archives: number; the oldest name in oldest, the newest in newest (28 bytes each, empty if none). */
extern int hf_logdir_count (hf_logdir const *d, char *oldest, char *newest, uint64_t *bytes) ;

/* Parts of the config file: text[n] may be written to. 1, or 0 and errno. */
extern int hf_logdir_config_text (hf_log *l, hf_logdir *d, char *text, size_t n) ;
extern uint64_t hf_logdir_config_size (char const *s) ;        /* digits, k m g */
extern int64_t hf_logdir_config_period (char const *s) ;      /* digits, s m h d: in ms */
extern void hf_logdir_config_rule (hf_logdir *d, char op, char const *pattern) ;
extern void hf_logdir_config_udp (hf_log *l, hf_logdir *d, char *s) ;
extern void hf_logdir_config_word (hf_log *l, hf_logdir *d, char *s) ;
extern void hf_logdir_config_outs (hf_log *l, hf_logdir *d) ;  /* after the last line */

#endif
