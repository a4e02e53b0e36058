#!/bin/sh
# A supervisor of another suite was killed: our runsv takes over what it left, and its pipe.
# Locks between suites: tests/interop/locks.t; here the one that it lacks, s6's, and races.

. "${0%/*}/../lib.sh"
test -x /usr/bin/runsv || skip_all 'runit is not installed'

stat_is() { test "$(cat "$1/supervise/stat")" = "$2" ; }
pid_of() { cat "$1/supervise/pid" ; }
mkdir -p a/log
cat > a/run <<'R'
#!/bin/sh
n=0
trap 'n=$((n + 1)) ; echo $$ $n' USR1
echo $$ up
echo $$ >> runs
exec 9>only
flock -n 9 || echo overlap >> ../overlaps
while :; do sleep 0.01 9>&- ; done
R
printf '#!/bin/sh\necho "$1 $2" >> finishes\n' > a/finish
printf '#!/bin/sh\nexec cat >> ../lines\n' > a/log/run
chmod +x a/run a/finish a/log/run
writes() { kill -USR1 "$p" ; n=$((n + 1)) ; until_ok 10 grep -qx "$p $n" a/lines ; }
ours() { test "$(forge a/supervise show | cut -d' ' -f4)" = "$sup" && test "$(forge a/log/supervise show | cut -d' ' -f4)" = "$sup" ; }

/usr/bin/runsv a & sup=$!
track $sup
until_ok 10 stat_is a run && until_ok 10 stat_is a/log run
p=$(pid_of a) l=$(pid_of a/log) n=0
until_ok 10 grep -q "$p up" a/lines
check "a run of runit's writes" writes
kill -KILL $sup
wait $sup 2>/dev/null
runsv a 2>err & sup=$!
track $sup
check 'runsv takes over' until_ok 10 ours
is 'the run' "$(pid_of a)" "$p"
is 'the logger' "$(pid_of a/log)" "$l"
check 'which says so' grep -q "adopted run, process $p" err
check 'it writes' writes
kill -TERM "$l"
newlog() { x=$(pid_of a/log) ; test -n "$x" && test "$x" != "$l" ; }
check 'another logger' until_ok 10 newlog
check 'reads the pipe without a name' writes
kill -KILL $sup
wait $sup 2>/dev/null
check 'the run writes with nobody there' writes
runsv a 2>err & sup=$!
track $sup
check 'killed and started again: adopted again' until_ok 10 ours
is 'the run' "$(pid_of a)" "$p"
check 'it writes' writes
printf d > a/supervise/control
check 'd' until_ok 10 stat_is a down
case $(cat a/finishes) in '-1 15'|'-1 0') good=yes ;; *) good=$(cat a/finishes) ;; esac
is 'finish ran' $good yes
printf u > a/supervise/control
check 'u' until_ok 10 stat_is a run
p=$(pid_of a) n=0
until_ok 10 grep -q "$p up" a/lines
check 'and the next run writes' writes
kill -TERM $sup
wait $sup
is 'TERM' $? 0
is 'never two' "$(cat overlaps 2>/dev/null)" ''
is 'two runs' "$(wc -l < a/runs)" 2

built linux || { skip 'a run that went elsewhere' 'its start time cannot be compared in this build' ; done_testing ; }

# A run that went elsewhere, whose record nobody can read, and whose directory is new to it
mkdir b
printf '#!/bin/sh\necho $$ >> runs\ncd /\nexec sleep 1000\n' > b/run
chmod +x b/run
/usr/bin/runsv b & sup=$!
track $sup
until_ok 10 stat_is b run && until_ok 10 test -s b/runs
p=$(pid_of b)
kill -KILL $sup
wait $sup 2>/dev/null
runsv b 2>err & sup=$!
track $sup
check 'a run that changed its directory is known by its time' until_ok 10 grep -q "adopted run, process $p" err
is 'one run' "$(wc -l < b/runs)" 1
kill -TERM $sup
wait $sup

if test -x /usr/bin/s6-supervise && built linux ; then
  mkdir c
  printf '#!/bin/sh\nexec sleep 1000\n' > c/run
  chmod +x c/run
  /usr/bin/s6-supervise c & sup=$!
  track $sup
  until_ok 10 test -p c/supervise/control
  until_ok 10 test -s c/supervise/status
  exits "our runsv is refused where s6's is" 111 runsv c
  like 'whose pid is named' "$(cat err)" "*held by process $sup*"
  kill -TERM $sup ; kill -CONT $sup
  /usr/bin/s6-svc -xd c ; wait $sup
else skip 's6' 'not installed, or no lock that it sees in this build'
fi
done_testing
