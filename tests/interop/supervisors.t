#!/bin/sh
# Our clients on the supervisors of runit and daemontools.
. "${0%/*}/../lib.sh"
peer=/usr/bin
test -x $peer/runsv || skip_all "runit is not installed"

mkdir -p a/log
printf '#!/bin/sh\nexec sleep 1000\n' > a/run
printf '#!/bin/sh\nexec cat >/dev/null\n' > a/log/run
chmod +x a/run a/log/run
$peer/runsv a & pa=$!
track $pa
up() { test -s "$1/supervise/pid" && test "$(cat "$1/supervise/stat")" = run ; }
stat_is() { test "$(cat "$1/supervise/stat")" = "$2" ; }
until_ok 20 up a && until_ok 20 up a/log

sv status ./a >out ; is 'sv status: exit code' $? 0
is 'sv status: words' "$(sed 's/) [0-9]*s/) Ns/g' out)" \
  "run: ./a: (pid $(cat a/supervise/pid)) Ns; run: log: (pid $(cat a/log/supervise/pid)) Ns"
sv check ./a >out ; is 'sv check: exit code' $? 0
like 'sv check: words' "$(cat out)" "ok: run: ./a: (pid $(cat a/supervise/pid)) *s*"
sv -w 20 stop ./a >out ; is 'sv stop: exit code' $? 0
like 'sv stop: words' "$(cat out)" 'ok: down: ./a: *s, normally up*'
check 'sv stop: it is down' stat_is a down
sv -w 20 start ./a >out ; is 'sv start: exit code' $? 0
like 'sv start: words' "$(cat out)" 'ok: run: ./a: (pid *) *s*'
pid=$(cat a/supervise/pid)
sv -w 20 restart ./a >out ; is 'sv restart: exit code' $? 0
until_ok 20 up a
refuse 'sv restart: it is another process' test "$(cat a/supervise/pid)" = "$pid"
sv -v -w 20 pause ./a >out ; is 'sv pause: exit code' $? 0
check 'sv pause: it is paused' stat_is a 'run, paused'
sv -v -w 20 cont ./a >out ; is 'sv cont: exit code' $? 0
check 'sv cont: it runs' until_ok 20 stat_is a run
sv -v -w 20 once ./a >out ; is 'sv once: exit code' $? 0
check 'sv once: it is not wanted for longer' until_ok 20 stat_is a 'run, want down'
sv kill ./a
check 'sv kill: down, and stays down' until_ok 20 stat_is a down
sv -w 20 force-shutdown ./a >out ; is 'sv force-shutdown: exit code' $? 0
check 'the supervisor is gone' until_ok 20 hf_not kill -0 $pa
sv status ./a >out ; is 'sv status of nobody: exit code' $? 1
is 'sv status of nobody: words' "$(cat out)" 'fail: ./a: runsv not running'

if test -x $peer/supervise ; then
  mkdir d
  cp a/run d/run
  $peer/supervise d & pd=$!
  track $pd
  dt_up() { $peer/svstat d | grep -q ': up' ; }
  dt_down() { $peer/svstat d | grep -q ': down' ; }
  until_ok 20 dt_up
  # Its status is too short for sv, theirs and ours: it says so.
  timeout 20 sv status ./d >ours 2>&1 ; o=$?
  timeout 20 $peer/sv status ./d >theirs 2>&1 ; t=$?
  is 'sv status on supervise: as runit' "$o $(cat ours)" "$t $(cat theirs)"
  if test -x "$BUILD/bin/svc" ; then
    svok d ; is 'svok on supervise' $? 0
    like 'svstat on supervise' "$(svstat d)" 'd: up (pid *) * seconds'
    svc -d d
    check 'svc -d on supervise' until_ok 20 dt_down
    svc -u d
    check 'svc -u on supervise' until_ok 20 dt_up
    svc -dx d
  else
    skip 'svc, svok, svstat on supervise' 'they are not built'
    $peer/svc -dx d
  fi
  check 'their supervise is gone' until_ok 20 hf_not kill -0 $pd
else skip 'supervise' 'daemontools is not installed' ; fi
done_testing
