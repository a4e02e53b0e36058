#!/bin/sh
# Every system call of runsv fails once, with each of the errors of a machine in trouble: the
# service and its log go on as if nothing had been. See tests/helpers/crashtest.c.

. "${0%/*}/../lib.sh"
. "$SRC/tests/fault/crash.sh"

# fail ERROR 'words' PART/PARTS SCENARIO
fail() { check "$2" env CRASHTEST_FAIL="$1" CRASHTEST_PART="$3" crashtest "$4" ; }
EIO=5 ENOMEM=12 EMFILE=24 ENOSPC=28 EROFS=30
fail $ENOSPC 'a full disk, in a death' 1/3 death
fail $EIO 'a failing disk, in a death' 2/3 death
fail $ENOMEM 'no memory, in a stop' 1/2 stop
fail $EMFILE 'no descriptors, in a restart' 1/3 restart
fail $EROFS 'a disk gone read-only, in a stop' 1/2 stop
fail $EIO 'a failing disk, when the logger dies' 1/2 logdeath
fail $ENOMEM 'no memory, at the start' 1/8 start
fail $ENOSPC 'a full disk, when it adopts' 1/5 adopt
fail $EIO 'a failing disk, in an upgrade' 1/5 upgrade
done_testing
