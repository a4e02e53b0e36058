#!/bin/sh
# svlogd: UDP and standard output, JSON, stamps by config, collapsing, modes, limits of age and size.
. "${0%/*}/../lib.sh"

fresh() { rm -rf d ; mkdir d ; test $# = 0 || printf '%s\n' "$@" > d/config ; }
has() { grep -q -- "$1" "$2" 2>/dev/null ; }
lines() { test "$(wc -l < "$1")" -ge "$2" ; }

# UDP
sockrecv udp port > got & track $!
check 'a receiver' until_ok 10 test -s port
port=$(cat port)
fresh "u127.0.0.1:$port" '-b*' pP:
printf 'aaaa\nbbb\ncccccccc\n\n' | svlogd -l 5 d 2>err
check 'u: selected lines are sent' until_ok 10 lines got 3
is 'with prefix, the first len bytes, dots' "$(cat got)" 'P:aaaa\n
P:ccccc...\n
P:\n'
is 'and written' "$(cat d/current)" 'P:aaaa
P:cccccccc
P:'
: > got
fresh "U127.0.0.1:$port"
echo x | svlogd -tt d
check 'U: sent' until_ok 10 lines got 1
like 'with a stamp' "$(cat got)" '????-??-??_??:??:??.????? x?n'
is 'and not written' "$(cat d/current)" ''
fresh 'U127.0.0.1:0' 'U300.1.1.1' 'uword' 'u1.2.3.4:99999'
echo x | svlogd d 2>err
is 'bad addresses are told (B-19) and left out' "$(cat err)" 'svlogd: warning: unable to scan port number: 127.0.0.1:0
svlogd: warning: unable to scan ip address: 300.1.1.1
svlogd: warning: unable to scan ip address: word
svlogd: warning: unable to scan port number: 1.2.3.4:99999'
is 'lines are then written' "$(cat d/current)" x
fresh 'U255.255.255.255:9'
echo x | svlogd -t d 2>err
like 'what cannot be sent is written, saying so' "$(cat d/current)" '@* warning: failure sending through udp: x'

# stdout
fresh 'out web: '
printf 'a\nb' | svlogd -tt d > o
is 'out: a copy on stdout, with a prefix' "$(cat o)" 'web: a
web: b'
like 'and in the log' "$(cat d/current)" '????-??-??_* a
????-??-??_* b'
fresh 'out ' '-b'
printf 'a\nb\nc\n' | svlogd d | cat > o
is 'patterns hold there, too' "$(cat o)" 'a
c'
seq 1 100000 > many
fresh 'out x'
svlogd d < many | cat > o
is 'a lot, through a pipe' "$(sed 's/^x//' o | cmp - many && echo same)" same
is 'and the file' "$(cat d/current | cmp - many && echo same)" same
head -c 100000 /dev/zero | tr '\0' z > long
fresh 'out '
svlogd d < long | cat > o
is 'long lines are whole on stdout' "$(wc -c < o)" 100001
fresh 'file no' 'out '
echo x | svlogd d > o
is 'file no: only there' "$(cat o)$(cat d/current)" x

# stamps
fresh 'clock iso' ; echo x | svlogd d
is 'clock iso' "$(grep -cE '^20..-..-..T..:..:..\.[0-9]{6}Z x$' d/current)" 1
fresh 'clock iso-local' ; echo x | TZ=XXX-5:30 svlogd -t d
is 'clock iso-local' "$(grep -cE '^20..-..-..T..:..:..\.[0-9]{6}\+05:30 x$' d/current)" 1
is 'is local time' "$(cut -c1-16 d/current)" "$(TZ=XXX-5:30 date -d "@$(date -d "$(cut -c1-32 d/current)" +%s)" +%FT%H:%M)"
fresh 'clock unix' ; echo x | svlogd d
is 'clock unix' "$(grep -cE '^[0-9]{10}\.[0-9]{6} x$' d/current)" 1
fresh 'clock none' ; echo x | svlogd -t d
is 'clock none' "$(cat d/current)" x
fresh 'clock noon' ; echo x | svlogd d 2>err
is 'a bad word is told' "$(cat err)" 'svlogd: warning: bad value, ignored: d/config: clock noon'

# JSON
fresh 'json yes' pP:
printf 'a "q" \\ \t\001 \303\244 \377\nlast' | svlogd d
is 'json' "$(sed 's/"time":"20[^"]*Z"/"time":"T"/' d/current)" '{"time":"T","line":"P:a \"q\" \\ \t\u0001 ä \udcff"}
{"time":"T","line":"P:last"}'
fresh 'json yes' 's4000' 'n0'
seq 1 5000 | sed 's/$/ "/' | svlogd d
is 'across rotations' "$(cat d/@* d/current | sed 's/.*"line":"\([0-9]*\) \\""}$/\1/' | cksum)" "$(seq 1 5000 | cksum)"
fresh 'json yes'
svlogd d < long
is 'a long line' "$(sed 's/.*"line":"\(z*\)"}/\1/' d/current | tr -d '\n' | cmp - long && echo same ; wc -l < d/current)" 'same
1'

# collapse
fresh 'collapse yes'
printf 'a\na\na\nb\nb\nc\na\na\n' | svlogd d
is 'collapse' "$(cat d/current)" 'a
last line repeated 2 times
b
last line repeated 1 times
c
a
last line repeated 1 times'
fresh 's200' 'n0' 'collapse yes'
{ seq 1 100 ; seq 1 100 | sed 's/.*/x/' ; seq 100 200 ; } | svlogd -l 50 d
is 'nothing else is left out' "$(cat d/@* d/current | grep -vc '^last')" 202

# modes
fresh 'mode 0640' s1000
seq 1 1000 | svlogd -l 50 d
is 'mode' "$(stat -c %a d/@*.s d/current | sort -u)" 740
fresh 'mode 777' ; echo x | svlogd d 2>err ; like 'no other bits' "$(cat err)" '*bad value*mode 777'
if test "$(id -u)" = 0 ; then
  fresh 'group 12345' ; echo x | svlogd d ; is 'group' "$(stat -c %g d/current)" 12345
  fresh 'group games' ; echo x | svlogd d ; is 'by name' "$(stat -c %G d/current)" games
else skip group 'needs root' ; skip 'by name' 'needs root' ; fi

# limits
fresh s1000 n0 'keep-size 3k'
seq 1 10000 | svlogd -l 50 d
is 'keep-size' "$(test "$(cat d/@* | wc -c)" -le 3072 && ls d/@* | wc -l)" 3
fresh s1000 n0 'keep-age 1d'
for i in 1 2 3 ; do touch -d '2 days ago' d/@400000000000000a0000000$i.s ; done
seq 1 400 | svlogd -l 50 d
is 'keep-age' "$(ls d/@400000000000* 2>/dev/null ; ls d/@* | wc -l)" 1
done_testing
