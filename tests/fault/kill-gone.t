#!/bin/sh
# runsv killed before each system call of finding out that the service died while nobody watched.

. "${0%/*}/../lib.sh"
. "$SRC/tests/fault/crash.sh"

crash 'killed while it finds the run dead' gone
done_testing
