#!/bin/sh
# sv start tells the truth: it returns when the service is ready, or says why it is not.
. "${0%/*}/../lib.sh"
. "$SRC/tests/cli/sv-services.sh"

service slow down= notification-fd=3 <<'END'
#!/bin/sh
until test -e go ; do sleep 0.02 ; done
echo >&3
exec sleep 1000
END
service never down= notification-fd=3 <<'END'
#!/bin/sh
exec sleep 1000
END
service crash down= 'give-up=3 60' restart-delay=10 <<'END'
#!/bin/sh
echo "no port 80 for me"
exit 3
END
executable "$SVDIR/crash/log/run" <<'END'
#!/bin/sh
exec cat >>it.log
END
service killed down= restart=never <<'END'
#!/bin/sh
kill -SEGV $$
END
service interp down= <<'END'
#!/no/such/interpreter
END
service nouser down= 'give-up=1 60' <<'END'
#!/bin/sh
exec setuidgid no-such-user true
END
service once down= restart=on-failure <<'END'
#!/bin/sh
exit 0
END
sleeper checked down=
executable "$SVDIR/checked/check" <<'END'
#!/bin/sh
echo x >>../../checks
test -e ok
END
sleeper hangs down=
executable "$SVDIR/hangs/check" <<'END'
#!/bin/sh
echo $$ >checkpid
sleep 1000
END
sleeper sig down=
executable "$SVDIR/sig/check" <<'END'
#!/bin/sh
kill -KILL $$
END
sleeper noexec down=
echo '#!/bin/sh' >"$SVDIR/noexec/check"
sleeper plain down= restart-delay=10
supervise slow never crash killed interp nouser once checked hangs sig noexec plain

exits 'a plain service starts' 0 sv start plain
like 'and is reported as runit does' "$(cat out)" 'ok: run: plain: (pid *) ?s, normally down'

sv -w 20 start slow >slow.out 2>&1 & slow=$!
until_ok 10 is_up slow
check 'a start waits for readiness' kill -0 $slow
touch "$SVDIR/slow/go"
wait $slow
is 'and returns with it' "$?" 0
like 'as ok' "$(cat slow.out)" 'ok: run: slow: *'

exits 'starts that never get ready time out, at the same time' 4 sv -w 1 start never hangs sig noexec
like 'with lines as runit has them' "$(cat out)" '*timeout: run: never: *'
check 'a missing newline is told' has 'never: it runs, but has not said that it is ready' err
check 'a check that hangs is told' has 'hangs: it runs, but its check has not passed' err
refuse 'and was killed' kill -0 "$(cat "$SVDIR/hangs/checkpid")" 2>/dev/null
check 'a check that is killed has not passed' has 'timeout: run: sig: ' out
check 'a check that is not executable has not passed' has 'timeout: run: noexec: ' out
is 'and is told once' "$(grep -c 'warning: unable to run noexec/check: access denied' err)" 1

exits 'a service that gives up is a failure at once' 1 sv -w 20 start crash
like 'said on standard output' "$(cat out)" 'fail: down: crash: ?s, gave-up'
check 'with the number of deaths and the exit code' has 'sv: crash: died 3 times, last with exit code 3' err
check 'and what its policy says' has 'gave up' err
check 'and what it logged' has 'sv: crash: | no port 80 for me' err
sv -w 20 start crash >out 2>err
check 'only what it logged since this start' test "$(grep -c 'no port' err)" -le 3

# Its last words are still in the pipe when it is dead; another process lets the logger go on then.
service late down= 'give-up=1 60' notification-fd=3 <<'END'
#!/bin/sh
: >log/it.log
until test -s log/it.log ; do echo first ; sleep 0.05 ; done
logger=$(cat log/supervise/pid)
( while kill -0 $$ 2>/dev/null ; do sleep 0.02 ; done ; exec kill -CONT $logger ) >/dev/null 2>&1 &
kill -STOP $logger
echo 'last words'
exit 3
END
executable "$SVDIR/late/log/run" <<'END'
#!/bin/sh
exec cat >>it.log
END
supervise late
last_words() { sv -w 20 start late >/dev/null 2>err ; has 'late: | first' err && has 'late: | last words' err ; }
late() { last_words || last_words || last_words ; } # a second may be too short on a busy machine
check 'a logger that is slow is waited for' late

exits 'a service that may not be restarted' 1 sv -w 20 start killed
check 'its signal is named' has 'of signal SEGV' err
exits 'a missing interpreter' 1 sv -w 20 start interp
check 'is named' has 'interpreter /no/such/interpreter does not exist' err
refuse 'what never ran has not died' has 'interp: died' err
check 'nor in the list' sh -c "sv list interp | grep -q 'not-startable, file does not exist'"
sv -w 20 restart nouser >out 2>err
until_ok 10 is_down nouser
exits 'a missing user' 1 sv -w 20 check nouser
sv why nouser >out
check 'is named' has 'there is no user no-such-user' out
exits 'a run that ends well and stays down is a success' 0 sv -w 20 start once

sv -w 20 start checked >checked.out 2>&1 & checked=$!
until_ok 10 test -e checks
check 'a start waits for check' kill -0 $checked
touch "$SVDIR/checked/ok"
wait $checked
is 'and returns with it' "$?" 0

# A directory made a moment ago.
sleeper fresh
( until_ok 10 test -e started ; cd "$SVDIR" && exec setsid runsv fresh ) >/dev/null 2>&1 & track $!
( sv -w 20 start fresh >fresh.out 2>&1 ; echo $? >fresh.code ) & fresh=$!
sleep 0.1
touch started
wait $fresh
is 'a directory without supervisor yet is waited for' "$(cat fresh.code)" 0
like 'and then judged' "$(cat fresh.out)" 'ok: run: fresh: *'
sleeper fresher
exits 'but not for ever' 1 sv -w 1 start fresher
like 'and the message is as ever' "$(cat out)" 'warning: fresher: unable to open supervise/ok: file does not exist'
check 'with a hint' has "fresher: no supervisor came: is there a runsvdir for $SVDIR?" err
rm "$SVDIR/fresher/run"
sv -w 0 start fresher >/dev/null 2>err
is 'without time there is nothing to tell' "$(cat err)" ''
exits 'one without run' 1 sv -w 1 start fresher
check 'is told so' has 'fresher: there is no run' err

service failing down= 'give-up=1 60' <<'END'
#!/bin/sh
echo 'of today'
exit 1
END
executable "$SVDIR/failing/log/run" <<'END'
#!/bin/sh
exec cat >>current
END
echo 'of yesterday' >"$SVDIR/failing/log/current"
( sleep 0.1 ; cd "$SVDIR" && exec setsid runsv failing ) >/dev/null 2>&1 & track $!
exits 'one that was there before, and fails' 1 sv -w 20 start failing
check 'with what it logged' has '| of today' err
refuse 'since this start' has '| of yesterday' err

# A start that is taken back; a stop that does not end.
sv -w 20 stop sig >/dev/null
exits 'with -k a start that times out' 1 sv -k -w 1 start sig
check 'is taken back' until_ok 10 is_down sig
sv start plain >/dev/null
mkfifo tree
service leaves kill-mode=tree timeout-kill=60000 <<'END'
#!/bin/sh
sh -c 'trap "" TERM ; echo >../../tree ; while : ; do sleep 1 ; done' &
exec sleep 1000
END
supervise leaves
read -r x <tree
exits 'a stop that does not end' 1 sv -w 1 stop leaves
if grep -q '^#define HF_LINUX 1' "$BUILD/config.h" ; then
  check 'tells what is still there' has 'leaves: still there, too: .*(sh)' err
else skip 'tells what is still there' 'no subreaper without Linux' ; fi
sv k leaves

# A restart is a new process.
old=$(pid_of plain)
exits 'restart within the second' 0 sv -w 20 restart plain
refuse 'gives a new process' test "$(pid_of plain)" = "$old"
sv -w 20 restart plain >one 2>&1 & a=$!
sv -w 20 restart plain >two 2>&1 & b=$!
wait $a ; ca=$? ; wait $b ; cb=$?
is 'two restarts at once both succeed' "$ca $cb" '0 0'

# A start during a stop.
service lingers notification-fd=3 <<'END'
#!/bin/sh
trap 'until test -e die ; do sleep 0.02 ; done ; exit 0' TERM
echo >&3
while : ; do sleep 0.02 ; done
END
supervise lingers
is_ready() { sv status --json "$1" | grep -q '"ready":true' ; }
until_ok 10 is_ready lingers || exit 1
old=$(pid_of lingers)
sv down lingers
stops() { sv status lingers | grep -q 'want down, got TERM' ; }
until_ok 10 stops || exit 1
sv -w 20 start lingers >lingers.out 2>&1 & s=$!
wants() { sv status lingers | grep -q ', got TERM' && ! stops ; }
until_ok 10 wants || exit 1
check 'a start during a stop is not over' test ! -s lingers.out
touch "$SVDIR/lingers/die"
wait $s
is 'until there is' "$?" 0
refuse 'a new process' test "$(pid_of lingers)" = "$old"


# Many.
exits 'patterns, and several at once' 0 sv -w 20 stop 'p*' 'fres[h]' slow
is 'a line for each' "$(sed 's/:.*down: \([a-z]*\):.*/ \1/' out | sort | tr '\n' ',')" 'ok fresh,ok plain,ok slow,'
exits 'options after the command' 1 sv start -v -w 1 never
like 'are no services' "$(cat out)" 'timeout: run: never: (pid *) [0-9]*s, normally down'
exits 'one without its argument' 100 sv start -w
sv -w 20 stop never >/dev/null
exits 'a pattern that matches nothing is a failure' 1 sv start 'zz*'
rm -rf "$SVDIR/fresher"
exits 'all' 0 sv -a -w 20 stop
is 'a line for each' "$(grep -c '^ok: down: ' out)" "$(ls "$SVDIR" | wc -l | tr -d ' ')"

done_testing
