#!/bin/sh
# runit's runsvdir with our runsv: whoever exchanges only that program.
. "${0%/*}/../lib.sh"
peer=/usr/bin
test -x $peer/runsvdir || skip_all "runit is not installed"

mkdir -p tree services/a/log/main services/b
printf '#!/bin/sh\necho hello\nexec sleep 1000\n' > services/a/run
printf '#!/bin/sh\nexec svlogd -t ./main\n' > services/a/log/run
printf '#!/bin/sh\nexec sleep 1000\n' > services/b/run
chmod +x services/*/run services/a/log/run
ln -s ../services/a tree/a
SVDIR=$T/tree
export SVDIR
$peer/runsvdir tree & p=$!
track $p
state() { test "$(cut -d: -f1 <<END
$(sv status "$1")
END
)" = "$2" ; }
check 'a service comes up' until_ok 20 state a run
check 'under our runsv' test "$(readlink /proc/"$(sed -n 's/^PPid:[^0-9]*//p' /proc/"$(cat services/a/supervise/pid)"/status)"/exe)" = "$BUILD/bin/runsv"
check 'its logger writes' until_ok 20 grep -q hello services/a/log/main/current
ln -s ../services/b tree/b
check 'a new service comes up' until_ok 30 state b run
rm tree/b
b_gone() { sv status ./services/b | grep -q 'runsv not running' ; }
check 'a removed one goes' until_ok 30 b_gone
sv -w 20 restart a >/dev/null
is 'sv restart' $? 0
a_gone() { sv status ./services/a | grep -q 'runsv not running' ; }
kill -HUP $p
wait $p
is 'HUP: their runsvdir exits 111' $? 111
check 'and our runsv has gone' until_ok 20 a_gone

# A service moves while runit's runsvdir goes on: another runsv is in its PATH.
mkdir bin other
ln -s $peer/runsv bin/runsv
ln -s ../services/b other/b
( PATH=$T/bin:$PATH exec $peer/runsvdir other ) & p=$!
track $p
under() { # under RUNSV: which one looks after b
  b=$(cat services/b/supervise/pid) && test -n "$b" &&
    test "$(readlink /proc/"$(sed -n 's/^PPid:[^0-9]*//p' /proc/"$b"/status)"/exe)" = "$1"
}
check 'first under their runsv' until_ok 30 under $peer/runsv
ln -s "$BUILD/bin/runsv" bin/new && mv bin/new bin/runsv
$peer/sv exit ./services/b
check 'after sv exit under ours' until_ok 30 under "$BUILD/bin/runsv"
kill -HUP $p
wait $p
check 'HUP ends that, too' until_ok 20 b_gone
done_testing
