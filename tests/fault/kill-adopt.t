#!/bin/sh
# runsv killed before each system call of adopting what another runsv left, killed itself.

. "${0%/*}/../lib.sh"
. "$SRC/tests/fault/crash.sh"

crash 'killed while it adopts' adopt
done_testing
