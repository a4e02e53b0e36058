#!/bin/sh
. "${0%/*}/../lib.sh"

listen() { rm -f fifo got ; mkfifo fifo ; cat fifo > got & cat=$! ; track $cat ; }
gone() { # a zombie is gone
  ! grep -q '^State:[[:space:]]*[^ZX[:space:]]' "/proc/$1/status" 2>/dev/null
}
companions() {
  for p in $(grep -lx readywhen /proc/[0-9]*/comm 2>/dev/null) ; do
    p=${p%/comm}
    test "$(readlink "$p/cwd")" = "$T" && echo "${p#/proc/}"
  done
  return 0
}
no_companion() { test -z "$(companions)" ; }
# start WORDS...: readywhen -d 3 with the words, told by the FIFO
start() { listen ; readywhen -d 3 "$@" 3> fifo 2> stderr & daemon=$! ; track $daemon ; until_ok 10 runs ; }
runs() { ! grep -qx -e readywhen -e readywhen.t -e sh "/proc/$daemon/comm" ; }
stop() { kill -KILL $daemon 2>/dev/null ; wait $daemon 2>/dev/null ; return 0 ; }
ready() { until_ok 10 gone $cat ; test -s got ; }
was_ready() { is "$1" "$(od -An -c got | tr -d ' ')" '\n' ; }
not_yet() { check "$1" sh -c "kill -0 $cat && test ! -s got" ; }

exits 'no program' 100 readywhen -N -s 1
exits 'no probe' 100 readywhen -N true
like 'says how to use it' "$(cat err)" 'readywhen: usage: readywhen *'
exits 'not a port' 100 readywhen -N -T 99999 true
exits 'not a numeric address' 100 readywhen -N -T host:80 true
exits 'an unknown signal' 100 readywhen -N -s 0 -k NOPE true
exits 'no notification-fd file' 100 readywhen -s 0 true
exits 'a descriptor that is not open' 100 readywhen -d 77 -s 0 true
exits 'a pattern without a log' 100 readywhen -N -l x true
exits 'a program that does not exist' 127 readywhen -N -s 0 ./nonexistent
exits 'a descriptor among the passed sockets' 100 sh -c 'LISTEN_FDS=1 LISTEN_PID=$$ exec readywhen -d 3 -s 0 true 3</dev/null'
exits 'the daemon is what exits' 9 readywhen -N -s 0 sh -c 'exit 9'

# a command
start -c 'test -e go' sh -c 'ls /proc/$$/fd > fds ; read -r c < /proc/$$/task/$$/children ; echo "$c" > children ; exec sleep 100'
until_ok 10 test -e children
not_yet 'not ready while the command fails'
is 'the daemon has no child' "$(cat children)" ''
refuse 'and no notification descriptor' grep -qx 3 fds
touch go
ready ; was_ready 'ready when the command succeeds'
until_ok 10 no_companion
check 'the companion is gone' no_companion
check 'the daemon is not' kill -0 $daemon
stop

start -c 'ls /proc/$$/fd > probe-fds.new && mv probe-fds.new probe-fds' sleep 100
ready
refuse 'a probe does not get the notification descriptor' grep -qx 3 probe-fds
stop

# the daemon dies before it is ready
start -c false sleep 100
stop
until_ok 10 gone $cat
is 'a dead daemon is never ready' "$(cat got)" ''
until_ok 10 no_companion
check 'and its companion dies with it' no_companion

# a hanging command
start -w 100 -c 'test -e go2 || { echo $$ >> hung ; exec sleep 1000 ; }' sleep 100
until_ok 10 sh -c 'test $(wc -l < hung) -ge 2'
check 'a hanging command is ended and tried again' test "$(wc -l < hung)" -ge 2
until_ok 10 gone "$(head -n 1 hung)"
check 'it is killed' gone "$(head -n 1 hung)"
touch go2
ready ; was_ready 'and in the end it is ready'
stop
: > hung
start -w 100000 -c 'echo $$ > hung ; sleep 1000 ; true' sleep 100
until_ok 10 test -s hung
stop
until_ok 10 gone "$(cat hung)"
check 'a probe does not outlive the daemon' gone "$(cat hung)"
until_ok 10 no_companion

# a file
echo old > pidfile
start -f pidfile -i 60000 sleep 100
not_yet 'a file left over from the last run is no sign'
echo new > pidfile.new && mv pidfile.new pidfile
ready ; was_ready 'a new one is'
stop
start -f appears -i 60000 sleep 100
not_yet 'a file that is not there'
: > appears
ready ; was_ready 'appears'
stop

# a log
echo 'it is ready' > current
start -l 'is rea[d]y' -L current -i 60000 sleep 100
not_yet 'an old line is no sign'
echo 'not yet' >> current
echo 'one' >> current ; mv current @old ; echo 'now it is ready' > current
ready ; was_ready 'a new line is, in a rotated file'
stop
mkdir -p log/supervise logs
exec 7>> logs/current
sleep 100 & echo $! > log/supervise/pid ; logger=$! ; track $logger
exec 7>&- ; until_ok 10 grep -q sleep "/proc/$logger/comm"
start -l 'up *now' sleep 100
echo 'up and running now' >> logs/current
ready ; was_ready 'the file is found through the logger'
stop ; kill $logger

# sockets
start -u "$T/sock" -i 50 sh -c 'exec hf-listen "$1"' - "$T/sock"
ready ; was_ready 'a Unix socket that accepts'
stop
start -T "$(hf-listen -p)" sleep 100
not_yet 'a port that nobody listens on'
stop
hf-listen 0 > port & listener=$! ; track $listener
until_ok 10 test -s port
start -T "127.0.0.1:$(cat port)" -i 50 sleep 100
ready ; was_ready 'a TCP port that accepts'
stop ; kill $listener

# time, and all of several
start -s 0 sleep 100
ready ; was_ready 'up for no seconds at all'
stop
start -s 1 -f pidfile2 -c 'test -e go3' -i 50 sleep 100
touch go3
not_yet 'all probes must say yes'
touch pidfile2
ready ; was_ready 'when they do'
stop

# giving up
start -n 2 -c false sleep 100
until_ok 10 gone $cat
is 'attempts are counted' "$(cat got)" ''
like 'giving up is told' "$(cat stderr)" 'readywhen: warning: not ready in time*'
check 'the daemon may go on' kill -0 $daemon
stop
exits 'or is ended' 143 readywhen -N -t 100 -e -c false sleep 100
exits 'with the signal asked for' 129 readywhen -N -t 100 -e -k HUP -c false sleep 100

# health
exits 'a health check that fails ends the daemon' 143 readywhen -N -c 'test ! -e sick' -m 2 -I 20 sh -c 'sleep 0.3 ; touch sick ; exec sleep 100'
like 'and says so' "$(cat err)" '*the health check failed: sending TERM to process *'
rm sick
start -c 'test ! -e sick || { echo x >> asked ; false ; }' -m 2 -I 20 sleep 100
ready
kill -STOP $daemon
touch sick
sleep 0.4
check 'a stopped daemon is not asked, but for a probe under way' test "$(cat asked 2>/dev/null | wc -l)" -lt 2
check 'and not ended' kill -0 $daemon
kill -CONT $daemon
wait $daemon 2>/dev/null
is 'one that goes on is' $? 143
done_testing
