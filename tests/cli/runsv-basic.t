#!/bin/sh
# runsv as runit's: states, files, commands, the logger pipe, the exit.

. "${0%/*}/../lib.sh"

mkdir -p a/log
cat > a/run <<'R'
#!/bin/sh
echo "start $$"
exec sleep 1000
R
cat > a/finish <<'R'
#!/bin/sh
echo "finish $*"
R
cat > a/log/run <<'R'
#!/bin/sh
exec cat >> ../../lines
R
chmod +x a/run a/finish a/log/run
stat_is() { test "$(cat "$1/supervise/stat")" = "$2" ; }
pid_of() { cat "$1/supervise/pid" ; }
say() { printf %s "$2" > "$1/supervise/control" ; }

exits 'no argument is wrong usage' 1 runsv
is 'and usage says so' "$(head -n 1 err)" 'usage: runsv [-6] [-D] dir'
exits 'an unknown directory' 111 runsv nowhere
like 'is named' "$(cat err)" 'runsv nowhere: fatal: unable to change to dir: file does not exist'

runsv a 2>runsv.err & sup=$!
track $sup
check 'the service runs' until_ok 10 stat_is a run
check 'the logger runs' until_ok 10 stat_is a/log run
p=$(pid_of a)
check 'its pid is in the pid file' kill -0 "$p"
is 'status has 20 bytes' "$(wc -c < a/supervise/status)" 20
is 'status ends with the want up, no TERM, state run' "$(od -An -tx1 -j16 a/supervise/status | tr -d ' ')" 00750001
exits 'a second runsv is refused' 111 runsv a
like 'by the lock' "$(cat err)" '*runsv a: fatal: unable to lock supervise/lock: temporary failure'
like 'whose holder is named' "$(cat err)" "*supervise/lock is held by process $sup*"

say a d
check 'd takes it down' until_ok 10 stat_is a down
check 'the process is gone' hf_not test -e "/proc/$p"
check 'finish ran with -1 and the signal' until_ok 10 grep -q "^finish -1 15 a " lines
is 'the pid file is empty' "$(wc -c < a/supervise/pid)" 0
is 'status says down, want down' "$(od -An -tx1 -j12 a/supervise/status | tr -d ' ')" 0000000000640000
say a u
check 'u starts it again' until_ok 10 stat_is a run
p=$(pid_of a)
say a p
check 'p pauses' until_ok 10 stat_is a 'run, paused'
stopped() { grep -q '^State:.T' "/proc/$1/status" ; }
until_ok 10 stopped "$p"
say a t
check 'TERM is noted while paused' until_ok 10 stat_is a 'run, paused, got TERM'
say a c
check 'c lets it die and start again' until_ok 10 sh -c 'test "$(cat a/supervise/pid)" != '"$p"' && test "$(cat a/supervise/stat)" = run'
say a o
check 'o leaves it running' until_ok 10 stat_is a 'run, want down'
say a k
check 'k kills it, and once means once' until_ok 10 stat_is a down
check 'finish saw the KILL' until_ok 10 grep -q "^finish -1 9 a " lines
say a ku
check 'u after k gives one run' until_ok 10 stat_is a run
started() { test "$(grep -c '^start' lines)" = "$1" ; }
until_ok 10 started 4
kill -TERM $sup
wait $sup
is 'TERM stops everything, exit 0' $? 0
check 'main is down' stat_is a down
check 'the logger is down' stat_is a/log down
is 'each start was logged once' "$(grep -c '^start' lines)" 4
is 'nothing was said' "$(grep -v 'held by' runsv.err)" ''
# Whoever sees a service run can command it: ok and status are there before its first instruction.
mkdir early
cat > early/run <<'R'
#!/bin/sh
for f in ok status stat pid ; do test -e supervise/$f || echo "no $f" ; done > ../seen.new
test -p supervise/ok || echo 'ok is no FIFO' >> ../seen.new
echo looked >> ../seen.new
mv ../seen.new ../seen
exec sleep 1000
R
chmod +x early/run
runsv early & sup=$!
track $sup
until_ok 10 test -e seen
is 'all that clients ask for is there when run begins' "$(cat seen)" looked
kill $sup
wait $sup
done_testing
