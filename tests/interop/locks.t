#!/bin/sh
# One service, one supervisor, whatever suite it is from. And a service moves from runit's
# supervisor to ours and back.
. "${0%/*}/../lib.sh"
peer=/usr/bin
test -x $peer/runsv || skip_all "runit is not installed"

mkdir a
printf '#!/bin/sh\necho x >> starts\nexec sleep 1000\n' > a/run
chmod +x a/run
up() { test -s "a/supervise/pid" && test "$(cat "a/supervise/stat")" = run ; }

runsv a & p=$!
track $p
until_ok 20 up
exits 'their runsv is refused where ours is' 111 timeout 20 $peer/runsv a
if test -x $peer/supervise ; then
  exits 'their supervise is refused where our runsv is' 111 timeout 20 $peer/supervise a
else skip 'supervise' 'daemontools is not installed' ; fi
if test -x $peer/s6-supervise && built linux ; then
  hf_s6_out() { ! timeout 3 $peer/s6-supervise a >out 2>&1 && test "$(wc -l < a/starts)" = 1 ; }
  check "s6-supervise is refused where our runsv is" hf_s6_out
else skip 's6-supervise' 's6 is not installed, or no lock that it sees in this build' ; fi
exits 'our runsv is refused where ours is' 111 timeout 20 runsv a

sv -w 20 exit ./a >/dev/null
until_ok 20 hf_not kill -0 $p
$peer/runsv a & p=$!
track $p
check "the service moves to their runsv" until_ok 20 up
exits 'our runsv is refused where theirs is' 111 timeout 20 runsv a
$peer/sv -w 20 exit ./a >/dev/null
until_ok 20 hf_not kill -0 $p
runsv a & p=$!
track $p
check "the service moves to our runsv" until_ok 20 up
is 'it was started three times' "$(wc -l < a/starts)" 3
sv -w 20 exit ./a >/dev/null
check 'all is gone' until_ok 20 hf_not kill -0 $p

if test -x $peer/supervise ; then
  mkdir d ; cp a/run d/
  $peer/supervise d & p=$!
  track $p
  until_ok 20 test -p d/supervise/ok
  until_ok 20 test -s d/starts
  exits 'our runsv is refused where their supervise is' 111 timeout 20 runsv d
  $peer/svc -dx d
  until_ok 20 hf_not kill -0 $p
else skip 'supervise' 'daemontools is not installed' ; fi
done_testing
