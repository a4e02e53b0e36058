/* ISC license. */

/* The fuzz target as a unit test. */

#include "../fuzz/log_lines.c"
