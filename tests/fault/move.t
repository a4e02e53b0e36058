#!/bin/sh
# The service directory is removed and made anew while its service runs: runsv is told by USR1
# and moves there, the same process, with the run, the logger and their pipe; it can be killed
# in the new place too. What stops it from moving is tried again.

. "${0%/*}/../lib.sh"

say() { printf %s "$2" > "$1/supervise/control" ; }
stat_is() { test "$(cat "$1/supervise/stat")" = "$2" ; }
pid_of() { cat "$1/supervise/pid" ; }
service() {
  mkdir -p a/log
  printf '#!/bin/sh\nexec writer\n' > a/run
  printf '#!/bin/sh\necho $1-$2 >> %s/finishes\n' "$T" > a/finish
  printf '#!/bin/sh\nexec cat >> %s/lines\n' "$T" > a/log/run
  echo 1 1 | tee a/restart-delay > a/log/restart-delay
  chmod +x a/run a/finish a/log/run
}
mkdir bin
PATH=$T/bin:$PATH
# Writes a line whenever it is sent USR1, the number of lines so far.
cat > bin/writer <<'W'
#!/bin/sh
n=0
trap 'n=$((n + 1)) ; echo $$ $n' USR1
echo $$ up
while :; do sleep 0.01 ; done
W
chmod +x bin/writer
writes() { kill -USR1 "$p" ; n=$((n + 1)) ; until_ok 10 grep -qx "$p $n" lines ; }

service
runsv a 2>err & sup=$!
track $sup
until_ok 10 stat_is a run && until_ok 10 stat_is a/log run
p=$(pid_of a) l=$(pid_of a/log) n=0
until_ok 10 grep -q "$p up" lines
check 'the run writes' writes

rm -r a
check 'without its directory too' writes
service
kill -USR1 $sup
check 'runsv moves' until_ok 10 grep -q 'moved to the new service directory' err
check 'run' stat_is a run
is 'same run' "$(pid_of a)" "$p"
is 'same logger' "$(pid_of a/log)" "$l"
check 'the run writes' writes
exits 'another is refused there' 111 runsv a
like 'with the pid of the one' "$(cat err)" "*held by process $sup*"

kill -KILL $sup
wait $sup 2>/dev/null
check 'the run writes while nobody is there' writes
runsv a 2>err2 & sup=$!
track $sup
check 'killed in the new place: adopted' until_ok 10 grep -q "adopted run, process $p" err2
is 'same run' "$(pid_of a)" "$p"
is 'same logger' "$(pid_of a/log)" "$l"
check 'the run writes' writes
kill -TERM "$l"
newlog() { x=$(pid_of a/log) ; test -n "$x" && test "$x" != "$l" ; }
check 'another logger' until_ok 10 newlog
check 'reads the pipe that the run has' writes
kill -KILL "$p"
check 'its death is noticed' until_ok 10 grep -qx -e '-1-9' finishes
newrun() { x=$(pid_of a) ; test -n "$x" && test "$x" != "$p" && grep -q "$x up" lines ; }
check 'another run writes to the new logger' until_ok 10 newrun
p=$(pid_of a) n=0

# What stops it
mv a b
service
ln -s nowhere/at/all a/supervise
kill -USR1 $sup
check 'a place where it cannot go: said' until_ok 10 grep -q 'runsv a: warning: unable to open supervise' err2
check 'the run writes' writes
printf p > b/supervise/control
check 'commands are obeyed in the old place' until_ok 10 stat_is b 'run, paused'
printf c > b/supervise/control
rm a/supervise
check 'then it goes there by itself' until_ok 10 stat_is a run
is 'having said it once' "$(grep -c 'unable to open supervise' err2)" 1
check 'the run writes' writes
is 'the same run' "$(pid_of a)" "$p"

rm -r a
kill -USR1 $sup
check 'no new directory: said' until_ok 10 grep -q 'unable to move' err2
check 'the run writes' writes
kill -TERM $sup
wait $sup
is 'TERM' $? 0
refuse 'the run is gone' kill -0 "$p" 2>/dev/null
is 'no line but the expected' "$(grep -c . lines)" "$(sort -u lines | grep -c .)"
done_testing
