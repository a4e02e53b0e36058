#!/bin/sh
# tai64n, tai64nlocal, readproctitle.
. "${0%/*}/../lib.sh"

tai='@4000000[0-9a-f]{17}'
printf 'a\n\nlast' | tai64n > o
is 'tai64n: a stamp before each line' "$(grep -cE "^$tai (a|last)?$" o)" 3
is 'an unterminated last line stays so' "$(tail -c 4 o)" last
is 'all bytes' "$(head -c 200000 /dev/urandom > r ; tai64n < r | sed -E "s/^$tai //" | cmp - r && echo same)" same
exits 'a full disk: 111' 111 sh -c 'yes | head -c 100000 | tai64n > /dev/full'
is 'silently' "$(cat err)" ''
exits 'unreadable input: 111' 111 sh -c 'tai64n < /'
mkfifo f ; { tai64n < f > o & } ; track $! ; exec 9>f
echo x >&9
check 'a line is passed on at once' until_ok 10 grep -q 'x$' o
exec 9>&-

export TZ=XXX-3
l=@400000004a5e1f2e0a1b2c3d
is 'is what date says' "$(echo $l | tai64nlocal | cut -d. -f1)" "$(date -d @$(( 0x4a5e1f2e - 10 )) '+%F %T')"
is 'UTC' "$(echo $l | TZ=UTC0 tai64nlocal)" "$(TZ=UTC0 date -d @$(( 0x4a5e1f2e - 10 )) '+%F %T').169552957"
is 'many, a second changes' "$(for i in 0 1 2 3 ; do echo "@400000004a5e1f2${i}00000000 $i" ; done | TZ=UTC0 tai64nlocal | cut -c18-19 | tr '\n' ' ')" "$(for i in 0 1 2 3 ; do TZ=UTC0 date -d @$(( 0x4a5e1f20 + i - 10 )) +%S ; done | tr '\n' ' ')"
same() { printf "$2" > i ; check "unchanged: $1" sh -c 'tai64nlocal < i | cmp - i' ; }
same 'no label' 'hello\n\n@\n'
same 'short' '@4000 x\n@400000004a5e1f2e0a1b2c3\n'
same 'upper case (B-29)' '@400000004A5E1F2E0A1B2C3D x\n'
same 'too long' '@400000004a5e1f2e0a1b2c3d0 x\n'
same 'absurd (B-29)' '@ffffffffffffffffffffffff x\n@000000000000000000000000\n@7fffffffffffffff00000000\n'
same 'not at the beginning' " x $l\n"
same 'cut off' '@400000004a5e1f2e0a1b2c'
is 'nanoseconds above a second: ten digits' "$(echo '@400000004a5e1f2effffffff' | tai64nlocal | cut -d. -f2)" 4294967295
is 'a label at the end of input' "$(printf %s $l | tai64nlocal | wc -c)" 29
head -c 500000 /dev/urandom | tr '\000-\177' '@\n0-9a-f@\n0-9a-f' > r
check 'random bytes: none dropped' sh -c 'tai64nlocal < r > o && test "$(wc -l < o)" = "$(wc -l < r)"'
seq 1 20000 | tai64n > s
is 'what tai64n wrote' "$(tai64nlocal < s | grep -cE '^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{9} [0-9]+$')" 20000
if test -x /usr/bin/tai64nlocal ; then
  is 'as the other tai64nlocal' "$(tai64nlocal < s | cksum)" "$(/usr/bin/tai64nlocal < s | cksum)"
else skip 'as the other tai64nlocal' 'daemontools is not installed' ; fi
{ tai64nlocal < f > o & } ; track $! ; exec 9>f
echo "$l x" >&9
check 'a line is passed on at once' until_ok 10 grep -q 'x$' o
printf 'part' >&9
check 'and a part of one' until_ok 10 grep -q part o
exec 9>&-
exits 'tai64nlocal: a full disk: 111' 111 sh -c 'tai64nlocal < s > /dev/full'

exits 'readproctitle: four dots are too few' 100 readproctitle x ....
exits 'no argument' 100 readproctitle
mkfifo g
readproctitle log: .......... < g & pid=$! ; track $pid
exec 9>g
title() { test "$(tr '\0\n' '|/' < /proc/$pid/cmdline)" = "readproctitle|log:|$1|" ; }
check 'dots' until_ok 10 title '..........'
printf 'ab\0c' >&9
check 'input is shifted in, NULs dropped' until_ok 10 title '.......abc'
printf 'defghijk\nlm' >&9
check 'three dots are kept' until_ok 10 title '...hijk/lm'
head -c 100000 /dev/zero | tr '\0' z >&9
check 'a lot of it' until_ok 10 title '...zzzzzzz'
exec 9>&-
wait $pid ; is '0 at the end of input' $? 0
exits 'a read error: 111' 111 sh -c 'readproctitle ..... < /'
done_testing
