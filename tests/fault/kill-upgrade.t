#!/bin/sh
# runsv killed before each system call of its upgrade in place, in the old image and the new.

. "${0%/*}/../lib.sh"
. "$SRC/tests/fault/crash.sh"

crash 'killed while it executes itself' upgrade
done_testing
