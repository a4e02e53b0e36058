#!/bin/sh
# control/ scripts run beside the supervisor, never in its way; log/finish; a log/ that stops.

. "${0%/*}/../lib.sh"
. "$SRC/tests/service.sh"

script a/run <<'R'
trap 'echo TERM >> ../signals ; exit' TERM
trap 'echo HUP >> ../signals' HUP
echo run >> ../order
while : ; do sleep 0.05 ; done
R
script a/control/u <<'R'
echo u >> ../order
exit 0
R
script a/control/h <<'R'
echo h >> ../order
exit 0
R
begin a
check 'control/u runs before run' until_ok 10 lines order 2
is 'in this order' "$(tr '\n' ' ' < order)" 'u run '
say a h
check 'control/h runs' until_ok 10 grep -q h order
script a/control/h <<'R'
echo h2 >> ../order
kill -KILL $$
R
refuse 'and the signal was not sent, since it exited 0' test -e signals
say a h
check 'killed by a signal is not exit 0: HUP is sent' until_ok 10 grep -q HUP signals

script a/control/t <<'R'
echo t >> ../order
until test -e ../go ; do sleep 0.02 ; done
exit 1
R
script a/control/d <<'R'
echo d >> ../order
R
say a d
check 'control/t runs' until_ok 10 grep -q '^t' order
check 'want down is shown while it runs' until_ok 10 stat_is a 'run, want down'
say a h
say a u
check 'and other commands are obeyed' until_ok 10 stat_is a run
say a d
check 'again' until_ok 10 stat_is a 'run, want down'
touch go
check 'then TERM is sent' until_ok 10 grep -q TERM signals
check 'down' until_ok 10 stat_is a down
check 'control/d ran' until_ok 10 grep -q '^d' order
end $sup

script b/run <<'R'
exec sleep 1000
R
script b/control/t <<'R'
exec sleep 1000
R
begin b
until_ok 10 stat_is b run
p=$(pid_of b)
say b d
until_ok 10 stat_is b 'run, want down'
say b k
check 'k is not held back by a control script that hangs' until_ok 10 stat_is b down
check 'the process is gone' gone "$p"
kill -TERM $sup
check 'and the supervisor leaves' until_ok 10 gone $sup

# p and c; x cancelled by u
script c/run <<'R'
trap '' TERM
echo up >> ../c.up
while : ; do sleep 0.05 ; done
R
begin c
until_ok 10 test -e c.up
say c x
check 'x shows as want exit' until_ok 10 stat_is c 'run, got TERM, want exit'
say c u
check 'u takes it back' until_ok 10 stat_is c 'run, got TERM'
say c k
check 'and after the death it runs again' until_ok 10 lines c.up 2
kill -TERM $sup
until_ok 10 stat_is c 'run, got TERM, want exit'
say c k
until_ok 10 gone $sup

# log/finish, a logger that fails does not stall the service
script d/run <<'R'
i=0
while : ; do echo "line $i" ; i=$((i + 1)) ; sleep 0.05 ; done
R
script d/log/run <<'R'
echo start >> ../../d.logs
exit 1
R
script d/log/finish <<'R'
echo "finish $1 $2" >> ../../d.logs
R
begin d
check 'log/finish runs' until_ok 10 grep -q 'finish 1 0' d.logs
before=$(hf_now)
say d d
check 'a crash-looping logger does not hold up control' until_ok 5 stat_is d down
script d/log/run <<'R'
exec cat >> ../../d.out
R
say d u
check 'a logger that works again gets the lines' until_ok 10 lines d.out 3
is 'and the first of them' "$(head -n 1 d.out)" 'line 0'
end $sup
# A logger that dies on the way out with lines unread
script f/run <<'R'
echo first
until test -e ../f.go ; do sleep 0.02 ; done
trap 'i=0 ; while test $i -lt 100 ; do echo "last $i" ; i=$((i + 1)) ; done ; exit' TERM
echo up > ../f.up
while : ; do sleep 0.05 ; done
R
script f/log/run <<'R'
test -e ../../f.once && exec cat >> ../../f.log
read -r line
echo "$line" >> ../../f.log
touch ../../f.once ../../f.go
until test -e ../../f.die ; do sleep 0.02 ; done
exit 1
R
begin f ; s1=$sup
until_ok 10 test -e f.up
say f x
check 'a run that says its last words' until_ok 10 stat_is f down
touch f.die
check 'the supervisor leaves' until_ok 10 gone $s1
is 'and a logger that died on the way out was started again to read them' "$(grep -c '^last' f.log)" 100
is 'all of them' "$(wc -l < f.log)" 101

# A logger added to a service that runs
script e/run <<'R'
echo hello
exec sleep 1000
R
begin e > e.stdout
until_ok 10 stat_is e run
p=$(pid_of e)
script e/log/run <<'R'
exec cat >> ../../e.log
R
say e t
check 'a log/ made while the service runs is taken at its next start' until_ok 15 another e "$p"
check 'with its lines' until_ok 10 grep -qx hello e.log
is 'by the same supervisor' "$(sv status --json ./e | grep -o '"supervisor":{"pid":[0-9]*' | head -n 1)" "\"supervisor\":{\"pid\":$sup"
end $sup
done_testing
