#!/bin/sh
# sv log and sv why: the log by the service's name, whatever writes it.
. "${0%/*}/../lib.sh"
. "$SRC/tests/cli/sv-services.sh"
test -x "$BUILD/bin/svlogd" && svlogd=$BUILD/bin/svlogd || svlogd=/usr/bin/svlogd
test -x "$svlogd" || skip_all 'no svlogd here'

# Two rotated files and a current one, as svlogd leaves them.
tai() { printf '@40000000%08x%08x' "$1" "$2" ; }
sleeper old
executable "$SVDIR/old/log/run" <<END
#!/bin/sh
exec $svlogd -t ./main
END
mkdir "$SVDIR/old/log/main"
cd "$SVDIR/old/log/main" || exit 1
b=1600000000
{ for i in 1 2 3 ; do echo "$(tai $((b + i)) 0) line $i" ; done ; } >"$(tai $((b + 3)) 5).s"
{ for i in 4 5 6 ; do echo "$(tai $((b + i)) 0) line $i" ; done ; } >"$(tai $((b + 6)) 5).u"
for i in 7 8 9 ; do echo "$(tai $((b + i)) 0) line $i" ; done >current
chmod 755 *.s ; chmod 644 current
cd "$T" || exit 1
service talks <<'END'
#!/bin/sh
while read -r line ; do echo "$line" ; done <fifo
exec sleep 1000
END
mkfifo "$SVDIR/talks/fifo"
executable "$SVDIR/talks/log/run" <<END
#!/bin/sh
sh -c 'echo \$\$ >svpid ; exec $svlogd ./main'
exit
END
mkdir "$SVDIR/talks/log/main"
sleeper mute
service crash down= 'give-up=2 60' restart-delay=10 <<'END'
#!/bin/sh
# softlimit -o 20
echo "cannot bind"
kill -TERM $$
END
executable "$SVDIR/crash/log/run" <<'END'
#!/bin/sh
exec cat >>whatever.log
END
exec 7>inherited # every process will have it
supervise old talks mute crash
until_ok 10 is_up old/log && until_ok 10 is_up talks/log || exit 1

words() { cut -d ' ' -f 2- "$1" | tr '\n' ',' ; }
sv log old >all
is 'rotated files in their order, then the current one' "$(words all)" 'line 1,line 2,line 3,line 4,line 5,line 6,line 7,line 8,line 9,'
for n in 0 1 3 4 6 8 9 20 ; do
  sv log -n $n old >last
  tail -n $n all >want
  check "the last $n" cmp -s last want
done
sv log old --since "@$((b + 5 - 10))" >since
is 'since a time, whole files left out' "$(words since)" 'line 5,line 6,line 7,line 8,line 9,'
sv log --since "$(tai $((b + 8)) 0)" old >since
is 'since a label' "$(words since)" 'line 8,line 9,'
is 'since long ago' "$(sv log --since 2001-01-01 old | wc -l)" 9
is 'nothing since an hour' "$(sv log --since 1h old | wc -l)" 0
printf '\037\213\010\000xyz' >"$SVDIR/old/log/main/$(tai $((b + 1)) 0).s"
exits 'a compressed archive' 0 sv log old
is 'is left out' "$(wc -l <out)" 9
check 'which is said' has 'left out, because it is compressed' err
is 'also from the last ones' "$(sv log -n 20 old 2>/dev/null | wc -l)" 9
exits 'a time that is none' 100 sv log --since yesterdayish old
is 'stamps in local time' "$(TZ=UTC0 sv log -l -n 1 old)" '2020-09-13 12:26:39.000000 line 9'
is 'in the zone of the reader' "$(TZ=EST5 sv log -l -n 1 old)" '2020-09-13 07:26:39.000000 line 9'

exec 8>"$SVDIR/talks/fifo"
echo one >&8 ; echo two >&8
logged() { test "$(wc -l <"$SVDIR/talks/log/main/current")" = "$1" ; }
until_ok 10 logged 2 || exit 1
is "a logger that is the shell's child" "$(sv log talks | tr '\n' ',')" 'one,two,'
printf 'a\033]0;owned\007b\302\2331mc\377d\n' >&8
until_ok 10 logged 3 || exit 1
is 'bytes are bytes in a file' "$(sv log -n 1 talks | od -An -tx1 | tr -d ' \n')" "$(printf 'a\033]0;owned\007b\302\2331mc\377d\n' | od -An -tx1 | tr -d ' \n')"
if command -v script >/dev/null && script -qec true /dev/null >/dev/null 2>&1 ; then
  script -qec 'sv log -n 1 talks' /dev/null </dev/null | tr -d '\r' >tty
  check 'harmless on a terminal' grep -qF 'a\x1b]0;owned\x07b\xc2\x9b1mc\xffd' tty
else skip 'harmless on a terminal' 'no script(1)' ; fi

# Following, over a rotation.
sv log -f -n 1 talks >followed & f=$! ; track $f
saw() { grep -q "$1" followed ; }
until_ok 10 test -s followed || exit 1
echo three >&8
check 'new lines are followed' until_ok 10 saw three
kill -ALRM "$(cat "$SVDIR/talks/log/svpid")"
rotated() { ls "$SVDIR/talks/log/main" | grep -q '^@' ; }
until_ok 10 rotated || exit 1
echo four >&8
check 'over a rotation' until_ok 10 saw four
kill $f ; wait $f 2>/dev/null
is 'each line once' "$(tail -n +2 followed | tr '\n' ',')" 'three,four,'
is 'and from the first file on' "$(sv log talks | wc -l)" 5

sv log old talks >both
is 'several are merged' "$(wc -l <both)" 14
check 'with their names' grep -q ' old: line 3$' both
check 'before their lines' grep -q '^talks: two$' both

exits 'no such service' 1 sv log nonesuch
check 'is said' has 'fatal: nonesuch: unable to change to service directory' err
exits 'no name' 100 sv log
sv -w 20 start crash >/dev/null 2>&1
sv why crash >why
check 'why: the state' has '^down: crash: ' why
check 'the policy that ended it' has 'gave up' why
check 'the last deaths, with their causes' has 'signal TERM, process' why
check 'what is declared' has '^  give-up 2 60' why
check 'what it logged last' has '| cannot bind' why
sleeper ran restart-delay=10 ; supervise ran ; until_ok 10 is_up ran || exit 1
old=$(pid_of ran)
sleep 0.2 # its run has a length
sv -w 20 restart ran >/dev/null
told() { sv why ran >why && has "signal TERM, process $old, after" why ; } # a moment after the record of the new one
check 'an end that a start follows at once: whose it was' until_ok 10 told
refuse 'and how long it ran' has 'after 0.000s' why
echo 'lines 12' >"$SVDIR/old/log/main/lost"
sv why old >why
check 'lines that were lost' has "^log lines lost in $SVDIR/old/log/main: 12\$" why
check 'also in the list' sh -c 'sv list old | grep -q "12 log lines lost, "'
service quick restart=never <<'END'
#!/bin/sh
echo its last words
END
executable "$SVDIR/quick/log/run" <<END
#!/bin/sh
mkdir -p main
sleep 0.5
exec $svlogd ./main
END
supervise quick
until_ok 10 is_down quick
is 'a service that has just ended: its slow logger is waited for' "$(sv log quick)" 'its last words'
exits 'why not: an unknown one' 1 sv why nonesuch
echo mute >"$SVDIR/crash/needs" ; echo nonesuch >>"$SVDIR/crash/needs"
sv down mute ; until_ok 10 is_down mute
sv why crash >why
check 'needs that are not met' has 'needs mute, which is down' why
check 'needs that do not exist' has 'needs nonesuch, which does not exist' why
exec 8>&-
done_testing
