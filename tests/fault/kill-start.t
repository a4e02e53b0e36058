#!/bin/sh
# runsv killed before each system call of its start: one copy, the same one after, no line lost.

. "${0%/*}/../lib.sh"
. "$SRC/tests/fault/crash.sh"

crash 'killed while it starts' start
done_testing
