#!/bin/sh
# kill-mode: what is left of a run when it is stopped; daemons that background themselves.

. "${0%/*}/../lib.sh"
. "$SRC/tests/service.sh"

# A run with a child, a double-forked child in a session of its own, and a stubborn one.
family() {
  script "$1/run" <<R
sleep 1000 & echo \$! >> ../$1.pids
setsid sh -c 'sleep 1000 & echo \$! >> ../$1.pids' &
sh -c 'trap "" TERM ; echo \$\$ >> ../$1.pids ; while : ; do sleep 0.2 ; done' &
until test "\$(wc -l < ../$1.pids)" -ge 3 ; do sleep 0.02 ; done
echo up > ../$1.up
exec sleep 1000
R
}
all_gone() { for hf_p in $(cat "$1") ; do gone "$hf_p" || return 1 ; done ; }
none_gone() { for hf_p in $(cat "$1") ; do gone "$hf_p" && return 1 ; done ; return 0 ; }

if built linux ; then # finding descendants needs a subreaper
family tree
echo tree > tree/kill-mode
echo 300 > tree/timeout-kill
begin tree ; s1=$sup
check 'tree: up' until_ok 15 test -e tree.up
say tree d
check 'tree: down' until_ok 15 stat_is tree down
check 'tree: every descendant is gone when it is down' all_gone tree.pids
rm tree.up tree.pids
say tree u
check 'tree: up again' until_ok 15 test -e tree.up
kill -KILL "$(pid_of tree)"
check 'tree: what a crashed run left is gone before the next' until_ok 15 sh -c 'test "$(wc -l < tree.pids)" = 6'
end $s1
check 'tree: nothing is left after the exit' until_ok 15 all_gone tree.pids
else skip 'kill-mode tree' 'this build uses no Linux facility' ; fi

family group
echo group > group/kill-mode
echo 300 > group/timeout-kill
begin group ; s1=$sup
until_ok 15 test -e group.up
say group d
check 'group: down' until_ok 15 stat_is group down
check 'group: the members of the group are gone' gone "$(sed -n 1p group.pids)"
end $s1
kill -KILL $(cat group.pids) 2>/dev/null

family plain
begin plain ; s1=$sup
until_ok 15 test -e plain.up
p=$(pid_of plain)
say plain d
check 'process: down' until_ok 15 stat_is plain down
check 'process: the run is gone' gone "$p"
check 'process: its children are left alone, as sshd wants it' none_gone plain.pids
end $s1
kill -KILL $(cat plain.pids) 2>/dev/null

# What the service left behind is not the logger's to sweep.
family both
script both/log/run <<'R'
exec cat
R
echo tree > both/log/kill-mode
begin both ; s1=$sup
until_ok 15 test -e both.up
p=$(pid_of both/log)
say both d
until_ok 15 stat_is both down
say both/log t
check 'a logger with kill-mode tree is started again' until_ok 15 another both/log "$p"
check 'and has swept nothing of the service' none_gone both.pids
kill -KILL $(cat both.pids) 2>/dev/null
end $s1

if built linux ; then # finding descendants needs a subreaper
# A daemon that goes into the background: with a pid file, and without.
script back/run <<'R'
sh -c 'echo $$ > daemon.pid ; exec sleep 1000' &
until test -s daemon.pid ; do sleep 0.02 ; done
exit 0
R
echo daemon.pid > back/background
begin back ; s1=$sup
in_background() { test -s back/daemon.pid && test "$(pid_of back)" = "$(cat back/daemon.pid)" ; }
check 'background: the daemon is what is supervised' until_ok 15 in_background
check 'background: and it runs' stat_is back run
p=$(pid_of back)
rm back/daemon.pid
kill -KILL "$p"
check 'background: its death is noticed, and another follows' until_ok 15 sh -c 'test -s back/daemon.pid && test "$(cat back/supervise/pid)" = "$(cat back/daemon.pid)"'
p=$(pid_of back)
say back d
check 'background: down' until_ok 15 stat_is back down
check 'background: and gone' gone "$p"
script back/run <<'R'
until test -e ../back.go ; do sleep 0.02 ; done
sh -c 'echo $$ > daemon.pid ; exec sleep 1000' &
until test -s daemon.pid ; do sleep 0.02 ; done
exit 0
R
rm -f back/daemon.pid
exits 'background: sv start is not content with the run' 1 sv -w 1 start ./back
touch back.go
exits 'but with the daemon' 0 sv -w 20 start ./back
like 'which it names' "$(cat out)" "ok: run: ./back: (pid $(cat back/daemon.pid)) *"
exits 'svwait, too' 0 svwait -t 20000 ready ./back
say back d
until_ok 15 stat_is back down
echo 1 > back/daemon.pid
script back/run <<'R'
sleep 1000 &
exit 0
R
say back u
check 'background: a pid file that lies is not believed' until_ok 15 sh -c 'test "$(cat back/supervise/stat)" = run && test "$(cat back/supervise/pid)" -gt 1'
end $s1
else skip 'background' 'this build uses no Linux facility' ; fi

done_testing
