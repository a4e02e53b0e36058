#!/bin/sh
# The clients of runit and daemontools on our runsv: theirs must see what ours sees, and what
# they say must be done.
. "${0%/*}/../lib.sh"
peer=/usr/bin
for c in runsv sv ; do test -x $peer/$c || skip_all "runit is not installed" ; done

mkdir -p a/log b
cat > a/run <<'END'
#!/bin/sh
exec sleep 1000
END
cat > a/log/run <<'END'
#!/bin/sh
exec cat >/dev/null
END
cat > b/run <<'END'
#!/bin/sh
trap 'echo got HUP >> hups' HUP
trap 'exit 3' TERM
while : ; do sleep 1000 & wait $! ; done
END
cat > b/finish <<'END'
#!/bin/sh
echo "$1 $2" >> ended
END
: > b/down
chmod +x a/run a/log/run b/run b/finish
runsv a & pa=$!
runsv b & pb=$!
track $pa $pb
up() { test -s "$1/supervise/pid" && test "$(cut -d, -f1 "$1/supervise/stat")" = run ; }
down() { test "$(cut -d, -f1 "$1/supervise/stat")" = down ; }
there() { sv status "$1" >/dev/null ; } # it listens, which begins after the first start
until_ok 20 up a && until_ok 20 up a/log && until_ok 20 there ./a && until_ok 20 there ./b

# Seconds may differ by one between two looks: they are taken out, and so are pids where a
# process may have been replaced.
plain() { sed -e 's/) [0-9]*s/) Ns/g' -e 's/: [0-9]*s/: Ns/g' ; }
same() { # same WORDS ARGUMENTS: both sv's say the same and exit alike
  w=$1 ; shift
  $peer/sv "$@" >theirs 2>theirs.err ; t=$?
  sv "$@" >ours 2>ours.err ; o=$?
  is "$w: the same words" "$(plain <ours)" "$(plain <theirs)"
  is "$w: the same exit code" $o $t
}

same 'status of a service with a logger' status ./a
same 'status of a logger' status ./a/log
same 'status of a service that is down' status ./b
same 'status of several' status ./a ./b ./none
same 'check' check ./a ./b

pid=$(cat a/supervise/pid)
is 'their sv restart: exit code' "$($peer/sv -w 20 restart ./a >out ; echo $?)" 0
like 'their sv restart: its words' "$(cat out)" 'ok: run: ./a: (pid *) *s'
# (runit's sv may return while the old process is being replaced, if that is younger than a second.)
another() { now=$(cat a/supervise/pid) && test -n "$now" && test "$now" != "$pid" && up a ; }
check 'their sv restart: another process comes' until_ok 20 another
is 'their sv down: exit code' "$($peer/sv -v -w 20 down ./a >out ; echo $?)" 0
like 'their sv down: its words' "$(cat out)" 'ok: down: ./a: *s, normally up*'
check 'their sv down: it is down' down a
same 'status of one that was put down' status ./a
$peer/sv -v -w 20 up ./a >out
is 'their sv up: exit code' $? 0
check 'their sv up: it is up' up a

$peer/sv -v -w 20 once ./b >out
is 'their sv once: exit code' $? 0
like 'their sv once: its words' "$(cat out)" 'ok: run: ./b: (pid *) *s, normally down*'
same 'status of one that runs once' status ./b
said_hup() { $peer/sv hup ./b && sleep 0.1 && test -s b/hups ; }
check 'their sv hup arrives' until_ok 20 said_hup
$peer/sv -v -w 20 pause ./b >out
like 'their sv pause: its words' "$(cat out)" 'ok: run: ./b: *paused*'
same 'status of one that is paused' status ./b
$peer/sv -v -w 20 cont ./b >out
like 'their sv cont: its words' "$(cat out)" 'ok: run: ./b: (pid *) *s, normally down*'
$peer/sv term ./b
check 'their sv term ends it, and it stays down' until_ok 20 down b
until_ok 20 test -s b/ended
is 'finish was told how' "$(tail -n 1 b/ended)" '3 0'
$peer/sv kill ./b
same 'status after its end' status ./b

if test -x $peer/svc ; then
  $peer/svok a ; is 'their svok: it is there' $? 0
  mkdir c ; $peer/svok c ; is 'their svok: nothing there' $? 100
  like 'their svstat: up' "$($peer/svstat a)" "a: up (pid $(cat a/supervise/pid)) * seconds"
  like 'their svstat: down' "$($peer/svstat b)" 'b: down * seconds'
  $peer/svc -d a
  check 'their svc -d' until_ok 20 down a
  like 'their svstat: put down' "$($peer/svstat a)" 'a: down * seconds, normally up'
  $peer/svc -u a
  check 'their svc -u' until_ok 20 up a
  pid=$(cat a/supervise/pid)
  $peer/svc -t a
  check 'their svc -t: another process comes' until_ok 20 another
  pid=$(cat a/supervise/pid)
  $peer/svc -k a
  check 'their svc -k: another process comes' until_ok 20 another
  $peer/svc -p a
  paused() { test "$(cat a/supervise/stat)" = 'run, paused' ; }
  check 'their svc -p' until_ok 20 paused
  $peer/svc -c a
  check 'their svc -c' until_ok 20 hf_not paused
  $peer/svc -o b
  check 'their svc -o' until_ok 20 up b
  $peer/svc -dx b
  check 'their svc -dx: the supervisor goes' until_ok 20 hf_not kill -0 $pb
  $peer/svok b ; is 'their svok: gone' $? 100
else
  skip 'svc, svstat, svok' 'daemontools is not installed'
  $peer/sv exit ./b
fi
until_ok 20 hf_not kill -0 $pb
same 'status where no supervisor is' status ./b

$peer/sv -w 20 shutdown ./a >out
is 'their sv shutdown: exit code' $? 0
like 'their sv shutdown: its words' "$(cat out)" 'ok: ./a: runsv not running'
check 'their sv shutdown: the supervisor is gone' until_ok 20 hf_not kill -0 $pa
done_testing
