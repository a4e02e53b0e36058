#!/bin/sh
# sv's other verbs: signal, pause, reload, enable, disable, scale, rolling, reset, upgrade, tree, -r.
. "${0%/*}/../lib.sh"
. "$SRC/tests/cli/sv-services.sh"

service traps <<'END'
#!/bin/sh
for s in HUP INT QUIT USR1 USR2 URG WINCH TSTP ; do trap "echo $s >>got" $s ; done
echo >ready
while : ; do sleep 0.05 ; done
END
sleeper a ; sleeper b ; sleeper c down= ; sleeper d
sleeper bad 'give-up=1 60' down=
executable "$SVDIR/bad/check" <<'END'
#!/bin/sh
exit 1
END
service tstp pause-signal=TSTP <<'END'
#!/bin/sh
trap 'echo TSTP >>got' TSTP
echo >ready
while : ; do sleep 0.05 ; done
END
service reloads reload-signal=USR2 <<'END'
#!/bin/sh
trap 'echo USR2 >>got' USR2
echo >ready
while : ; do sleep 0.05 ; done
END
service gone down= restart=never <<'END'
#!/bin/sh
exit 1
END
supervise traps a b c d bad tstp reloads gone
until_ok 10 test -e "$SVDIR/traps/ready" -a -e "$SVDIR/reloads/ready" || exit 1

got() { grep -q "^$1$" "$SVDIR/traps/got" ; }
for s in HUP SIGINT 12 urg 28 ; do
  exits "signal $s" 0 sv signal traps $s
  case $s in SIGINT) s=INT ;; 12) s=USR2 ;; urg) s=URG ;; 28) s=WINCH ;; esac
  check "arrives as $s" until_ok 10 got $s
done
sleeper rt ; supervise rt ; until_ok 10 is_up rt || exit 1
exits 'a signal that has no name' 0 sv signal rt 40
rt_died() { sv list rt | grep -q 'last signal 40$' ; }
check 'is told by its number' until_ok 10 rt_died
exits 'an unknown signal' 100 sv signal traps FOO
exits 'a service that is down' 1 sv signal c HUP
like 'is said' "$(cat out)" 'fail: c: unable to signal: not running'
exits 'a signal without a service' 100 sv signal HUP
exits 'an unknown service' 1 sv signal nonesuch HUP
got_tstp() { grep -q TSTP "$SVDIR/tstp/got" ; }
until_ok 10 test -e "$SVDIR/tstp/ready" || exit 1
exits 'pause' 0 sv pause tstp
check 'with a signal of its own' until_ok 10 got_tstp
exits 'pause' 0 sv -w 10 pause a
like 'as ever' "$(cat out)" 'ok: run: a: *, paused'
exits 'cont' 0 sv -w 10 cont a
got_usr2() { grep -q USR2 "$SVDIR/reloads/got" ; }
exits 'reload' 0 sv reload reloads
check 'uses the reload-signal' until_ok 10 got_usr2

old_a=$(pid_of a) old_b=$(pid_of b)
exits 'rolling' 0 sv -w 20 rolling a b c
refuse 'restarts the first' test "$(pid_of a)" = "$old_a"
refuse 'and the next' test "$(pid_of b)" = "$old_b"
check 'what is down stays down' is_down c
sv up bad ; until_ok 10 is_up bad
old_a=$(pid_of a) old_d=$(pid_of d)
exits 'rolling stops at the first failure' 1 sv -w 1 rolling bad d
is 'and leaves the rest alone' "$(pid_of d)" "$old_d"
check 'which is said' has 'd: not restarted, because bad failed' err

sv -w 20 start gone >/dev/null 2>&1
why() { sv list gone | grep -q "$1" ; }
check 'a failure stays on record' until_ok 10 why 'failed,'
exits 'reset' 0 sv reset gone
check 'takes it off' until_ok 10 hf_not why 'failed,'
exits 'check of a service that has not failed' 0 sv check gone

exits 'upgrade' 0 sv -w 20 upgrade a b
like 'tells the version' "$(head -n 1 out)" "ok: a: $(. "$SRC/package/info" ; echo "$version")"
is 'and touches no service' "$(pid_of a)" "$old_a"
if grep -q OFDLCK /proc/locks ; then
  check 'the record is locked again' until_ok 10 grep -q "OFDLCK.*WRITE.*:$(stat -c %i "$SVDIR/a/supervise/state") 0 EOF" /proc/locks
else
  skip 'the record is locked again' 'no such locks'
fi

# Links.
mkdir available
for i in x y web@ ; do
  executable "available/$i/run" <<'END'
#!/bin/sh
exec sleep 1000
END
done
sv_enable() { sv enable --from available "$@" ; }
exits 'enable' 0 sv enable --from "$T/available" x
is 'makes a link' "$(readlink "$SVDIR/x")" "$T/available/x"
exits 'again: nothing to do' 0 sv enable "$T/available/x"
exits 'enable --from here' 0 sh -c 'cd "$0" && sv disable x && sv enable --from available x' "$T"
check 'makes a link that leads there' test "$SVDIR/x/run" -ef available/x/run
exits 'a name that is taken' 1 sv enable --from "$T/available" a
exits 'the same name from elsewhere' 1 sh -c 'mkdir -p other/x && sv enable ./other/x'
is 'leaves it as it was' "$(readlink "$SVDIR/x")" "$T/available/x"
exits 'a directory that is not there' 1 sv enable --from "$T/available" nonesuch
exits 'a dot' 1 sv enable "$T/available/.."
exits 'disable' 0 sv disable x
refuse 'removes the link' test -h "$SVDIR/x"
check 'and nothing else' test -x available/x/run
exits 'again: nothing to do' 0 sv disable x
exits 'what is no link is left alone' 1 sv disable a
check 'it is still there' test -x "$SVDIR/a/run"
exits 'scale up' 0 sv scale --from "$T/available" web@ 3
is 'makes links' "$(cd "$SVDIR" && echo web@*)" 'web@1 web@2 web@3'
exits 'scale down' 0 sv scale web@ 1
is 'removes the highest' "$(cd "$SVDIR" && echo web@*)" 'web@1'
exits 'scale to none' 0 sv scale web@ 0
exits 'without a template' 1 sv scale nonesuch@ 1
exits 'not an instance' 100 sv scale a 1
exits 'not a number' 100 sv scale web@ many

# With a scanner.
runsvdir "$SVDIR" >dir.log 2>&1 & track $!
exits 'enable --now waits until it is up' 0 sv -w 20 enable --now --from "$T/available" y
like 'and says so' "$(tail -n 1 out)" 'ok: run: y: *'
p=$(pid_of y)
exits 'disable --now waits until it is gone' 0 sv -w 20 disable --now y
refuse 'it is' kill -0 "$p" 2>/dev/null

cp -R available/x available/needy ; echo y >available/needy/needs
exits 'enable --now: one that needs the next' 0 sv -w 20 enable --now --from "$T/available" needy y
is 'both are linked, then started' "$(sed 's/: (pid.*//' out | sort | tr '\n' ' ')" 'ok: needy: enabled ok: run: needy ok: run: y ok: y: enabled '
exits 'disable --now both' 0 sv -w 20 disable --now needy y

# Two administrators.
( flock 9 && : >locked && until_ok 10 test -e enough ) 9<"$SVDIR" & holder=$!
until_ok 10 test -e locked
exits 'verbs of several steps exclude each other' 1 sv -w 0 enable "$T/available/x"
check 'and say so' has 'another sv is still at work' err
: >enough ; wait $holder

# needs
echo a >"$SVDIR/d/needs" ; echo b >"$SVDIR/a/needs"
is 'tree' "$(sv tree d | sed 's/\([a-z]\)  .*/\1 up/')" 'd up
`- a up
   `- b up'
exits 'stop -r: what needs before what is needed' 0 sv -w 20 stop -r d
is 'in that order' "$(sed 's/.*down: \(.\):.*/\1/' out | tr -d '\n')" 'dab'
exits 'status -r' 0 sv -r status d
is 'has all' "$(wc -l <out)" 3
echo d >"$SVDIR/b/needs"
exits 'a cycle is seen' 1 sv tree d
check 'and marked' has '(a cycle)' out
exits 'and no wait for ever' 0 sv -r status d
rm "$SVDIR"/?/needs
echo b >"$SVDIR/c/needs" ; echo c >"$SVDIR/b/needs"
exits 'a cycle that nothing else leads to' 1 sv tree
is 'is drawn once, as the others are' "$(grep -c '^[a-d] ' out)" 3
echo nonesuch >"$SVDIR/b/needs"
exits 'a need that is not there' 1 sv tree b
rm "$SVDIR"/?/needs

# A record of a later version, which a newer runsv might write.
state=$(readlink -f "$SVDIR/d/supervise")/state
sv -w 10 exit d >/dev/null
( cd "$SVDIR" && exec setsid runsv d ) >/dev/null 2>&1 & track $!
until_ok 10 is_up d || exit 1
for k in 7 775 ; do printf '\377' | dd of="$state" bs=1 seek=$k conv=notrunc 2>/dev/null ; done
exits 'upgrade of a supervisor of another version' 1 sv upgrade d
like 'is told apart' "$(cat out)" 'fail: d: its supervisor is of another version*'
like 'why, too' "$(sv why d)" '*another version*'
done_testing
