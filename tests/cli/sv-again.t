#!/bin/sh
# sv waits, and the supervisor is killed: its successor is asked again for what it cannot know.
. "${0%/*}/../lib.sh"
. "$SRC/tests/cli/sv-services.sh"

sleeper a ; sleeper b ; sleeper c down=
service slow down= notification-fd=3 <<'END'
#!/bin/sh
until test -e go ; do sleep 0.02 ; done
echo >&3
exec sleep 1000
END
supervise a b c slow
until_ok 10 is_up a || exit 1
until_ok 10 is_up b || exit 1
boss() { sv status --json "$1" | sed -n 's/.*"supervisor":{"pid":\([0-9]*\).*/\1/p' ; }
starts() { sv status --json "$1" | sed -n 's/.*"starts":\([0-9]*\).*/\1/p' ; }

# Sent to a supervisor that is stopped, the command is lost with it.
waits() { # PID: has opened the announcements, and sleeps
  readlink /proc/"$1"/fd/* | grep -q /event && grep -q '^State:.S' /proc/"$1"/status
}
is_dead() { ! grep -q '^State:.[^ZX]' /proc/"$1"/status ; }
succeed() { # NAME PID: another supervisor takes its place
  kill -KILL "$2"
  until_ok 10 is_dead "$2" || exit 1
  ( cd "$SVDIR" && exec setsid runsv "$1" ) >>"$T/runsv.log" 2>&1 </dev/null & track $!
}
lose() { # NAME VERB
  p=$(boss "$1")
  kill -STOP "$p"
  sv -w 20 "$2" "$1" >"$1.out" 2>&1 & c=$!
  for i in 1 2 3 ; do until_ok 10 waits $c || exit 1 ; sleep 0.02 ; done
  succeed "$1" "$p"
  wait $c
}
if built linux ; then
  lose a stop
  is 'a stop that was lost' "$?|$(sed 's/: [0-9]*s.*//' a.out)" '0|ok: down: a'
  old=$(pid_of b) n=$(starts b)
  lose b restart
  is 'a restart' "$?|$(sed 's/ (pid.*//' b.out)" '0|ok: run: b:'
  refuse 'of which there is one' test "$(pid_of b)" = "$old"
  is 'and no second' "$(starts b)" $((n + 1))
  lose c start
  is 'a start' "$?|$(sed 's/ (pid.*//' c.out)" '0|ok: run: c:'
else
  for i in 'a stop that was lost' 'a restart' 'of which there is one' 'and no second' 'a start' ; do
    skip "$i" 'this build uses no Linux facility'
  done
fi

# One that hears nothing.
sv -w 20 start c >/dev/null
p=$(boss c)
kill -STOP "$p"
exits 'a supervisor that is stopped' 1 sv -w 1 stop c
check 'is told' has "c: its supervisor, process $p, does not answer" err
exits 'at a start, too' 1 sv -w 1 restart c
check 'is told' has "c: its supervisor, process $p, does not answer" err
kill -CONT "$p"

# One that was heard is not said again.
sv -w 20 start slow >slow.out 2>&1 & c=$!
until_ok 10 is_up slow || exit 1
p=$(pid_of slow)
succeed slow "$(boss slow)"
until_ok 10 is_up slow
touch "$SVDIR/slow/go"
wait $c
is 'a start goes on with the next supervisor' "$?|$(cat slow.out | sed 's/ [0-9][0-9]*s.*//')" "0|ok: run: slow: (pid $p)"
rm "$SVDIR/slow/go"
sv -w 20 restart slow >slow.out 2>&1 & c=$!
until_ok 10 is_up slow || exit 1
until_ok 10 sh -c "! test $p = \"\$(cat $SVDIR/slow/supervise/pid)\"" || exit 1
kill -KILL "$(boss slow)"
wait $c
is 'without a successor it fails' "$?|$(cat slow.out)" '1|fail: slow: runsv not running'
done_testing
