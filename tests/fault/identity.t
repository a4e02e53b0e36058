#!/bin/sh
# What a new runsv believes of the record of one that was killed: pids that went to others,
# records that are damaged or of another format, two that start at once, deaths that nobody
# watched, zombies that nobody reaps.

. "${0%/*}/../lib.sh"

say() { printf %s "$2" > "$1/supervise/control" ; }
stat_is() { test "$(cat "$1/supervise/stat")" = "$2" ; }
pid_of() { cat "$1/supervise/pid" ; }
dead() { case $(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null) in ''|Z*) return 0 ;; *) return 1 ;; esac ; }
end() { kill -KILL "$1" ; until_ok 10 dead "$1" ; }
stop_all() { for hf_s in $* ; do kill -KILL "$hf_s" 2>/dev/null ; wait "$hf_s" 2>/dev/null ; done ; }

mkdir a
printf '#!/bin/sh\necho $$ >> runs\nexec 9>only\nflock -n 9 || echo overlap >> overlaps\nexec sleep 1000\n' > a/run
printf '#!/bin/sh\necho "$1 $2" >> finishes\n' > a/finish
echo 1 1 > a/restart-delay
chmod +x a/run a/finish
up() {
  runsv a 2>>err & sup=$!
  track $sup
  until_ok 10 stat_is a run && until_ok 10 test -s a/supervise/pid
  p=$(pid_of a)
  until_ok 10 grep -qx "$p" a/runs
}
again() { runsv a 2>>err & sup=$! ; track $sup ; }
in_control() { test "$(forge a/supervise show | cut -d' ' -f4)" = "$sup" ; }
running_other() { in_control && stat_is a run && test "$(pid_of a)" != "$p" ; }
# Says what there is instead, if it does not come.
other_comes() {
  until_ok 10 running_other && return 0
  echo "# record: $(forge a/supervise show) ; stat $(cat a/supervise/stat), pid $(pid_of a), before $p, runsv $sup"
  tail -n 3 err | sed 's/^/# /'
  return 1
}
adopted() { in_control && stat_is a run && test "$(pid_of a)" = "$p" ; }

# A pid that belongs to somebody else now
sleep 1000 & stranger=$!
track $stranger
sleep 0.05                    # start times are told in hundredths of seconds
up
stop_all $sup
end "$p"
forge a/supervise child=$stranger
again
check 'a process with another start time is nobody we know' other_comes
like 'the death of the run was noticed' "$(cat a/finishes)" '-1 [09]'
say a d
check 'd' until_ok 10 stat_is a down
check 'the stranger was left alone' kill -0 $stranger
say a u
check 'u' until_ok 10 stat_is a run
p=$(pid_of a)
stop_all $sup
end "$p"
forge a/supervise boot
: > a/finishes
again
check 'a record of another boot' other_comes
is 'is no record' "$(cat a/finishes)" ''
until_ok 10 grep -qx "$(pid_of a)" a/runs

# Damage: the run lives, and is found by what else there is
told() { test "$(od -An -tu4 -j12 -N4 a/supervise/status | tr -d ' ')" = "$p" ; } # the last file written
damage() {
  p=$(pid_of a)
  until_ok 10 told
  stop_all $sup
  eval "$2"
  again
  check "$1: the run is found" until_ok 10 adopted
}
p=$(pid_of a)
say a t
check 'another run' other_comes
until_ok 10 grep -qx "$(pid_of a)" a/runs
damage 'torn in its last write' 'forge a/supervise torn'
damage 'garbage' 'forge a/supervise garbage'
damage 'cut short' 'dd if=/dev/null of=a/supervise/state bs=1 seek=100 2>/dev/null'
damage 'empty' ': > a/supervise/state'
damage 'removed' 'rm a/supervise/state'
damage 'newer format' 'forge a/supervise format=9999'
check 'which is said' grep -q 'runsv a: warning: supervise/state is of another version' err
damage 'a last write of newer format' 'forge a/supervise one-format=9999'
damage 'and nothing more' ':'
p=$(pid_of a)
stop_all $sup
end "$p"
forge a/supervise format=9999
again
check 'newer format, run dead: another is started' other_comes
p=$(pid_of a)
until_ok 10 grep -qx "$p" a/runs
stop_all $sup
echo 1 > a/supervise/status
forge a/supervise garbage
end "$p"
again
check 'garbage everywhere, run dead: another is started' other_comes
until_ok 10 grep -qx "$(pid_of a)" a/runs

# Two at once
n=0
while test $n -lt 10 ; do
  p=$(pid_of a)
  stop_all $sup
  pids=
  for i in 1 2 3 4 ; do runsv a 2>/dev/null & pids="$pids $!" ; done
  track $pids
  live() { sup= ; c=0 ; for i in $pids ; do case $(cut -d' ' -f3 /proc/$i/stat 2>/dev/null) in Z|'') ;; *) sup=$i ; c=$((c+1)) ;; esac ; done ; test $c = 1 ; }
  until_ok 10 live && until_ok 10 adopted || break
  n=$((n + 1))
done
is 'of four that start at once one stays, and adopts' $n 10
is 'never two runs' "$(cat a/overlaps 2>/dev/null)" ''

# Deaths that nobody watched, and how they ended
printf '#!/bin/sh\necho $$ >> runs\ntrap "exit 7" USR1\nwhile : ; do sleep 0.01 ; done\n' > a/run
p=$(pid_of a)
say a t
check 'another run' other_comes
p=$(pid_of a)
until_ok 10 grep -qx "$p" a/runs
stop_all $sup
: > a/finishes
again
check 'adopted' until_ok 10 adopted
kill -USR1 "$p"
check 'the death of an adopted run is noticed' other_comes
case $(cat a/finishes) in '7 0'|'-1 0') good=yes ;; *) good="$(cat a/finishes)" ;; esac
is 'finish was told 7, or that it is not known' "$good" yes

# Zombies
keep() {
  user=$1
  rm -rf z
  mkdir z
  cp a/finish z ; echo 1 1 > z/restart-delay
  printf '#!/bin/sh\ntrap "exit $(cat code)" USR1\necho $$ >> runs\nwhile : ; do sleep 0.01 ; done\n' > z/run
  chmod +x z/run ; echo $2 > z/code
  test -z "$user" || { chmod 755 . ; chown -R "$user" z ; }
  keeper $user_as runsv z 2>>err & k=$!
  track $k
  until_ok 10 test -s z/runs
  zp=$(cat z/supervise/pid)
  zsup=$(cat /proc/$k/task/$k/children)
  kill -KILL $zsup
  until_ok 10 grep -q "^State:.Z" /proc/${zsup% }/status
  $user_as runsv z 2>>err & zsup=$!
  track $zsup
  until_ok 10 grep -q "adopted run, process $zp" err
  kill -USR1 "$zp"
}
zombie() { grep -q '^State:.Z' /proc/$zp/status ; }
other_run() { x=$(cat z/supervise/pid) ; test -n "$x" && test "$x" != "$zp" ; }
busy() { set -- $(sed 's/.*) //' /proc/$zsup/stat) ; echo $(( ${12} + ${13} )) ; }
zombies() {
  check "$1: a zombie is dead" until_ok 10 other_run
  check "$1: it is one" zombie
  until_ok 10 test -s z/finishes
  is "$1: finish has its exit code" "$(head -n 1 z/finishes)" "$2 0"
  one=$(busy)
  sleep 0.5
  check "$1: nothing spins" test $(( $(busy) - one )) -lt 25
  kill -TERM $zsup ; wait $zsup
  kill -KILL $k
}
user_as=
if built linux ; then
  keep '' 3 ; zombies 'own' 3
  keep '' 0 ; zombies 'own, exit 0' 0
  if test "$(id -u)" = 0 ; then
    user_as='setuidgid nobody' ; keep nobody 5 ; zombies 'of an ordinary user' 5
    keep nobody 0 ; zombies 'of an ordinary user, exit 0' 0
  else skip 'of an ordinary user' 'needs root'
  fi
else skip 'zombies' 'needs a subreaper'
fi
done_testing
