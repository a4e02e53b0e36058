#!/bin/sh
# A hundred services upgraded at once while one of them logs at full speed.

. "${0%/*}/../lib.sh"

mkdir all
i=0
while test $i -lt 100 ; do
  mkdir all/s$i
  printf '#!/bin/sh\necho $$ >> pids\nexec sleep 1000\n' > all/s$i/run
  chmod +x all/s$i/run
  i=$((i + 1))
done
n=4000000
mkdir all/s0/log
printf '#!/bin/sh\necho $$ >> pids\nwhile test ! -e go ; do sleep 0.02 ; done\nexec seqwriter %s\n' $n > all/s0/run
printf '#!/bin/sh\nexec cat >> ../lines\n' > all/s0/log/run
chmod +x all/s0/log/run
cd all || exit 1
sups=
for s in * ; do runsv $s 2>>../err & sups="$sups $!" ; done
track $sups
cd ..
all_up() { for s in all/* ; do test "$(cat $s/supervise/stat)" = run || return 1 ; done ; }
check 'a hundred run' until_ok 30 all_up
pids=$(cat all/*/supervise/pid)
count=0
echo > all/s0/go
while test "$(tail -n 1 all/s0/lines 2>/dev/null)" != $n && test $count -lt 50 ; do
  for s in all/* ; do printf R > $s/supervise/control ; done
  count=$((count + 1))
done
echo "# upgraded $count times"
check 'at least once' test $count -ge 1
check 'the last line comes' until_ok 30 sh -c "test \"\$(tail -n 1 all/s0/lines)\" = $n"
check 'no line lost, none doubled, in order' sh -c "seq $n | cmp - all/s0/lines"
idle() { for s in $sups ; do test -z "$(cat /proc/$s/task/$s/children | tr ' ' '\n' | sed 1,2d)" || return 1 ; done ; }
check 'all upgrades are over' until_ok 30 idle
is 'the same processes' "$(cat all/*/supervise/pid)" "$pids"
is 'each started once' "$(cat all/*/pids | wc -l)" 100
is 'nothing was said' "$(cat err)" ''
check 'all supervisors live' kill -0 $sups
for s in all/* ; do printf d > $s/supervise/control ; done
all_down() { for s in all/* ; do test "$(cat $s/supervise/stat)" = down || return 1 ; done ; }
check 'and obey' until_ok 30 all_down
done_testing
