#!/bin/sh
. "${0%/*}/../lib.sh"
built linux || skip_all 'without Linux there are neither abstract sockets nor credentials'

# The notification descriptor is a FIFO that cat reads to its end: cat ends when daemon and
# companion have both closed it.
listen() { rm -f fifo got ; mkfifo fifo ; cat fifo > got & cat=$! ; track $cat ; }
gone() { # a zombie is gone
  ! grep -q '^State:[[:space:]]*[^ZX[:space:]]' "/proc/$1/status" 2>/dev/null
}
companions() { # those of the daemon started in directory $1
  for p in $(grep -lx notifysocket /proc/[0-9]*/comm 2>/dev/null) ; do
    p=${p%/comm}
    test "$(readlink "$p/cwd")" = "$T/$1" && echo "${p#/proc/}"
  done
  return 0
}
none_in() { test -z "$(companions "$1")" ; }

exits 'no program' 100 notifysocket -N
like 'says how to use it' "$(cat err)" 'notifysocket: usage: notifysocket *'
exits 'an unknown option' 100 notifysocket -Z true
exits 'an unknown signal' 100 notifysocket -N -k NOPE true
exits 'no notification-fd file' 100 notifysocket true
like 'names what is missing' "$(cat err)" '*notification-fd*file does not exist'
exits 'a descriptor that is not open' 100 notifysocket -d 77 true
exits 'a relative socket path' 100 notifysocket -N -p sock true
exits 'a program that does not exist' 127 notifysocket -N ./nonexistent
exits '-V' 0 notifysocket -V
exits 'a descriptor among the passed sockets is refused' 100 sh -c 'LISTEN_FDS=2 LISTEN_PID=$$ exec notifysocket -d 4 true 3</dev/null 4>/dev/null'
like 'and it says so' "$(cat err)" '*LISTEN_FDS*'
exits 'one beyond them is not' 0 sh -c 'LISTEN_FDS=1 LISTEN_PID=$$ exec notifysocket -d 4 true 3</dev/null 4>/dev/null'
exits 'the daemon is what exits' 9 notifysocket -N sh -c 'exit 9'

# A daemon that looks around, gets ready and waits.
mkdir run && cd run
cat > daemon <<'END'
#!/bin/sh
echo $$ > pid
echo "$NOTIFY_SOCKET" > name
read -r c < /proc/$$/task/$$/children
echo "$c" > children
ls /proc/$$/fd > fds
hf-notify 'STATUS=coming' && hf-notify -B 'READY=1\nSTATUS=serving 3 clients\nX_UNKNOWN=1' && touch ready-sent
while read -r line ; do eval "$line" ; done < ../commands
END
chmod +x daemon
mkfifo ../commands
cd ..
listen
exec 9> lock
(cd run && exec notifysocket -d 3 -s state ./daemon 3> ../fifo) 2> stderr & daemon=$!
track $daemon
exec 9>&-
exec 8> commands
until_ok 10 test -e run/ready-sent
check 'a barrier is passed' test -e run/ready-sent
until_ok 10 gone $cat
is 'READY=1 is one newline, and nobody keeps the descriptor' "$(od -An -c got | tr -d ' ')" '\n'
is 'the daemon has the pid that was started' "$(cat run/pid)" "$daemon"
is 'and no child it does not know of' "$(tr -d ' \n' < run/children)" ''
like 'an abstract socket by default' "$(cat run/name)" '@?*'
refuse 'the daemon does not hold the notification descriptor' grep -qx 3 run/fds
until_ok 10 grep -q '^STATUS=serving' run/state
is 'the status file' "$(grep -v ^PID run/state | tr '\n' '|')" 'READY=1|STATUS=serving 3 clients|'
is 'and whose it is' "$(grep ^PID run/state)" "PID=$daemon"
c=$(companions run)
check 'one companion' test -n "$c"
refuse 'it holds no lock of the daemon' sh -c "ls -l /proc/$c/fd | grep -q /lock"
is 'its input and output are null' "$(readlink /proc/$c/fd/0 /proc/$c/fd/1 | tr '\n' ' ')" '/dev/null /dev/null '
refuse 'it is not the daemon'\''s child' test "$(awk '/^PPid/{print $2}' /proc/$c/status)" = "$daemon"
NOTIFY_SOCKET=$(cat run/name) hf-notify -B 'STATUS=a stranger' 'STOPPING=1'
echo "hf-notify -B 'RELOADING=1' ; hf-notify -f 'FDSTORE=1' ; touch reloaded" >&8
until_ok 10 grep -q ^RELOADING run/state
check 'RELOADING=1' grep -q ^RELOADING run/state
refuse 'a stranger is not believed' grep -q stranger run/state
echo "hf-notify -B 'READY=1' 'MAINPID=1' 'STATUS=a'" >&8
until_ok 10 grep -q ^STATUS=a run/state
check 'ready again' grep -q ^READY=1 run/state
refuse 'MAINPID of somebody else is ignored' grep -q ^MAINPID run/state
until_ok 10 test -e run/reloaded
is 'a stored descriptor is not kept' "$(ls -l /proc/$c/fd | grep -c /commands)" 0
echo "sleep 100 & echo \$! > child ; hf-notify -B MAINPID=\$!" >&8
until_ok 10 grep -q ^MAINPID run/state
is 'MAINPID of a descendant is taken' "$(grep ^MAINPID run/state)" "MAINPID=$(cat run/child)"
echo 'hf-notify -B MAINPID=$$ STATUS=b' >&8
until_ok 10 grep -q ^STATUS=b run/state
is 'and taken back' "$(grep ^MAINPID run/state)" "MAINPID=$daemon"
echo "hf-notify -B STOPPING=1 ERRNO=5 ; kill \$(cat child)" >&8
until_ok 10 grep -q ^ERRNO run/state
is 'STOPPING and ERRNO' "$(grep -c -e '^STOPPING=1' -e '^ERRNO=5' run/state)" 2
exec 8>&-
wait $daemon
until_ok 10 none_in run
check 'the companion dies with the daemon' none_in run
is 'and has complained of the stranger named only' "$(cat stderr)" "notifysocket: warning: MAINPID names a process that is not the daemon's: ignored"

# A socket with a path; anyone may speak.
mkdir path
(cd path && exec notifysocket -N -a -p "$T/path/sock" -s state sh -c 'echo "$NOTIFY_SOCKET" > name ; exec sleep 100') & daemon=$!
track $daemon
until_ok 10 test -s path/name
is 'the path is told' "$(cat path/name)" "$T/path/sock"
NOTIFY_SOCKET=$T/path/sock hf-notify -B 'STATUS=from outside'
until_ok 10 grep -q outside path/state
check '-a believes anyone' grep -q outside path/state
kill -KILL $daemon
wait $daemon 2>/dev/null
until_ok 10 test ! -e path/sock
check 'the socket is removed' test ! -e path/sock

# The watchdog.
exits 'a watchdog that is not served: ABRT' 134 notifysocket -N -w 100 sh -c 'hf-notify READY=1 ; exec sleep 100'
like 'is reported' "$(cat err)" '*watchdog was not served: sending ABRT to process *'
exits 'with the signal asked for' 143 notifysocket -N -w 100 -k TERM sh -c 'hf-notify READY=1 ; exec sleep 100'
exits 'KILL where that is not heeded' 137 notifysocket -N -w 100 -k TERM -K 100 sh -c 'trap "" TERM ; hf-notify READY=1 ; while : ; do sleep 0.1 ; done'
exits 'triggered' 134 notifysocket -N -w 100000 sh -c 'hf-notify WATCHDOG=trigger ; exec sleep 100'
exits 'not ready in time' 143 notifysocket -N -t 100 -k 15 sh -c 'exec sleep 100'
exits 'the variables' 0 notifysocket -N -w 60000 sh -c 'test "$WATCHDOG_USEC $WATCHDOG_PID" = "60000000 $$"'
exits 'no variables without a watchdog' 0 env WATCHDOG_USEC=1 notifysocket -N sh -c 'test -z "${WATCHDOG_USEC-}"'
exits 'served, it does nothing' 7 notifysocket -N -w 3000 sh -c 'hf-notify READY=1 ; for i in 1 2 3 4 5 6 7 8 ; do sleep 0.05 ; hf-notify WATCHDOG=1 ; done ; exit 7'
exits 'STOPPING ends the watch' 6 notifysocket -N -w 500 sh -c 'hf-notify READY=1 STOPPING=1 ; sleep 0.8 ; exit 6'
done_testing
