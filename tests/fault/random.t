#!/bin/sh
# Kills, commands, deaths and upgrades in a random order for some seconds. A failure prints its
# seed: CRASHTEST_SEED=N runs the same order again (the moments differ).

. "${0%/*}/../lib.sh"
. "$SRC/tests/fault/crash.sh"

CRASHTEST_MS=5000 ; export CRASHTEST_MS
check 'one order, always the same' env CRASHTEST_SEED=20260101 crashtest random
check 'another each time' crashtest random
done_testing
