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

# To take over what runs already is no start.
if built linux ; then
  mkdir live
  for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 ; do script "live/s$i/run" <<'R'
exec sleep 1000
R
  done
  runsvdir live 2>err & d=$!
  track $d
  for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 ; do until_ok 20 stat_is live/s$i run && until_ok 20 test -p live/s$i/supervise/ok || : ; done
  kill -TERM $d
  wait $d
  runsvdir -R 1 live 2>err & d=$!
  track $d
  # At one a second this would take fourteen seconds.
  check 'all are taken over at once' until_ok 8 eval 'test "$(ls -l /proc/$d/fd | grep -c pidfd)" = 15'
  kill -HUP $d
  wait $d
else skip 'all are taken over at once' 'this build has no pidfd' ; fi
done_testing
