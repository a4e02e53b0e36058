#!/bin/sh
# runsvdir -R: a hundred broken services do not eat the machine.

. "${0%/*}/../lib.sh"
. "$SRC/tests/service.sh"

i=0
while test $i -lt 20 ; do
  script "tmp/s$i/run" <<'R'
echo x >> ../../runs
exit 1
R
  echo 10 > "tmp/s$i/restart-delay"
  i=$((i + 1))
done
mv tmp scan
begun=$(hf_now)
runsvdir -R 20 scan 2>err & d=$!
track $d
check 'they start, and start again' until_ok 30 lines runs 40
check 'and go on' until_ok 30 lines runs 60
n=$(wc -l < runs)
ms=$(( $(hf_now) - begun ))
# Twenty runsvs may start at once, and twenty a second after that; so may the restarts.
check "no more than the pace allows ($n runs in $ms ms)" test "$n" -le $(( 20 + 20 + 2 * (ms + 1000) * 20 / 1000 ))
kill -HUP $d
wait $d
is 'HUP: exit 111' $? 111
check 'all are told to leave' until_ok 30 sh -c 'for s in scan/s*; do test "$(sv status ./$s 2>/dev/null | cut -c1-4)" = fail || exit 1; done'
done_testing
