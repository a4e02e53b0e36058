#!/bin/sh
# svlogd killed by SIGKILL again and again under load, the next one reading on from the same
# pipe: no line torn or doubled, what is missing is what one read may have held each time.
. "${0%/*}/../lib.sh"

gone() { ! kill -0 "$1" 2>/dev/null ; }
mkdir d
printf '%s\n' s100000 n0 > d/config
mkfifo pipe
exec 9<>pipe                  # as a supervisor does: both ends stay open
# whole lines, one write each, numbered
( i=0 ; while test $i -lt 40000 ; do echo "line $i of the log" ; i=$((i + 1)) ; done >&9 ; : > fed ) & track $!
kills=0
while ! test -e fed ; do
  svlogd -tt d <&9 & pid=$!
  sleep 0.05
  kill -KILL $pid ; wait $pid 2>/dev/null
  kills=$((kills + 1))
done
svlogd -tt d <&9 & pid=$! ; track $pid
echo 'the end' >&9
end() { grep -q 'the end$' d/current ; }
check 'the last one reads the rest' until_ok 20 end
kill -TERM $pid
check 'TERM ends it' until_ok 10 gone $pid
# the kernel may stop a write of several pages where the signal finds it: then, and only
# then, the last line of what was set aside is cut
for f in d/@* d/current ; do
  case $f in *'*'*) continue ;; esac
  if test -z "$(tail -c 1 "$f" | tr -d '\n')" ; then cat "$f" ; else sed '$d' "$f" ; fi
done > all
cut -d' ' -f2- all | grep '^line' > lines
is 'no line is torn' "$(grep -vcE '^20[^ ]* (line [0-9]+ of the log|the end)$' all)" 0
is 'none is doubled, all are in order' "$(cut -d' ' -f2 lines | sort -nuc && echo yes)" yes
# a block is at most 65536 bytes, 2600 lines
check "after $kills kills next to nothing is missing" test "$(wc -l < lines)" -ge $((40000 - kills * 3300))
echo "# $kills kills, $((40000 - $(wc -l < lines))) lines missing"

# a line begun by one and ended by the next
rm -rf d ; mkdir d
svlogd d <&9 & pid=$!
printf 'before\nhalf a ' >&9
half() { grep -q 'half a ' d/current ; }
until_ok 10 half
kill -KILL $pid ; wait $pid 2>/dev/null
printf 'line\nafter\n' >&9
svlogd d <&9 & pid=$! ; track $pid
after() { grep -q after d/current ; }
check 'the next one goes on' until_ok 10 after
is 'nothing is missing' "$(cat d/@* d/current)" 'before
half a line
after'
kill -TERM $pid ; until_ok 10 gone $pid

# rotation under load, with ALRM
rm -rf d ; mkdir d ; printf '%s\n' s0 n0 > d/config
linegen 20000000 50 4096 > in
( cat in ; : > fed2 ) | svlogd d & track $!
pid=
for p in $(pgrep -P $$ svlogd) ; do pid=$p ; done
while ! test -e fed2 && test -n "$pid" ; do kill -ALRM $pid 2>/dev/null || break ; sleep 0.01 ; done
wait
is 'all bytes' "$(cat d/@* d/current 2>/dev/null | cmp - in && echo same)" same
for f in d/@* d/current ; do test -s "$f" && tail -c 1 "$f" | od -An -c ; done 2>/dev/null | sort | uniq -c > ends
check 'files end at line ends' test "$(wc -l < ends)" -le 1
done_testing
