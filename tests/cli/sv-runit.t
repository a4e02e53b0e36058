#!/bin/sh
# sv's face towards scripts written for runit: words, streams and exit codes, on our
# supervisor and on runit's own.
. "${0%/*}/../lib.sh"

supervisors=
test -x "$BUILD/bin/runsv" && supervisors=$BUILD/bin/runsv
test -x /usr/bin/runsv && supervisors="$supervisors /usr/bin/runsv"
test -n "$supervisors" || skip_all 'no runsv here'

service() { # NAME, script on stdin
  mkdir -p "$SVDIR/$1" && cat >"$SVDIR/$1/run" && chmod +x "$SVDIR/$1/run"
}
normal() {
  sed -e "s|$T|T|g" -e 's/(pid [0-9]*)/(pid P)/g' -e 's/\([ )]\)[0-9][0-9]*s/\1Ns/g' "$1"
}
# t WORDS CODE STDOUT STDERR command...
t() {
  words=$1 code=$2 want=$3 wanterr=$4 ; shift 4
  "$@" >"$T/out" 2>"$T/err" ; got=$?
  is "$kind: $words" "$got|$(normal "$T/out")|$(normal "$T/err")" "$code|$want|$wanterr"
}
usage='usage: sv [-v] [-w sec] command service ...'

begin() {
  SVDIR=$T/$kind ; export SVDIR
  mkdir -p "$SVDIR/b/log" "$SVDIR/n" "$SVDIR/z"
  for i in a b n z ; do echo '#!/bin/sh
exec sleep 1000' | service $i ; done
  echo '#!/bin/sh
exec cat >/dev/null' | service b/log
  echo '#!/bin/sh
trap "" TERM
echo >ready
while : ; do sleep 0.2 ; done' | service f
  touch "$SVDIR/n/down" ; echo x >"$SVDIR/n/log"
  ln -sf "$BUILD/bin/sv" "$SVDIR/../b" ; ln -sf b "$SVDIR/../n" ; ln -sf b "$SVDIR/../z"
  for i in a b n f ; do
    setsid "$runsv" "$SVDIR/$i" 2>/dev/null & track $!
  done
  for i in a b b/log f ; do until_ok 10 test -s "$SVDIR/$i/supervise/pid" || exit 1 ; done
  until_ok 10 sh -c 'sv status a b f >/dev/null' && until_ok 10 sh -c 'sv status n | grep -q ^down:' || exit 1
  until_ok 10 test -s "$SVDIR/f/ready" || exit 1
}

cases() {
  t 'no command' 100 '' "$usage" sv
  t 'no service' 100 '' "sv: no service named -- status
$usage" sv status
  t 'bad option' 100 '' "sv: illegal option -- z
$usage" sv -vz up a
  t 'option without argument' 100 '' "sv: option requires an argument -- w
$usage" sv -w
  t 'unknown command' 100 '' "sv: unknown command -- bogus
$usage" sv bogus a
  t 'a longer word is not the shorter' 100 '' "sv: unknown command -- restartx
$usage" sv restartx a
  t 'a mistyped word is not another' 100 '' "sv: unknown command -- stauts
$usage" sv stauts a
  t 'tstp is not term' 100 '' "sv: unknown command -- tstp
$usage" sv tstp a
  t 'status' 0 'run: a: (pid P) Ns
run: b: (pid P) Ns; run: log: (pid P) Ns' '' sv status a b
  t 'shorter words' 0 'run: a: (pid P) Ns' '' sv st a
  t 'status of what is not there' 4 "warning: z: unable to open supervise/ok: file does not exist
fail: y: unable to change to service directory: file does not exist
fail: : unable to change to service directory: file does not exist
down: n: Ns; warning: n/log: unable to change directory: not a directory" '' sv status z y '' n
  t 'paths' 0 "run: T/$kind/a: (pid P) Ns
run: ./$kind/a: (pid P) Ns
run: $kind/a/: (pid P) Ns
run: b/log: (pid P) Ns" '' sv status "$SVDIR/a" "./$kind/a" "$kind/a/" b/log
  t 'up, already' 0 '' '' sv up a
  t 'up -v' 0 'ok: run: b: (pid P) Ns' '' sv -v up b
  t 'check' 0 'ok: run: b: (pid P) Ns' '' sv check b
  t 'check of a wanted-down one' 0 'ok: down: n: Ns' '' sv check n
  t 'start without supervisor' 3 "warning: z: unable to open supervise/ok: file does not exist
fail: y: unable to change to service directory: file does not exist
fail: n/log: unable to change to service directory: not a directory" '' sv -w 0 start z y n/log
  t 'pause' 0 'ok: run: a: (pid P) Ns, paused' '' sv -v pause a
  t 'status when paused' 0 'run: a: (pid P) Ns, paused' '' sv s a
  t 'cont' 0 'ok: run: a: (pid P) Ns' '' sv -v c a
  t 'stop the logger' 0 'ok: down: b/log: Ns, normally up' '' sv stop b/log
  t 'status with a dead logger' 0 'run: b: (pid P) Ns; down: log: Ns, normally up' '' sv status b
  t 'start the logger' 0 'ok: run: b/log: (pid P) Ns' '' sv start b/log
  t 'start what is normally down' 0 'ok: run: n: (pid P) Ns, normally down' '' sv start n
  t 'once' 0 'ok: run: n: (pid P) Ns, normally down, want down' '' sv -v once n
  t 'timeout' 1 'timeout: run: f: (pid P) Ns, want down, got TERM' '' sv -w 1 stop f
  t 'kill' 1 'kill: run: f: (pid P) Ns, want down, got TERM' '' sv -w 0 force-stop f
  until_ok 10 sh -c 'sv status f | grep -q ^down:' || exit 1
  t 'killed' 0 'down: f: Ns, normally up' '' sv status f
  until_ok 10 sh -c '! sv status a | grep -q ") 0s"' || exit 1
  t 'restart' 0 'ok: run: a: (pid P) Ns' '' sv restart a
  t 'two at once, as they come' 0 'ok: down: a: Ns, normally up
ok: down: n: Ns' '' sh -c 'sv -w 10 down a n >both && sort both'
  t 'LSB: status' 0 'run: b: (pid P) Ns; run: log: (pid P) Ns' '' ./b status
  t 'LSB: the full word only' 2 '' 'b: unknown command -- stat
usage: b [-w sec] command' ./b stat
  t 'LSB: usage' 2 '' 'usage: b [-w sec] command' ./b
  t 'LSB: unknown' 4 'warning: z: unable to open supervise/ok: file does not exist' '' ./z status
  t 'LSB: extra words' 0 'ok: run: b: (pid P) Ns' '' ./b check x y
  t 'LSB: down' 3 'down: n: Ns; warning: n/log: unable to change directory: not a directory' '' ./n status
  t 'LSB: stop' 0 'ok: down: b: Ns, normally up' '' ./b stop
  t 'LSB: main decides, not the logger' 3 'down: b: Ns, normally up; run: log: (pid P) Ns' '' ./b status
  t 'shutdown' 0 'ok: n: runsv not running' '' sv shutdown n
  t 'gone' 1 'fail: n: runsv not running' '' sv status n
  t 'start when gone' 1 'fail: n: runsv not running' '' sv up n
  t 'exit when gone' 0 'ok: n: runsv not running' '' sv exit n
  t 'LSB: gone' 1 'fail: n: runsv not running' '' ./n status
  t 'more failures than codes' 99 '' '' sh -c 'sv status $(seq 150) >/dev/null'
  for i in status state ; do test ! -e "$SVDIR/a/supervise/$i" || printf short >"$SVDIR/a/supervise/$i" ; done
  t 'short status' 1 'warning: a: unable to read supervise/status: bad format' '' sv status a
  sv down b f ; sv exit a b f >/dev/null
}

for runsv in $supervisors ; do
  case $runsv in "$BUILD"/*) kind=holdfast ;; *) kind=runit ;; esac
  begin
  cases
done

done_testing
