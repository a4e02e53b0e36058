#!/bin/sh
# runsv killed on the ways that policy files add.

. "${0%/*}/../lib.sh"
. "$SRC/tests/fault/crash.sh"

crash_some 2 'with control scripts that do the job, and a KILL after its time' stop timeout-kill=30 nap=2 control/t=@ control/d=@
crash_some 3 'with a control script that leaves it to runsv, in a process group' stop kill-mode=group control-exit=1 control/t=@ nap=2
crash_some 3 'with a control script before the start' restart control/u=@ control-exit=1 nap=1
crash_some 4 'with everything swept after a run' death kill-mode=tree timeout-kill=100
crash_some 5 'with readiness' start notification-fd=4 ready=4
crash_some 3 'giving up' giveup
crash_some 4 'in the convention of s6' death convention=s6
done_testing
