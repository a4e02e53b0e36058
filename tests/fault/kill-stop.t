#!/bin/sh
# runsv killed before each system call of a stop, of a run told to be the last, of its own exit.

. "${0%/*}/../lib.sh"
. "$SRC/tests/fault/crash.sh"

crash 'killed while it stops the service' stop
crash 'killed while it lets a run be the last' once
crash 'killed while it leaves' exit
crash 'killed while it pauses and continues' pause
done_testing
