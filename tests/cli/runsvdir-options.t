#!/bin/sh
# runsvdir: the log argument, -S, -P, -6, -R, directories made in place, and runsvchdir.
. "${0%/*}/../lib.sh"

service() { # service NAME 'COMMANDS'
  rm -rf "$T/made"
  mkdir -p "$T/made"
  { echo '#!/bin/sh' ; echo "$2" ; } > "$T/made/run"
  chmod +x "$T/made/run"
  mv "$T/made" "${3-sv}/$1"
}
dead() { ! kill -0 "$1" 2>/dev/null || grep -q '^State:.Z' "/proc/$1/status" ; }
ended() {
  until_ok 20 dead $dir || { kill -KILL $dir ; }
  wait $dir
}
has_pid() { test -s "$1/supervise/pid" ; }
args() { { tr '\0' ' ' < "/proc/$1/cmdline" ; } 2>/dev/null ; }

# The log argument.
mkdir sv
service talk 'echo some last words >&2 ; exec sleep 1000'
room=$(printf '%0200d' 0 | tr 0 .)
runsvdir -t sv "log: $room" 2>err.dir & dir=$!
track $dir
check 'stderr is seen in the argument' until_ok 10 eval 'hf_like "$(args $dir)" "runsvdir -t sv log: *some last words*"'
like '... which keeps its length' "$(args $dir | wc -c)" '*221*'
service flood 'head -c 300000 /dev/zero | tr "\0" x >&2 && echo ok > ../../flooded ; exec sleep 1000'
check 'a flood on it blocks and loses nobody' until_ok 10 test -s flooded
cp "$BUILD/bin/runsvdir" .
kill -ALRM $dir
service after 'echo after the upgrade >&2 ; exec sleep 1000'
check '... and after an upgrade' until_ok 10 eval 'hf_like "$(args $dir)" "*after the upgrade*"'
kill -TERM $dir
ended
is '... and it ends' $? 0

rm -rf sv
mkdir sv
service late 'trap "" PIPE ; until test -e ../../go ; do sleep 0.02 ; done ; echo later >&2 || echo lost > ../../lost ; echo > ../../wrote ; exec sleep 1000'
runsvdir sv 'log: ..............................' & dir=$!
track $dir
until_ok 10 has_pid sv/late
p=$(cat sv/late/supervise/pid)
kill -TERM $dir
ended
: > go
until_ok 10 test -e wrote
check 'services left behind can still write to it' test ! -e lost
sv -w 10 exit ./sv/late >/dev/null
check '... and the reader goes with the last of them' until_ok 10 dead "$p"
runsvdir sv short 2>err.dir & dir=$!
track $dir
check 'a log argument that is too short is refused' until_ok 10 grep -q 'warning: log must have at least seven characters.' err.dir
kill -HUP $dir
ended
is '... but not fatal' $? 111

# The state elsewhere.
rm -rf sv
mkdir sv
service one 'exec sleep 1000'
mkdir state
chmod -R a-w sv
runsvdir -t -S state -P -6 -R 100 sv & dir=$!
track $dir
check '-S: the state is in the directory given' until_ok 10 test -s state/one/supervise/pid
is '... and nothing else is written' "$(ls sv/one)" run
p=$(cat state/one/supervise/pid)
is '... known to the service, as an absolute path' "$(tr '\0' '\n' < "/proc/$p/environ" | grep HF_)" "HF_STATEDIR=$T/state"
r=$(awk '/^PPid/{print $2}' "/proc/$p/status")
is '-P: runsv leads a session' "$(cut -d' ' -f6 "/proc/$r/stat")" "$r"
is '-6: runsv is told' "$(args "$r")" 'runsv -6 one '
kill -TERM $dir
ended
is '... and stops' $? 0
chmod -R u+w sv

# The cap on starts.
rm -rf sv
mkdir sv
for i in 1 2 3 4 5 6 7 8 ; do service $i 'exec sleep 1000' ; done
begin=$(hf_now)
runsvdir -t -R 4 sv & dir=$!
track $dir
for i in 1 2 3 4 5 6 7 8 ; do until_ok 10 has_pid sv/$i ; done
took=$(( $(hf_now) - begin ))
check "-R 4: eight starts take a second ($took ms)" test $took -ge 900
kill -TERM $dir
ended
is '... and stops' $? 0

# Made in place: it is waited for.
rm -rf sv
mkdir sv
runsvdir -t sv 2>err.dir & dir=$!
track $dir
service first 'exec sleep 1000'
until_ok 10 has_pid sv/first
mkdir sv/made
echo '#!/bin/sh' > sv/made/run
echo 'exec sleep 1000' >> sv/made/run
chmod +x sv/made/run
: > sv/made/down
check 'a directory made in place is started when it is complete' until_ok 10 test -e sv/made/supervise/ok
until_ok 10 test -e sv/made/supervise/status
is '... with the down file that came last' "$(sv status ./sv/made | cut -c1-4)" down
is '... and without a complaint' "$(cat err.dir)" ''
kill -TERM $dir
ended
is '... and stops' $? 0

# runsvchdir, with a scan directory that is a link.
mkdir etc etc/default etc/single
service both 'exec sleep 1000' .
ln -s ../../both etc/default/both
ln -s ../../both etc/single/both
service only 'exec sleep 1000' etc/default
service sole 'exec sleep 1000' etc/single
ln -s default etc/current
RUNSVDIR_DIR=$T/etc
export RUNSVDIR_DIR
runsvdir -t etc/current & dir=$!
track $dir
until_ok 10 has_pid etc/default/only
until_ok 10 has_pid both
p=$(cat both/supervise/pid) q=$(cat etc/default/only/supervise/pid)
exits 'runsvchdir: usage' 1 runsvchdir
is '... its text' "$(cat err)" 'usage: runsvchdir dir'
exits '... a name with a dot' 111 runsvchdir .x
exits '... a name that is none' 111 runsvchdir missing
exits '... changes' 0 runsvchdir single
is '... and says so' "$(cat out err)" 'runsvchdir: single: now current.'
is '... in two links' "$(readlink etc/current) $(readlink etc/previous)" 'single default'
check 'the new directory takes effect' until_ok 10 has_pid etc/single/sole
check '... what it does not have is stopped' until_ok 10 dead "$q"
is '... what it has as well goes on' "$(cat both/supervise/pid)" "$p"
exits '... the second time' 0 runsvchdir single
is '... there is nothing to do' "$(cat out err)" 'runsvchdir: single: current.'
kill -TERM $dir
ended
is '... and all stop' $? 0

done_testing
