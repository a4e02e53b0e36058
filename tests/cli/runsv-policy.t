#!/bin/sh
# The policy files: restart, delays, giving up, stopping, readiness; wrong contents.

. "${0%/*}/../lib.sh"
. "$SRC/tests/service.sh"

# restart
script never/run <<'R'
echo x >> ../never.runs
exit 3
R
echo never > never/restart
begin never ; s1=$sup
script good/run <<'R'
echo x >> ../good.runs
exit 0
R
echo on-failure > good/restart
begin good ; s2=$sup
script bad/run <<'R'
echo x >> ../bad.runs
exit 1
R
echo on-failure > bad/restart
echo '20 80' > bad/restart-delay
begin bad ; s3=$sup
check 'restart never: one run' until_ok 10 stat_is never down
is 'and no second' "$(cat never.runs)" x
check 'restart on-failure, exit 0: one run' until_ok 10 stat_is good down
check 'restart on-failure, exit 1: again and again' until_ok 10 lines bad.runs 5
say never u
check 'up runs it again' until_ok 10 lines never.runs 2
script again/run <<'E'
exec sleep 1000
E
echo never > again/restart
echo 60000 > again/restart-delay
begin again
asup=$sup
until_ok 10 stat_is again run
exits 'never, and a long delay: sv restart' 0 sv -w 20 restart ./again
p=$(pid_of again)
exits 'and try-restart' 0 sv -w 20 try-restart ./again
check 'give another run' until_ok 10 another again "$p"
end $asup
end $s1 $s2 $s3

# give-up, failed
script gu/run <<'R'
echo x >> ../gu.runs
exit 7
R
script gu/failed <<'R'
echo "$*" > ../failed.args.new
mv ../failed.args.new ../failed.args
R
echo 3 10 > gu/give-up
echo 10 > gu/restart-delay
begin gu
check 'give-up: down after three deaths' until_ok 10 stat_is gu down
check 'the failed script ran' until_ok 10 test -e failed.args
like 'with reason, code, signal, name, deaths, time and memory' "$(cat failed.args)" 'gave-up 7 0 gu 3 [0-9]* [1-9]*'
is 'three runs' "$(wc -l < gu.runs)" 3
is 'said once' "$(grep -c 'giving up' gu.err)" 1
say gu u
check 'up tries again' until_ok 10 lines gu.runs 6
end $sup

# The example of the manual, to the letter.
script bin/mail <<'R'
{ echo "$@" ; cat ; } > ../mail.new
mv ../mail.new ../mail
R
PATH=$T/bin:$PATH
mkdir -p tells/log/main
script tells/run <<'R'
echo what was wrong
exit 3
R
script tells/log/run <<'R'
exec svlogd ./main
R
sed -n '/^\$ cat failed/,/^\.Ed/p' "$SRC/doc/man/holdfast-service.5" | sed '1d;$d' > tells/failed
chmod +x tells/failed
echo 2 60 > tells/give-up
echo 10 > tells/restart-delay
begin tells
check 'the failed script of the manual tells somebody' until_ok 20 test -e mail
like 'in these words' "$(cat mail)" '-s tells was given up root
tells died 2 times, at last with code 3, signal 0.
The last run used [0-9]* ms and [1-9]* KiB. Its last words:
what was wrong
what was wrong'
end $sup
script long/run <<'R'
exit 1
R
script long/failed <<'R'
sleep 1000 & echo $! > ../long.pid.new ; mv ../long.pid.new ../long.pid
wait
R
echo 1 60 > long/give-up
echo 300 > long/timeout-finish
begin long
until_ok 20 test -e long.pid
check 'a failed script that hangs is ended, with what it waits for' until_ok 20 gone "$(cat long.pid)"
end $sup

# never-retry, finish 125
script nr/run <<'R'
exit 42
R
echo '40-42 SIGSEGV' > nr/never-retry
begin nr ; s1=$sup
script f125/run <<'R'
exit 0
R
script f125/finish <<'R'
exit 125
R
echo 9 9 > f125/give-up
begin f125 ; s2=$sup
script f125b/run <<'R'
echo x >> ../f125b.runs
R
script f125b/finish <<'R'
exit 125
R
echo 10 > f125b/restart-delay
begin f125b ; s3=$sup
check 'never-retry: exit 42 is the end' until_ok 10 grep -q 'giving up' nr.err
check 'finish 125 with give-up is the end' until_ok 10 grep -q 'giving up' f125.err
check 'finish 125 without it is not' until_ok 10 lines f125b.runs 3
end $s1 $s2 $s3

# stopping
script stubborn/run <<'R'
trap 'echo TERM >> ../stubborn.sigs' TERM
echo up > ../stubborn.up
while : ; do sleep 0.1 ; done
R
echo 300 > stubborn/timeout-kill
begin stubborn
check 'a stubborn service is up' until_ok 10 test -e stubborn.up
say stubborn d
check 'timeout-kill ends it' until_ok 10 stat_is stubborn down
check 'after the TERM' grep -q TERM stubborn.sigs
end $sup
script ladder/run <<'R'
trap 'echo INT >> ../ladder.sigs' INT
trap 'echo TERM >> ../ladder.sigs' TERM
echo up > ../ladder.up
while : ; do sleep 0.05 ; done
R
echo 'INT 200 TERM 200 KILL' > ladder/stop-ladder
begin ladder
until_ok 10 test -e ladder.up
say ladder d
check 'stop-ladder ends it' until_ok 10 stat_is ladder down
is 'step by step' "$(tr '\n' ' ' < ladder.sigs)" 'INT TERM '
end $sup
script ds/run <<'R'
trap 'echo QUIT > ../ds.sig ; exit' QUIT
trap 'echo USR2 > ../ds.reload' USR2
echo up > ../ds.up
while : ; do sleep 0.05 ; done
R
echo SIGQUIT > ds/down-signal
echo usr2 > ds/reload-signal
begin ds
until_ok 10 test -e ds.up
say ds h
check 'reload-signal is what h sends' until_ok 10 test -e ds.reload
say ds d
check 'down-signal ends it' until_ok 10 stat_is ds down
check 'and was sent' test -e ds.sig
end $sup

# finish that hangs, max-age
script fin/run <<'R'
exec sleep 1000
R
script fin/finish <<'R'
sleep 1000
R
echo 200 > fin/timeout-finish
begin fin
until_ok 10 stat_is fin run
say fin d
check 'timeout-finish ends a finish that hangs' until_ok 10 stat_is fin down
end $sup
script age/run <<'R'
echo x >> ../age.runs
exec sleep 1000
R
echo 1 > age/max-age
begin age
check 'max-age starts a new run' until_ok 15 lines age.runs 2
end $sup

# readiness
script rdy/run <<'R'
until test -e ../go ; do sleep 0.02 ; done
echo >&5
exec 5>&-
exec sleep 1000
R
echo 5 > rdy/notification-fd
begin rdy
until_ok 10 stat_is rdy run
is_ready() { sv status --json ./rdy | grep -q '"ready":true' ; }
refuse 'not ready before the newline' is_ready
touch go
check 'ready after it' until_ok 10 is_ready
end $sup

# wrong contents
script wrong/run <<'R'
echo x >> ../wrong.runs
exit 1
R
echo sometimes > wrong/restart
echo 12x > wrong/timeout-kill
echo '5 1' > wrong/restart-delay
begin wrong
check 'a service with wrong policy files runs by the defaults' until_ok 10 lines wrong.runs 2
check 'restart is named' grep -q 'runsv wrong: warning: ignoring restart: invalid value' wrong.err
check 'timeout-kill is named' grep -q 'ignoring timeout-kill: invalid value' wrong.err
check 'restart-delay is named' grep -q 'ignoring restart-delay: invalid value' wrong.err
is 'once' "$(grep -c 'ignoring restart:' wrong.err)" 1
end $sup
done_testing
