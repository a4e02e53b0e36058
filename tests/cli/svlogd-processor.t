#!/bin/sh
# svlogd: the processor, when it works, fails, is killed, is slow; and what a crash leaves.
. "${0%/*}/../lib.sh"

fresh() { rm -rf d ; mkdir d ; test $# = 0 || printf '%s\n' "$@" > d/config ; }
run_fifo() { rm -f fifo ; mkfifo fifo ; svlogd "$@" <fifo 2>err & pid=$! ; track $pid ; exec 9>fifo ; until_ok 10 test -e d/current ; }
gone() { ! kill -0 "$1" 2>/dev/null ; }
has() { grep -q -- "$1" "$2" 2>/dev/null ; }
in_u() { cat d/@*.u 2>/dev/null | grep -q -- "$1" ; }
in_t() { cat d/@*.t 2>/dev/null | grep -q -- "$1" ; }
done_s() { ls d/@*.s >/dev/null 2>&1 && test "$(ls d/@*.s | wc -l)" -ge "${1:-1}" ; }
rotate() { echo "$1" >&9 ; until_ok 10 has "$1" d/current ; kill -ALRM $pid ; }
end() { exec 9>&- ; until_ok 10 gone $pid ; }

fresh '!tr a-z A-Z; pwd >&2; grep SigBlk /proc/self/status >&2'
run_fifo -v d
rotate hello
check 'processed' until_ok 10 done_s
is 'its output is the archive' "$(cat d/@*.s)" HELLO
is 'mode 0744' "$(stat -c %a d/@*.s)" 744
refuse 'the original is gone' sh -c 'ls d/@*.u 2>/dev/null'
check 'it runs in the log directory' has "$T/d" err
check 'with no signal blocked (B-06)' grep -qE 'SigBlk:.0{16}$' err
check 'state and newstate' test -e d/state
like '-v tells' "$(tr '\n' '|' < err)" '*svlogd: info: rename: d/current @*.u 6|*svlogd: info: processing: d/@*.u|*svlogd: info: processed: d/@*.s|*'
end

fresh '!n=$(cat <&4); echo $((n + 1)) >&5; echo run $n; cat'
run_fifo d
rotate a ; until_ok 10 done_s 1
rotate b ; until_ok 10 done_s 2
check 'state goes from one run to the next' has 'run 1' "$(ls d/@*.s | tail -n 1)"
is 'newstate became state' "$(cat d/state)" 2
end

fresh '!cat; test -e ../ok || exit 1'
run_fifo d
rotate precious
check 'a failure is told' until_ok 10 has 'warning: processor failed, restart: d' err
check 'the original stays' in_u precious
refuse 'no output is left' sh -c 'ls d/@*.t 2>/dev/null'
rotate second
echo third >&9
check 'logging goes on meanwhile' until_ok 10 has third d/current
check 'not restarted in a hurry (B-24)' test "$(grep -c failed err)" -le 3
: > ok
check 'and both are processed in the end' until_ok 20 done_s 2
is 'in order, nothing lost' "$(cat d/@*.s | tr '\n' ' ')" 'precious second '
rm ok
rotate fourth ; until_ok 10 in_u fourth
kill -TERM $pid
check 'TERM ends it while the processor fails' until_ok 10 gone $pid
exec 9>&-
is 'the original waits, executable' "$(stat -c %a d/@*.u)" 744
: > ok
run_fifo d
check 'the next one processes it' until_ok 10 done_s 3
end

fresh '!cat; kill -KILL $$'
run_fifo d
rotate dear ; until_ok 10 has failed err
check 'death by a signal is a failure (B-07)' in_u dear
refuse 'and no archive' sh -c 'ls d/@*.s 2>/dev/null'
kill -TERM $pid ; until_ok 10 gone $pid ; exec 9>&-

fresh '!cat; until test -e ../go ; do sleep 0.05 ; done'
rm -f go
run_fifo d
rotate one ; rotate two
echo three >&9
check 'a slow processor does not stop the log' until_ok 10 has three d/current
is 'which waits in files' "$(cat d/@*.u | tr '\n' ' ')" 'one two '
: > go
check 'and is processed later' until_ok 10 done_s 2
rm go
rotate four ; until_ok 10 in_u four
exec 9>&-
: > go
check 'the end of input waits for the processor' until_ok 10 gone $pid
is 'all of it' "$(cat d/@*.s d/current | tr '\n' ' ')" 'one two three four '

rm -f go
fresh '!cat; sleep 1000'
run_fifo d
rotate one ; until_ok 10 in_t one
kill -TERM $pid
check 'TERM does not wait for ever' until_ok 20 gone $pid
exec 9>&-
check 'and keeps the original' in_u one

# end of input with several files waiting
fresh s100 n0 '!sed s/^/x/'
seq 1000 1100 | svlogd -l 10 d
is 'all rotated files are processed at the end' "$(cat d/@*.s | grep -c ^x1)" $(( 101 - $(wc -l < d/current) ))
refuse 'none is left' sh -c 'ls d/@*.u 2>/dev/null'

# SIGKILL in the middle of a processor
fresh '!cat; until test -e ../go ; do sleep 0.05 ; done; echo end'
run_fifo d
rotate some ; until_ok 10 in_t some
kill -KILL $pid ; until_ok 10 gone $pid ; exec 9>&-
: > go
run_fifo d
check 'after SIGKILL it is processed again' until_ok 10 done_s 1
is 'once, whole' "$(cat d/@*.s | tr '\n' ' ')" 'some end '
end
printf '%s\n' left > d/@400000000000000a00000001.u
run_fifo d ; rotate more ; until_ok 10 done_s 2 ; end
check 'what a crash left is never processed' has left d/@400000000000000a00000001.u
# A processor slower than the input: no more archives than n allows
mkdir slow
printf 's100000\nn3\n!sleep 0.03 ; cat\n' > slow/config
linegen 3000000 100 | svlogd slow 2>/dev/null
check 'a slow processor leaves no more archives than n' test "$(ls slow | grep -c '^@')" -le 3

done_testing
