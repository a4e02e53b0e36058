/* Messages and exit codes. One message is one line and one write(2) to stderr, so that the
   lines of many processes sharing a stderr do not mix.
   Shape (runit, daemontools): "PROG: LEVEL: WORDS[: REASON]\n"; PROG is skalibs' global, set
   first in every main. REASON is the error word of hf_error_text, which scripts grep for. */

#ifndef HF_MESSAGE_H
#define HF_MESSAGE_H

#include <stddef.h>

#include <skalibs/strerr.h>

/* Exit codes that are not a peer's own. */
#define HF_EXIT_TIMEOUT 99    /* a wait ran out of time */
#define HF_EXIT_USAGE 100     /* wrong usage or bad input */
#define HF_EXIT_UNSUPERVISED 102
#define HF_EXIT_SYSTEM 111    /* a system call failed; may be temporary */
#define HF_EXIT_NOEXEC 126    /* the next program could not be executed */
#define HF_EXIT_NOTFOUND 127  /* the next program does not exist */

/* The lower-case error word of runit and daemontools for an errno value ("file does not
   exist"), or the C library's text where they have none. Static storage, never null. */
extern char const *hf_error_text (int e) ;

/* 1: a line that stderr would not take at once is dropped instead of waited for. Set by
   supervisors once they run; 0 at start. */
extern int hf_message_nowait ;

/* Writes one line. words is a null-terminated list; err 0 means no REASON; a level of null
   leaves out "LEVEL: ". Keeps errno. Lines are cut at 2047 bytes; control bytes other than
   tab are written as '?', so that a hostile name cannot drive a terminal. */
extern void hf_message (char const *level, int err, char const *const *words) ;

#define hf_words(...) ((char const *const []){ __VA_ARGS__, 0 })
#define hf_warn(...) hf_message("warning", 0, hf_words(__VA_ARGS__))
#define hf_warnsys(...) hf_message("warning", errno, hf_words(__VA_ARGS__))
#define hf_info(...) hf_message("info", 0, hf_words(__VA_ARGS__))
#define hf_die(code, ...) do { hf_message("fatal", 0, hf_words(__VA_ARGS__)) ; _exit(code) ; } while (0)
#define hf_diesys(code, ...) do { hf_message("fatal", errno, hf_words(__VA_ARGS__)) ; _exit(code) ; } while (0)

/* Bytes of the UTF-8 character of more than one byte at s, of which there are n; 0 if it is none. */
extern size_t hf_utf8 (char const *s, size_t n) ;

/* Writes "usage: TEXT" the way runit does when runit_style (blank line after it), else
   "PROG: usage: TEXT"; exits with code. */
extern void hf_die_usage (int code, char const *text, int runit_style) __attribute__((noreturn)) ;

/* "-V": prints "PROG (holdfast) VERSION" on stdout and exits 0. Every program calls it
   first in main: returns at once unless argv[1] is exactly "-V". */
extern void hf_version (char const *prog, int argc, char const *const *argv) ;

/* Executes argv[0], searched in PATH, with environment envp. On failure says
   "PROG: fatal: unable to run: ARGV0: REASON" and exits 111 if code_compat, else 127 where
   it was not found and 126 otherwise. Never returns. */
extern void hf_exec (char const *const *argv, char const *const *envp, int code_compat) __attribute__((noreturn)) ;

#endif
