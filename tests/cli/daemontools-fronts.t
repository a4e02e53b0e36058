#!/bin/sh
# svc, svok, svstat and svup, on every supervisor they may meet, beside daemontools' own.
. "${0%/*}/../lib.sh"

B=$BUILD/bin
other=/usr/bin
own() { PATH=$B:$PATH "$@" ; }
same() { # same WORDS PROG ARGS...: both programs say and exit alike
  w=$1 p=$2 ; shift 2
  test -x $other/$p || { skip "$w" "daemontools is not installed" ; return ; }
  "$B/$p" "$@" >own.out 2>own.err ; c1=$?
  "$other/$p" "$@" >other.out 2>other.err ; c2=$?
  is "$w: exit code" $c1 $c2
  is "$w: output" "$(sed 's/ [0-9]* seconds/ N seconds/' own.out)" "$(sed 's/ [0-9]* seconds/ N seconds/' other.out)"
  is "$w: messages" "$(cat own.err)" "$(cat other.err)"
}

mkdir never web 'a b'
cat > web/run <<'END'
#!/bin/sh
exec sleep 1000
END
chmod +x web/run

same 'svok: no argument' svok
same 'svok: no such directory' svok nonexistent
same 'svok: never supervised' svok never
same 'svok: a file' svok web/run
same 'svstat: none' svstat
same 'svstat: several' svstat nonexistent never web/run ''
same 'svc: no such directory' svc -u nonexistent never
same 'svc: nothing to do' svc
mkdir -p stale/supervise && mkfifo stale/supervise/ok stale/supervise/control
same 'svc: nobody there' svc -d stale
same 'svok: nobody there' svok stale
same 'svstat: nobody there' svstat stale
exits 'svc: wrong option' 100 svc -Z web
like 'svc: explains its letters' "$(cat err)" 'svc: illegal option -- Z
svc options: u up, d down, *'
exits 'svc: strict' 1 svc -S -u nonexistent
exits 'svc: strict, nobody there' 1 svc -S -u stale
exits 'svup: no argument' 100 svup
exits 'svup: not running' 100 svup never
exits 'svstat: a newline in a name is shown' 0 svstat 'a
b'

if test "$(id -u)" != 0 ; then
  mkdir -p closed/supervise && mkfifo closed/supervise/ok && chmod 0 closed/supervise
  same 'svok: no permission' svok closed
  same 'svstat: no permission' svstat closed
fi

# on KIND COMMAND...: a supervisor for web, met by both kinds of clients
on() {
  kind=$1 ; shift
  rm -rf web/supervise web/down
  "$@" 2>> supervisor.err & sup=$! ; track $sup
  until_ok 10 svok web
  exits "$kind: svok" 0 svok web
  until_ok 10 svup web
  exits "$kind: svup" 0 svup web
  like "$kind: svstat" "$(svstat web)" 'web: up (pid [1-9]*) * seconds'
  same "$kind: svstat" svstat web
  svc -p web ; until_ok 10 sh -c 'svstat web | grep -q paused'
  same "$kind: paused" svstat web
  svc -c web ; until_ok 10 sh -c '! svstat web | grep -q paused'
  like "$kind: continued" "$(svstat web)" 'web: up * seconds'
  old=$(svstat web | sed 's/.*pid \([0-9]*\).*/\1/')
  svc -t web ; until_ok 10 sh -c "svup web && ! svstat web | grep -q 'pid $old)'"
  refuse "$kind: a new process after -t" sh -c "svstat web | grep -q 'pid $old)'"
  svc -d web ; until_ok 10 sh -c 'svstat web | grep -q "down .* seconds, normally up$"'
  exits "$kind: down" 100 svup web
  like "$kind: svstat, down" "$(svstat web)" 'web: down * seconds, normally up'
  touch web/down
  same "$kind: svstat, normally down" svstat web
  svc -u web ; until_ok 10 svup web
  same "$kind: up, normally down" svstat web
  svc -dx web ; wait $sup
  exits "$kind: gone" 100 svok web
  same "$kind: svstat, gone" svstat web
}
on 'runsv' "$B/runsv" web
on 'supervise' "$B/supervise" web
test -x $other/supervise && on 'daemontools supervise' $other/supervise web
test -x $other/runsv && on 'runit runsv' $other/runsv web

# daemontools' clients on our supervise: the once flag, a double start
rm -rf web/supervise web/down
supervise web 2>> supervisor.err & sup=$! ; track $sup
until_ok 10 svup web
exits 'supervise: a second one' 111 supervise web
is 'supervise: says what daemontools says' "$(cat err)" 'supervise: fatal: unable to acquire web/supervise/lock: temporary failure'
exits 'supervise: no such directory' 111 supervise nonexistent
is 'supervise: says so' "$(cat err)" 'supervise: fatal: unable to chdir to nonexistent: file does not exist'
exits 'supervise: usage' 100 supervise
is 'supervise: usage line' "$(cat err)" 'supervise: usage: supervise dir'
svc -o web ; until_ok 10 sh -c "test \"\$(od -An -j17 -N1 -tu1 web/supervise/status | tr -d ' ')\" = 0"
is 'once is 0 in the status' "$(od -An -j17 -N1 -tu1 web/supervise/status | tr -d ' ')" 0
same 'once' svstat web
svc -x web
sleep 0.1
check 'x alone does not stop the service' svup web
svc -d web ; wait $sup
is 'd after x: it exits 0' $? 0

# the logger's letters
mkdir -p two/log
cp web/run two/run ; printf '#!/bin/sh\nexec cat >/dev/null\n' > two/log/run ; chmod +x two/log/run
runsv two 2>> supervisor.err & sup=$! ; track $sup
until_ok 10 svup -L two
until_ok 10 svup two
old=$(svstat -L two)
like 'svstat -L' "$old" 'two/log: up (pid *'
svc -L -d two ; until_ok 10 sh -c '! svup -L two'
exits 'svc -L: the logger is down' 100 svup -L two
exits 'and not the service' 0 svup two
svc -L -u -l -d two ; until_ok 10 sh -c 'svup -L two && ! svup two'
exits 'both kinds in one call' 100 svup two
svc -x two ; wait $sup
done_testing
