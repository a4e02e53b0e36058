#!/bin/sh
# svlogd on a full disk: block, drop, trim; signals meanwhile; other directories go on.
. "${0%/*}/../lib.sh"

test "$(id -u)" = 0 || skip_all 'mounting a small file system needs root'
mkdir small
mount -t tmpfs -o size=1m none small 2>/dev/null || skip_all 'cannot mount a tmpfs'
ending() { code=$? ; umount -l "$T/small" 2>/dev/null ; ( exit $code ) ; hf_cleanup ; }
trap ending EXIT

d=small/d
gone() { ! kill -0 "$1" 2>/dev/null ; }
has() { grep -q -- "$1" "$2" 2>/dev/null ; }
run_fifo() { rm -f fifo ; mkfifo fifo ; svlogd "$@" <fifo 2>err & pid=$! ; track $pid ; exec 9>fifo ; until_ok 10 test -e $d/current ; }
fill() { head -c 1200000 /dev/zero > small/fill 2>/dev/null ; }
fresh() { rm -rf small/* ; mkdir $d ; test $# = 0 || printf '%s\n' "$@" > $d/config ; }
seq 10001 19999 > lines # 60 kB

# block
fresh ; rm -rf e ; mkdir e
run_fifo -tt $d e
echo first >&9 ; until_ok 10 has first $d/current
fill
( cat lines >&9 ; echo last >&9 ) & feeder=$! ; track $feeder
check 'block: it says that the disk is full' until_ok 10 has 'pausing: unable to write to current: small/d: out of disk space' err
check 'the other directory gets what was read' until_ok 10 has 10001 e/current
kill -ALRM $pid ; kill -HUP $pid
check 'it is alive' kill -0 $pid
rm small/fill
check 'and goes on when there is room' until_ok 10 has last $d/current
wait $feeder
exec 9>&- ; until_ok 10 gone $pid
is 'every line, once' "$(cat $d/@* $d/current 2>/dev/null | cut -d' ' -f2 | sed '1d;$d' | cmp - lines && echo same)" same
is 'in the other, too' "$(cat e/@* e/current 2>/dev/null | cut -d' ' -f2 | sed '1d;$d' | cmp - lines && echo same)" same
refuse 'nothing was lost' test -e $d/lost

fresh
run_fifo $d
echo first >&9 ; until_ok 10 has first $d/current
fill
cat lines >&9 & feeder=$! ; track $feeder
until_ok 10 has pausing err
kill -TERM $pid
check 'TERM ends it though the disk is full (B-25)' until_ok 10 gone $pid
wait $pid ; is 'with 111: lines could not be written' $? 111
check 'and says how much' has 'ended with [0-9]* bytes unwritten: small/d' err
exec 9>&-

# started on a full disk
fresh ; fill
rm -f fifo ; mkfifo fifo ; svlogd $d <fifo 2>err & pid=$! ; track $pid ; exec 9>fifo
echo early >&9
until_ok 10 has pausing err
kill -TERM $pid ; check 'TERM works at the start, too' until_ok 10 gone $pid
exec 9>&-

# drop
fresh 'full drop'
run_fifo $d
echo first >&9 ; until_ok 10 has first $d/current
fill
cat lines >&9 ; cat lines >&9 ; cat lines >&9
check 'drop: the producer does not wait' true
until_ok 10 has pausing err
counted() { test "$(sed -n 's/^lines //p' $d/lost)" -gt 1000 ; }
check 'lost lines are counted at once' until_ok 10 counted
rm small/fill
echo again >&9
check 'a marker line when there is room' until_ok 10 has 'svlogd: [0-9]* lines ([0-9]* bytes) lost from 20.*Z to 20.*Z: out of disk space' $d/current
echo after >&9 ; until_ok 10 has after $d/current
n=$(sed -n 's/.*svlogd: \([0-9]*\) lines.*/\1/p' $d/current)
got=$(grep -cE '^(1[0-9]{4}|first|again|after)$' $d/current)
is 'written and lost are all there were' "$((n + got))" $((3 * 9999 + 3))
is 'one marker' "$(grep -c 'lost from' $d/current)" 1
is 'the file lost says the same' "$(sed -n 's/^lines //p' $d/lost)" "$n"
like 'and when and why' "$(cat $d/lost | tr '\n' '|')" 'lines *|bytes *|from @4*|to @4*|reason out of disk space|*'
exec 9>&- ; until_ok 10 gone $pid
is 'no line is torn' "$(grep -vcE '^(1[0-9]{4}|first|again|after|svlogd: .*|1[0-9]{0,3})$' $d/current)" 0

# N: the oldest go first
fresh s16384 n100 N2
run_fifo $d
i=0 ; while test $i -lt 30 ; do cat lines >&9 ; i=$((i + 1)) ; done ; echo last >&9
check 'N: old archives make room' until_ok 20 has last $d/current
check 'which is told' has 'svlogd: warning: out of disk space, delete: small/d/@' err
check 'down to N' test "$(ls $d | grep -c '^@')" -ge 2
exec 9>&- ; until_ok 10 gone $pid
cat $d/@* $d/current > all
i=$(head -n 1 all) ; is 'what is left is the end, without a hole' "$(tail -n 9000 all | head -n 8999 | cksum)" "$(cat lines lines lines | tail -n 8999 | cksum)"

# trim
fresh s16384 n0 'full trim'
run_fifo $d
i=0 ; while test $i -lt 30 ; do cat lines >&9 ; i=$((i + 1)) ; done ; echo last >&9
check 'trim: logging goes on' until_ok 20 has last $d/current
exec 9>&- ; until_ok 10 gone $pid
done_testing
