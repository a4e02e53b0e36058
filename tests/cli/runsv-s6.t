#!/bin/sh
# s6 service directories: a whole tree of them under runsvdir -6, beside s6-svscan where that is
# installed; lock-fd; what signals and commands mean in the s6 convention.

. "${0%/*}/../lib.sh"
. "$SRC/tests/service.sh"

# One of each kind. What they see goes to files beside the scan directory.
tree() {
  script $1/full/run <<R
test "\$(cut -d' ' -f6 /proc/\$\$/stat)" = \$\$ && session=own
{ echo "run: \$1 \$#, session \${session-shared}, data \$(cat data/x), env \$WORD" ; } > ../../$1.full
echo >&3
exec 3>&-
trap 'exit 3' USR1
while : ; do sleep 0.02 ; done
R
  sed -i '1s,.*,#!/bin/sh\ntest -n "${WORD-}" || exec envdir env ./run "$@",' $1/full/run
  mkdir $1/full/env $1/full/data
  echo word > $1/full/env/WORD
  echo datum > $1/full/data/x
  echo 3 > $1/full/notification-fd
  echo USR1 > $1/full/down-signal
  script $1/full/finish <<R
echo "finish: \$1 \$2 \$3" >> ../../$1.full
R
  script $1/permanent/run <<R
echo run >> ../../$1.permanent
exit 4
R
  script $1/permanent/finish <<R
echo "finish: \$1 \$2 \$3" >> ../../$1.permanent
exit 125
R
  script $1/killed/run <<R
echo run >> ../../$1.killed
exec sleep 1000
R
  script $1/killed/finish <<R
echo "finish: \$1 \$2 \$3" >> ../../$1.killed
R
  script $1/slow/run <<R
echo run >> ../../$1.slow
exec sleep 0.1
R
  script $1/slow/finish <<R
test -e ../../$1.slow.tried || { : > ../../$1.slow.tried ; exec sleep 1000 ; }
R
  echo 300 > $1/slow/timeout-finish
  script $1/asleep/run <<R
echo run >> ../../$1.asleep
exec sleep 1000
R
  touch $1/asleep/down
  script $1/talks/run <<R
echo "a line of talks"
exec sleep 1000
R
  script $1/talks/log/run <<R
echo "run: \$1 \$#" > ../../../$1.log
exec cat >> ../../../$1.log
R
}
# The story: the same commands, by the words of either suite.
has() { grep -q -e "$2" "$1" 2>/dev/null ; }
story() { # TREE COMMAND: "COMMAND letter service"
  until_ok 20 has $1.full run &&
  until_ok 20 has $1.permanent finish &&
  until_ok 20 has $1.killed run &&
  until_ok 20 has $1.log line &&
  until_ok 20 lines $1.slow 2 &&
  $2 t $1/killed &&
  until_ok 20 has $1.killed finish &&
  $2 d $1/killed && $2 d $1/full && $2 d $1/slow &&
  until_ok 20 has $1.full finish &&
  $2 u $1/asleep &&
  until_ok 20 has $1.asleep run
}
told() { for f in full permanent log asleep ; do echo "$f:" ; cat $1.$f ; done ; head -n 2 $1.killed ; }

ours() { say "$2" "$1" ; }
tree hf
runsvdir -6 hf 2>hf.err & dir=$!
track $dir
check 'a tree of s6 directories: the story comes to its end' story hf ours
is 'each did what s6 says' "$(told hf)" 'full:
run: full 1, session own, data datum, env word
finish: 3 0 full
permanent:
run
finish: 4 0 permanent
log:
run: talks/log 1
a line of talks
asleep:
run
run
finish: 256 15 killed'
is 'the one that ended for good is given up' "$(sv list --json ./hf/permanent 2>/dev/null | grep -c '"gave-up"\|gave up\|gave-up')" 1
is 'a finish that hangs was ended' "$(test -e hf.slow.tried && echo yes)" yes
kill -HUP $dir ; wait $dir

if s6=$(command -v s6-svscan) ; then
  theirs() { s6-svc -$1 "$2" ; }
  tree s6
  mkdir -p s6/.s6-svscan
  "$s6" s6 >s6.err 2>&1 & scan=$!
  track $scan
  check 'the same under s6-svscan' story s6 theirs
  is 'and the same is seen' "$(told s6)" "$(told hf)"
  s6-svscanctl -t s6 ; wait $scan
else
  skip 'the same under s6-svscan' 's6 is not installed'
  skip 'and the same is seen' 's6 is not installed'
fi

# lock-fd
script lock/run <<'R'
echo run >> ../lock.runs
test -e ../left || { sleep 1000 & echo $! > ../left.new ; mv ../left.new ../left ; }
exec sleep 1000
R
echo 7 > lock/lock-fd
begin lock
check 'lock-fd: the run holds the lock' until_ok 20 hf_not flock -n lock/supervise/service-lock true
until_ok 20 test -e left && until_ok 20 stat_is lock run
kill -KILL "$(pid_of lock)"
check 'the next waits for what the last one left' until_ok 20 grep -q 'service-lock' lock.err
is 'and does not run' "$(cat lock.runs)" run
kill "$(cat left)"
check 'then it does' until_ok 20 lines lock.runs 2
is 'said once' "$(cat lock.err)" 'runsv lock: warning: unable to lock supervise/service-lock for ./run, trying again: temporary failure'
end $sup
script same/run <<'R'
exec sleep 1000
R
echo 5 > same/lock-fd
echo 5 > same/notification-fd
begin same
check 'lock-fd and notification-fd of one number' until_ok 20 stat_is same run
is 'are named' "$(cat same.err)" 'runsv same: warning: ignoring lock-fd: invalid value'
end $sup

# Signals to the supervisor, and u.
script sig/run <<'R'
echo run >> ../sig.runs
trap 'echo INT > ../sig.int ; exit' INT
until test -e ../sig.end ; do sleep 0.02 ; done
R
begin -6 sig
until_ok 20 test -e sig.runs && until_ok 20 stat_is sig run
p=$(pid_of sig)
kill -HUP $sup
check 'HUP: wants to leave' until_ok 20 stat_is sig 'run, want exit'
refuse 'and touches nothing' gone $p
touch sig.end
check 'and leaves when the service has ended' wait $sup
rm sig.end sig.runs
begin -6 sig
until_ok 20 test -e sig.runs && until_ok 20 stat_is sig run
p=$(pid_of sig)
kill -INT $sup
check 'INT: leaves at once' wait $sup
check 'and the service got it, too' until_ok 20 test -e sig.int
until_ok 20 gone $p
touch sig.end
script rel/run <<'R'
trap 'echo USR2 > ../rel.got' USR2
echo up > ../rel.up
while : ; do sleep 0.02 ; done
R
echo USR2 > rel/reload-signal
begin -6 rel
until_ok 20 test -e rel.up
exits 'sv reload' 0 sv reload ./rel
check 'knows the convention of the tree' until_ok 20 test -e rel.got
end $sup
script delay/run <<'R'
echo run >> ../delay.runs
R
echo 600000 > delay/restart-delay
begin -6 delay
until_ok 20 lines delay.runs 1
until_ok 20 stat_is delay down
say delay u
check 'u during the delay starts it at once' until_ok 20 lines delay.runs 2
end $sup
done_testing
