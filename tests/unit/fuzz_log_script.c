/* ISC license. */

/* The fuzz target as a unit test. */

#include "../fuzz/log_script.c"
