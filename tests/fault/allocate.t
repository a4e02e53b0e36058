#!/bin/sh
# Once it runs, runsv asks the kernel for no memory, and an idle one makes no system call.

. "${0%/*}/../lib.sh"
command -v strace >/dev/null || skip_all 'strace is not installed'
built sanitizers && skip_all 'sanitizers allocate'
built musl || skip_all 'another C library may allocate'

say() { printf %s "$2" > "$1/supervise/control" ; }
stat_is() { test "$(cat "$1/supervise/stat")" = "$2" ; }
mkdir -p a/log a/control
printf '#!/bin/sh\nexec sleep 1000\n' > a/run
printf '#!/bin/sh\nexec cat\n' > a/log/run
printf '#!/bin/sh\nexit 1\n' | tee a/finish > a/control/t
echo 1 1 > a/restart-delay
chmod +x a/run a/log/run a/finish a/control/t
runsv a 2>err >/dev/null & sup=$!
track $sup
until_ok 10 stat_is a run && until_ok 10 stat_is a/log run
strace -q -o trace -p $sup 2>strace.err & tracer=$!
track $tracer
traced() { test "$(sed -n 's/^TracerPid:.//p' /proc/$sup/status)" != 0 ; }
until_ok 10 traced || skip_all 'processes cannot be traced here'
changed() { x=$(cat a/supervise/pid) ; test -n "$x" && test "$x" != "$p" ; }
n=0
while test $n -lt 10 ; do
  p=$(cat a/supervise/pid)
  case $((n % 2)) in 0) say a t ;; 1) kill -KILL "$p" ;; esac
  until_ok 10 changed || break
  n=$((n + 1))
done
is 'ten deaths and restarts' $n 10
say a d
check 'down' until_ok 10 stat_is a down
is 'no memory was asked for' "$(grep -c -E '^(brk|mmap|mremap|munmap)' trace)" 0
check 'calls were seen' grep -q pwrite trace
lines() { wc -l < trace ; }
until_ok 10 sh -c 'a=$(wc -l < trace) ; sleep 0.2 ; test "$(wc -l < trace)" = "$a"'
one=$(lines)
sleep 1
is 'idle, it makes no call' "$(lines)" "$one"
kill -TERM $sup
wait $sup
is 'the end' $? 0
done_testing
