#!/bin/sh
# kill-mode tree where the run has a control group of its own: all of it is killed at once.

. "${0%/*}/../lib.sh"
. "$SRC/tests/service.sh"
built linux || skip_all 'this build uses no Linux facility'

held() { test -e "$1" && ! flock -n "$1" true ; }

cg=
for d in /sys/fs/cgroup /sys/fs/cgroup/unified ; do
  mkdir "$d/hf-test.$$" 2>/dev/null || continue
  if test -w "$d/hf-test.$$/cgroup.kill" ; then cg=$d/hf-test.$$ ; else rmdir "$d/hf-test.$$" ; fi
done
test -n "$cg" || skip_all 'no control group (version 2) can be made here'
name=/hf-test.$$
leave() { find "$cg" -depth -type d -exec rmdir {} + ; ! test -e "$cg" ; }

script bomb/run <<R
exec cglimit $name/bomb hydra 10 ../bomb.lock
R
echo tree > bomb/kill-mode
echo 100 > bomb/timeout-kill
begin bomb ; s1=$sup
check 'ten heads in a group' until_ok 20 held bomb.lock
exits 'tree: the stop ends' 0 sv -w 30 stop ./bomb
refuse 'and nothing of it is left' held bomb.lock
is 'it was killed as a group, and that is said once' "$(sed 's/[0-9]* process[es]*/N/' bomb.err)" \
  'runsv bomb: warning: killing what the run left behind: N, with their control group'
end $s1

# Two services and a stranger in one group.
for s in a b ; do
  script $s/run <<R
exec cglimit $name/both sh -c 'setsid sh -c "trap \"\" TERM ; echo \\\$\\\$ > ../$s.left ; while : ; do sleep 0.1 ; done" & exec sleep 1000'
R
  echo tree > $s/kill-mode
  echo 100 > $s/timeout-kill
done
begin a ; s1=$sup
begin b ; s2=$sup
check 'two services in one group' until_ok 20 test -s a.left -a -s b.left
exits 'one is stopped' 0 sv -w 30 stop ./a
check 'with what it left' gone "$(cat a.left)"
refuse 'not as a group' grep -q 'control group' a.err
check 'the other runs' stat_is b run
refuse 'with all of its own' gone "$(cat b.left)"
cglimit $name/both sleep 1000 & stranger=$!
track $stranger
until_ok 20 grep -qx $stranger "$cg/both/cgroup.procs"
exits 'the other is stopped, too' 0 sv -w 30 stop ./b
check 'with what it left' gone "$(cat b.left)"
refuse 'who is not of the service stays' gone $stranger
kill $stranger
end $s1 $s2

# The logger is in the same group.
script l/run <<R
exec cglimit $name/l sh -c 'setsid sh -c "trap \"\" TERM ; echo \\\$\\\$ > ../l.left ; while : ; do sleep 0.1 ; done" & exec sleep 1000'
R
script l/log/run <<R
exec cglimit $name/l cat
R
echo tree > l/kill-mode
echo 100 > l/timeout-kill
begin l ; s1=$sup
until_ok 20 test -s l.left && until_ok 20 grep -qx "$(cat l/log/supervise/pid)" "$cg/l/cgroup.procs"
log=$(cat l/log/supervise/pid)
exits 'a logger in the group of its service: stop' 0 sv -w 30 stop ./l
check 'what the run left is gone' gone "$(cat l.left)"
is 'the logger is not' "$(cat l/log/supervise/pid)" "$log"
end $s1

# An ordinary user, to whom a group was given.
if test "$(id -u)" = 0 ; then
  mkdir "$cg/user" "$cg/user/up" user
  chmod 755 . ; chown -R nobody "$cg/user" user
  script user/u/run <<R
exec cglimit ../u hydra 10 ../u.lock
R
  echo tree > user/u/kill-mode
  echo 100 > user/u/timeout-kill
  chown -R nobody user
  sh -c "echo \$\$ > $cg/user/up/cgroup.procs ; cd user ; exec setpriv --reuid nobody --clear-groups runsv u" 2>>u.err & s1=$!
  track $s1
  check 'an ordinary user: ten heads' until_ok 20 held user/u.lock
  exits 'the stop ends' 0 sv -w 30 stop ./user/u
  refuse 'and nothing of it is left' held user/u.lock
  end $s1
else skip 'an ordinary user, to whom a group was given' 'not root'
fi
check 'all groups are empty' until_ok 10 leave
done_testing
