#!/bin/sh
# svlogd: command line, files and modes, stamps, rotation limits, signals, and that nothing is lost.
. "${0%/*}/../lib.sh"

mode() { stat -c %a "$1" ; }
archives() { ls d | grep -c '^@' ; }
fresh() { rm -rf d ; mkdir d ; test $# = 0 || printf '%s\n' "$@" > d/config ; }
feed() { exec 9>fifo ; }
run_fifo() { # svlogd reading the FIFO; its pid in $pid
  rm -f fifo ; mkfifo fifo
  svlogd "$@" <fifo 2>err & pid=$!
  track $pid
  exec 9>fifo
}
gone() { ! kill -0 "$1" 2>/dev/null ; }
has() { grep -q -- "$1" "$2" ; }

# command line
exits 'no directory: 111' 111 svlogd
like 'usage line, and a blank one' "$(cat err ; echo x)" 'usage: svlogd *

x'
exits 'unknown option: 111' 111 svlogd -x d
is 'which is named' "$(head -n 1 err)" 'svlogd: illegal option -- x'
fresh
exits 'an option without its argument' 111 svlogd -l
is 'is named as such' "$(head -n 1 err)" 'svlogd: option requires an argument -- l'
exits '-r with two characters' 111 svlogd -r ab d
exits '-b not above -l' 111 svlogd -b 1000 d
exits '-l 0 is 1000' 0 svlogd -l 0 d </dev/null
exits 'no functional directory: 111' 111 svlogd absent </dev/null
like 'says so' "$(cat err)" 'svlogd: warning: unable to open log directory: absent: file does not exist
svlogd: fatal: no functional log directories.'
refuse 'a directory is never created' test -e absent
echo x > n ; mkdir d2
exits 'bad directories are skipped' 0 svlogd absent d2 < n
is 'and the others work' "$(cat d2/current)" x
exits 'the same directory twice' 0 svlogd d d </dev/null
like 'the second is refused' "$(cat err)" 'svlogd: warning: unable to lock directory: d: temporary failure'

# files, modes
fresh
run_fifo d
check 'current appears' until_ok 10 test -e d/current
is 'lock: 0600' "$(mode d/lock)" 600
is 'current: 0644 while open' "$(mode d/current)" 644
echo one >&9
check 'a line is written at once' until_ok 10 has one d/current
printf part >&9
check 'so is the beginning of a line' until_ok 10 has part d/current
echo ial >&9
exec 9>&-
check 'ends at end of input' until_ok 10 gone $pid
is 'current: 0744 when closed' "$(mode d/current)" 744
is 'the contents' "$(cat d/current)" "one
partial"
echo more | svlogd d
is 'a clean current is appended to' "$(cat d/current)" "one
partial
more"
refuse 'no archive yet' ls d/@* 2>/dev/null
chmod 644 d/current
echo new | svlogd d
is 'an unclean one is set aside' "$(cat d/@*.u)" "one
partial
more"
is 'with its mode' "$(mode d/@*.u)" 644
is 'and a new one begun' "$(cat d/current)" new
: > d/current ; chmod 644 d/current
echo new2 | svlogd d
is 'an empty one is used' "$(archives) $(cat d/current)" '1 new2'
is 'no names but those known' "$(ls d | sed 's/@.*\././' | sort -u | tr '\n' ' ')" '.u current lock '

# partial and special lines
fresh
printf 'a\n\n\0b\n\377\tc' | svlogd d
is 'NUL, empty, 8-bit and last partial line' "$(od -An -c d/current | tr -s ' \n' ' ')" ' a \n \n \0 b \n 377 \t c \n '
fresh
head -c 200000 /dev/zero | tr '\0' x | svlogd d
is 'a very long line is one line' "$(wc -lc < d/current | tr -s ' ')" ' 1 200001'

# stamps
tai='@4000000[0-9a-f]{17}'
fresh ; printf 'x\n\n' | svlogd -t d
is '-t' "$(grep -cE "^$tai x\$" d/current)$(grep -cE "^$tai \$" d/current)" 11
fresh ; echo x | svlogd -tt d
is '-tt' "$(grep -cE '^20[0-9]{2}-[01][0-9]-[0-3][0-9]_[0-2][0-9]:[0-5][0-9]:[0-6][0-9]\.[0-9]{5} x$' d/current)" 1
fresh ; echo x | svlogd -tttt d
is '-ttt, and more' "$(grep -cE '^20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]\.[0-9]{5} x$' d/current)" 1
like '-tt is the date in UTC' "$(cut -c1-10 d/current) $(date -u +%F)" '????-??-?? ????-??-??'
is 'and today' "$(cut -c1-10 d/current)" "$(date -u +%F)"

# rotation
seq 100000 105000 > lines
fresh s1000 n0
svlogd -l 100 d < lines
is 'early rotation at a newline: 903 bytes' "$(stat -c %s d/@* | sort -u)" 903
is 'every line once, in order' "$(cat d/@* d/current | cmp - lines && echo same)" same
is 'archives: 0744' "$(stat -c %a d/@*.s | sort -u)" 744
is 'names of 27 characters' "$(ls d | grep '^@' | grep -vcE "^$tai\.s\$")" 0
fresh s500 n0
head -c 1806 /dev/zero | tr '\0' y > long ; echo >> long
svlogd d < long
is 'a long line is clipped at exactly the limit' "$(stat -c %s d/@* d/current | tr '\n' ' ')" '500 500 500 307 '
is 'and complete' "$(cat d/@* d/current | cmp - long && echo same)" same
fresh s500 n0
svlogd -t d < lines
is 'limit below len: files of exactly 500 bytes' "$(stat -c %s d/@* | sort -u)" 500
is 'stamps included' "$(cat d/@* d/current | cut -d' ' -f2 | cmp - lines && echo same)" same
fresh s2k n5
svlogd -tt d < lines
is 'k is 1024, n5 keeps five' "$(archives)" 5
check 'files are not larger' test "$(stat -c %s d/@* | sort -n | tail -n 1)" -le 2048
is 'the newest are kept' "$(cat d/@* d/current | tail -n 1 | cut -d' ' -f2)" 105000
fresh s0 n2
svlogd d < lines
is 's0 never rotates' "$(archives)" 0
fresh n3
: > d/@short.s ; : > d/@400000000000000a00000001.t
run_fifo d
echo x >&9 ; until_ok 10 has x d/current
kill -ALRM $pid
rotated() { ls d/@400000006* >/dev/null 2>&1 ; }
check 'ALRM rotates' until_ok 10 rotated
is 'with its content' "$(cat d/@400000006*)" x
check 'and a new current' until_ok 10 test -e d/current
check 'other names are left alone' test -e d/@short.s
refuse 'unfinished output of a processor is removed' test -e d/@400000000000000a00000001.t
kill -ALRM $pid
echo y >&9 ; until_ok 10 has y d/current
is 'ALRM leaves an empty current alone' "$(ls d | grep -c '^@400000006')" 1
kill -TERM $pid
check 'TERM ends' until_ok 10 gone $pid
fresh n3
for i in 1 2 3 4 5 ; do echo $i > d/@400000000000000a0000000$i.s ; done
is 'five archives' "$(ls d | grep -cE '^.{27}$')" 5
run_fifo d
echo x >&9 ; until_ok 10 has x d/current
kill -ALRM $pid ; until_ok 10 rotated
kill -TERM $pid ; until_ok 10 gone $pid
is 'n3 with six archives: the oldest one is removed' "$(ls d | grep -cE '^.{27}$') $(test -e d/@400000000000000a00000001.s || echo gone)" '5 gone'
fresh t1
run_fifo d
echo x >&9 ; until_ok 10 has x d/current
check 't1: rotated by age' until_ok 10 rotated
exec 9>&- ; until_ok 10 gone $pid
is 'an empty current is not' "$(archives)" 1

# signals
fresh
run_fifo d
printf 'half' >&9 ; until_ok 10 has half d/current
kill -ALRM $pid
echo ' line' >&9 ; echo next >&9
check 'ALRM in the middle of a line rotates after it' until_ok 10 rotated
is 'which stays in one piece' "$(cat d/@400000006*)" 'half line'
until_ok 10 has next d/current
echo s4096 > d/config
kill -HUP $pid
seq 1000 3000 >&9
several() { test "$(ls d | grep -c '^@')" -ge 2 ; }
check 'HUP reads config again' until_ok 10 several
mkdir e
mv d was ; mkdir d
echo mark >&9 ; until_ok 10 has mark was/current
kill -HUP $pid
check 'HUP opens the directory of that name' until_ok 10 test -e d/current
echo there >&9
check 'and writes there' until_ok 10 has there d/current
is 'the old one was closed' "$(mode was/current)" 744
mv d was2
kill -HUP $pid
check 'HUP with no directory left ends it' until_ok 10 gone $pid
like 'and says why' "$(tail -n 1 err)" 'svlogd: fatal: no functional log directories.'

fresh
run_fifo d ; until_ok 10 test -e d/current
printf '1\n2\n3\n4\n5\n' >&9
kill -TERM $pid
check 'TERM with input pending ends' until_ok 10 gone $pid
is 'and has what was written before it' "$(tr '\n' ' ' < d/current)" '1 2 3 4 5 '
run_fifo d
printf 'un' >&9 ; until_ok 10 has un d/current
kill -TERM $pid ; echo finished >&9
check 'TERM in the middle of a line' until_ok 10 gone $pid
is 'waits for the rest of it' "$(tail -n 1 d/current)" unfinished
run_fifo d
printf 'never' >&9 ; until_ok 10 has never d/current
kill -TERM $pid
check 'but not for ever' until_ok 10 gone $pid
is 'and ends it' "$(tail -n 1 d/current)" never
exec 9>&-

# -v
fresh s0
echo x | svlogd -v d 2>v
is '-v' "$(cat v)" 'svlogd: info: read: d/config
svlogd: info: new: d/current
svlogd: info: close: d'

# stdin is not made non-blocking
fresh
flags() { grep flags /proc/self/fdinfo/0 ; }
is 'the flags of input are left alone' "$(sh -c 'echo x ; sleep 0.2' | { flags > before ; svlogd d ; flags | cmp - before && echo same ; })" same

done_testing
