#!/bin/sh
# multilog: the script, stamps, patterns, limits, processors, crash recovery, signals.
. "${0%/*}/../lib.sh"

mode() { stat -c %a "$1" ; }
has() { grep -q -- "$1" "$2" 2>/dev/null ; }
gone() { ! kill -0 "$1" 2>/dev/null ; }
archives() { ls "$1" | grep -c '^@' ; }
run_fifo() { rm -f fifo ; mkfifo fifo ; multilog "$@" <fifo 2>err & pid=$! ; track $pid ; exec 9>fifo ; }
tai='@4000000[0-9a-f]{17}'

exits 'no action: reads, exits 0' 0 multilog < /dev/null
printf 'a\n\n\0b\nlast' | multilog ./d
is 'everything, the last line ended' "$(od -An -c d/current | tr -s ' \n' ' ')" ' a \n \n \0 b \n l a s t \n '
is 'the directory is created, 0700' "$(mode d)" 700
is 'lock 0600, state 0644, current 0744' "$(mode d/lock) $(mode d/state) $(mode d/current)" '600 644 744'
echo more | multilog ./d
is 'appends' "$(tail -n 1 d/current)" more
exits 'only one level is created' 111 multilog ./x/y < /dev/null
like 'which is told' "$(cat err)" 'multilog: fatal: unable to create directory ./x/y: file does not exist'
exits 'unknown actions are ignored' 0 multilog foo ./d < /dev/null

rm -rf d ; echo x | multilog t ./d
is 't: a stamp' "$(grep -cE "^$tai x$" d/current)" 1
rm -rf d ; echo x | multilog ./d t
is 'only as the first action' "$(cat d/current)" x
rm -rf d ; echo x | multilog T ./d
is 'T: seconds and microseconds' "$(grep -cE '^[0-9]{10}\.[0-9]{6} x$' d/current)" 1

printf 'a\nb\nab\n' > in
rm -rf d e ; multilog '-*' '+a*' ./d '+b' ./e < in
is 'rules count from where they stand' "$(tr '\n' ' ' < d/current)| $(tr '\n' ' ' < e/current)" 'a ab | a b ab '
rm -rf d ; multilog t '-a' '-* b' ./d < in
is 'patterns see the stamp' "$(cut -d' ' -f2 d/current | tr '\n' ' ')" 'a ab '
rm -rf d ; multilog '-+a' ./d < in
is 'plus is no operator' "$(wc -l < d/current)" 3
rm -rf d ; multilog F '-[ab]' S '-a?' ./d < in
is 'F: shell patterns, S: not any more' "$(cat d/current)" ab

multilog e < in 2>err
is 'e: stderr' "$(cat err)" "$(cat in)"
{ head -c 200 /dev/zero | tr '\0' x ; echo ; head -c 201 /dev/zero | tr '\0' y ; echo ; } | multilog e 2>err
is 'e: 200 bytes, then dots' "$(awk '{ print length($0), substr($0, 200) }' err)" '200 x
203 y...'
rm -f status ; multilog -b =status < in
is '=: the last line, padded to 1001 bytes' "$(cat status) $(wc -c < status) $(mode status)" 'ab 1001 600'

seq 10000 29999 > many
rm -rf d ; multilog s4096 n1000 ./d < many
is 'all lines' "$(cat d/@* d/current | cmp - many && echo same)" same
is 'rotates at a newline within 2000 bytes of the size' "$(stat -c %s d/@* | sort -u)" 2100
is 'archives: 0744' "$(stat -c %a d/@*.s | sort -u)" 744
rm -rf d ; multilog s1 n3 ./d < many
is 'n3: two archives; s: at least 4096' "$(archives d) $(stat -c %s d/@* | sort -u)" '2 2100'
rm -rf d ; multilog s4096 wz ./d < many
is 'w: another suffix' "$(ls d/@* | sed 's/.*\.//' | sort -u)" z
rm -rf d ; head -c 10000 /dev/zero | tr '\0' x | multilog s4096 ./d
is 'a long line is split at the size, not changed' "$(cat d/@* d/current | wc -c) $(stat -c %s d/@* | sort -u)" '10001 4096'

rm -rf d ; multilog s4096 n100 '!read -r n <&4; echo $((n + 1)) >&5; sed s/^/x/' ./d < many
is 'a processor' "$(cat d/@*.s | grep -c '^x')" "$(( 20000 - $(wc -l < d/current) ))"
is 'with state' "$(cat d/state)" "$(archives d)"
refuse 'leaves no previous' test -e d/previous

rm -rf d
run_fifo s4096 '!cat; test -e ../ok' ./d
until_ok 10 test -e d/current
head -n 500 many >&9 ; until_ok 10 test -e d/previous
check 'a failing processor: previous stays' until_ok 10 has 'processor failed' err
: > ok
multi_ok() { ls d/@*.s >/dev/null 2>&1 ; }
check 'and is processed later' until_ok 20 multi_ok
exec 9>&- ; until_ok 10 gone $pid

# crash recovery
rm -rf d ; mkdir d
echo prev > d/previous ; chmod 744 d/previous ; echo cur > d/current ; echo half > d/processed
multilog ./d < /dev/null
is 'unfinished previous and current become .u' "$(cat d/@*.u | tr '\n' ' ')" 'prev cur '
refuse 'half a processed is removed' test -e d/processed
rm -rf d ; mkdir d
echo prev > d/previous ; chmod 744 d/previous ; : > d/current ; echo done > d/processed ; chmod 744 d/processed
multilog ./d < /dev/null
is 'a finished processed becomes .s' "$(cat d/@*.s)" done
refuse 'and previous is not needed' test -e d/previous
is 'an empty current becomes .u' "$(stat -c %s d/@*.u)" 0

# signals
rm -rf d
run_fifo ./d
until_ok 10 test -e d/current
echo x >&9 ; until_ok 10 has x d/current
kill -ALRM $pid
one() { test "$(archives d)" = 1 ; }
check 'ALRM rotates' until_ok 10 one
check 'new current' until_ok 10 test -e d/current
exits 'a second one: 111' 111 multilog ./d < /dev/null
is 'and why' "$(cat err)" 'multilog: fatal: unable to lock directory ./d: temporary failure'
printf 'half' >&9 ; until_ok 10 has half d/current
kill -TERM $pid
echo ' done' >&9
check 'TERM ends' until_ok 10 gone $pid
is 'after the line' "$(cat d/current)" 'half done'
rm -rf d ; mkfifo rest
( multilog ./d <rest & echo $! > mpid ; until_ok 10 test -e d/current ; until_ok 10 has one d/current ; kill -TERM $(cat mpid) ; wait ; : > ended ; cat ) < rest > left 2>err & track $!
exec 9>rest
echo one >&9
until_ok 10 test -e ended
echo two >&9 ; exec 9>&-
check 'the rest of input is for the next' until_ok 10 has two left

for other in svlogd s6-log ; do
  p=/usr/bin/$other
  test -x $p || { skip "$other is kept out" 'not installed' ; continue ; }
  rm -rf d ; mkdir d
  run_fifo ./d ; until_ok 10 test -e d/current
  case $other in
    svlogd) refuse 'runit svlogd is kept out' timeout 5 $p d < /dev/null 2>/dev/null ;;
    s6-log) refuse 's6-log is kept out' timeout 5 $p ./d < /dev/null 2>/dev/null ;;
  esac
  exec 9>&- ; until_ok 10 gone $pid
done
if test -x /usr/bin/s6-log ; then
  rm -rf d ; mkdir d ; rm -f fifo ; mkfifo fifo
  /usr/bin/s6-log ./d < fifo & pid=$! ; track $pid ; exec 9>fifo
  until_ok 10 test -e d/current
  exits 'and s6-log keeps us out' 111 multilog ./d < /dev/null
  exec 9>&- ; until_ok 10 gone $pid
else skip 's6-log keeps us out' 'not installed' ; fi
done_testing
