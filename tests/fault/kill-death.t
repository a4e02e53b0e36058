#!/bin/sh
# runsv killed before each system call of a death, its finish and the start after it.

. "${0%/*}/../lib.sh"
. "$SRC/tests/fault/crash.sh"

crash 'killed while the service dies and is started again' death
crash 'killed while it is told to restart it' restart
crash 'killed while the logger dies and is started again' logdeath
done_testing
