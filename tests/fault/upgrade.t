#!/bin/sh
# The upgrade in place: nothing but the program changes; one that is no good changes nothing.

. "${0%/*}/../lib.sh"

say() { printf %s "$2" > "$1/supervise/control" ; }
stat_is() { test "$(cat "$1/supervise/stat")" = "$2" ; }
pid_of() { cat "$1/supervise/pid" ; }
changed() { p=$(pid_of "$1") ; test -n "$p" && test "$p" != "$2" && kill -0 "$p" ; }
# The start time of the image: the link of the executable changes when the file does.
image() { readlink "/proc/$1/exe" ; }
install_new() { cp "$BUILD/bin/runsv" bin/runsv.new && mv bin/runsv.new bin/runsv ; }
is_new() { test "$(image "$1")" = "$T/bin/runsv" ; }
is_old() { case $(image "$1") in *deleted*) return 0 ;; *) return 1 ;; esac ; }

service() {
  mkdir -p "$1/log"
  printf '#!/bin/sh\necho start >> starts\nexec sleep 1000\n' > "$1/run"
  printf '#!/bin/sh\nexec cat >> ../lines\n' > "$1/log/run"
  chmod +x "$1/run" "$1/log/run"
}

mkdir bin
install_new
service a
"$T/bin/runsv" a 2>>err & sup=$!
track $sup
check 'it runs' until_ok 10 stat_is a run
check 'and its logger' until_ok 10 stat_is a/log run
p=$(pid_of a) l=$(pid_of a/log)
fds=$(ls /proc/$p/fd)
echo 1 1 > a/restart-delay

# In place
( while test ! -e stop ; do runsv a 2>>third.err ; echo $? >> third ; done ) &
n=0
while test $n -lt 10 ; do
  install_new
  until_ok 10 is_old $sup || break
  say a R
  until_ok 10 is_new $sup || break
  n=$((n + 1))
done
echo > stop
is 'ten upgrades' $n 10
check 'supervisor is the same process' kill -0 $sup
is 'the run too' "$(pid_of a)" "$p"
is 'the logger too' "$(pid_of a/log)" "$l"
is 'started once' "$(wc -l < a/starts)" 1
check 'another was tried meanwhile' until_ok 10 test -s third
is 'and refused at each moment' "$(sort -u third)" 111
is 'and nothing else was said' "$(grep -v 'held by\|unable to lock' third.err)" ''

# Commands, deaths and signals that come in the middle
n=0
while test $n -lt 20 ; do
  p=$(pid_of a)
  case $((n % 4)) in
    0) say a R ; say a k ;;
    1) say a R ; kill -KILL "$p" ;;
    2) say a kR ;;
    3) say a R ; sleep 0.00$((n % 7)) ; say a k ;;
  esac
  until_ok 10 changed a "$p" || break
  n=$((n + 1))
done
is 'what comes in the middle of an upgrade is not lost' $n 20
is 'and a run after it has no descriptor too many' "$(ls /proc/$(pid_of a)/fd)" "$fds"
say a d
check 'd' until_ok 10 stat_is a down
n=0
service b
for d in 0 0.0005 0.001 0.0015 0.002 0.0025 0.003 0.004 ; do
  runsv b & s=$!
  until_ok 10 stat_is b run || break
  say b R
  sleep $d
  kill -TERM $s
  wait $s || break
  stat_is b down || break
  n=$((n + 1))
done
is 'TERM in the middle of an upgrade stops everything, exit 0' $n 8

# Deadlines
echo '3000 3000' > a/restart-delay
before=$(hf_now)
say a u
check 'up again' until_ok 10 stat_is a run
p=$(pid_of a)
kill -KILL "$p"
check 'waits for its next start' until_ok 10 stat_is a down
install_new
until_ok 10 is_old $sup
say a R
check 'upgraded while it waits' until_ok 10 is_new $sup
check 'starts in the end' until_ok 10 changed a "$p"
check 'and not before its time' test $(( $(hf_now) - before )) -ge 2900
echo 300 > a/timeout-kill
printf '#!/bin/sh\ntrap : TERM\necho ready >> starts\nwhile :; do sleep 0.1 ; done\n' > a/run
rm a/restart-delay
p=$(pid_of a)
say a t
check 'a run that ignores TERM' until_ok 10 grep -q ready a/starts
say a dR
check 'is killed in time by the image that comes after' until_ok 10 stat_is a down

# Programs that are no good
rm -f a/timeout-kill
printf '#!/bin/sh\nexec sleep 1000\n' > a/run
say a u
check 'up' until_ok 10 stat_is a run
p=$(pid_of a)
says() { until_ok 10 grep -q "$1" err && stat_is a run && test "$(pid_of a)" = "$p" && kill -0 $sup || { sed 's/^/# err: /' err ; return 1 ; } ; }
: > err
mv bin/runsv bin/away ; say a R
check 'missing: the old one goes on, and says so' says 'runsv a: warning: not upgrad.* unable to execute .*: file does not exist'
: > err
cp "$BUILD/bin/runsv" bin/runsv ; chmod -x bin/runsv ; say a R
check 'not executable' says 'not upgrad.* unable to execute .*access denied'
: > err
printf '#!/bin/sh\nexit 1\n' > bin/runsv ; chmod +x bin/runsv ; say a R
check 'another format of the record' says 'not upgrading: the new .* failed its check'
: > err
printf '#!/bin/sh\nkill -SEGV $$\n' > bin/runsv ; say a R
check 'one that crashes' says 'failed its check'
: > err
printf 'no program' > bin/runsv ; say a R
check 'no program at all' says 'not upgrad'
printf '#!/bin/sh\nexec sleep 1000\n' > bin/runsv ; say a R
say a t
check 'one that hangs in its check: commands are obeyed' until_ok 10 changed a "$p"
check 'and it is ended' until_ok 20 grep -q 'failed its check' err
p=$(pid_of a)
rm bin/runsv
install_new
say a R
check 'the next good one is taken' until_ok 10 is_new $sup
is 'with the run' "$(pid_of a)" "$p"
mv a c ; mkdir a
: > err
printf R > c/supervise/control
check 'a directory that was replaced: says so and goes on' until_ok 10 grep -q 'not upgraded: the service directory' err
check 'alive' kill -0 $sup
rmdir a ; mv c a
printf '#!/bin/sh\ntest "$1" != --check || exit 0\nexit 1\n' > bin/new ; chmod +x bin/new ; mv bin/new bin/runsv
say a R
wait $sup
is 'one that passes its check and dies leaves the run' "$(pid_of a)" "$p"
install_new
"$T/bin/runsv" a 2>>err & sup=$!
track $sup
check 'to the next runsv' until_ok 10 grep -q "adopted run, process $p" err
kill -TERM $sup
wait $sup
is 'the end' $? 0
done_testing
