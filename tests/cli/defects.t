#!/bin/sh
# Defects of the programs that holdfast takes the place of, which must not come back; those
# that have no better place among the other tests.
. "${0%/*}/../lib.sh"
. "$SRC/tests/service.sh"

# A supervisor told to go in the time between two starts starts nothing more.
for how in TERM d ; do
  mkdir "gap$how"
  script "gap$how/run" <<E
echo start >> ../gap$how.starts
exit 1
E
  echo 2000 > "gap$how/restart-delay"
  begin "gap$how"
  until_ok 10 lines "gap$how.starts" 1
  until_ok 10 stat_is "gap$how" down
  if test $how = d ; then
    say "gap$how" d
    say "gap$how" x
  else kill -TERM $sup ; fi
  wait $sup
  is "$how between two starts: the supervisor leaves" $? 0
  is "$how between two starts: nothing was started" "$(grep -c start "gap$how.starts")" 1
done

# k in finish kills finish, once; k and u in one write give one run after another.
script fin/run <<'E'
mkdir lock || echo overlap >> ../fin.bad
exec sleep 1000
E
script fin/finish <<'E'
echo "$1 $2" >> ../fin.args
rmdir lock
test ! -e ../fin.slow || exec sleep 1000
E
begin fin
until_ok 10 stat_is fin run
until_ok 10 test -d fin/lock
p=$(pid_of fin)
say fin ku
check 'ku: another run' until_ok 10 another fin "$p"
until_ok 10 lines fin.args 1
is 'ku: finish ran before it, once' "$(cat fin.args)" '-1 9'
until_ok 10 test -d fin/lock
refuse 'ku: the runs did not overlap' test -e fin.bad
: > fin.slow
say fin d
check 'finish hangs' until_ok 10 stat_is fin 'finish, want down'
until_ok 10 lines fin.args 2
say fin k
check 'k ends it' until_ok 10 stat_is fin down
is 'k: finish did not run again' "$(tail -n 1 fin.args) $(grep -c . fin.args)" '-1 15 2'
end $sup

# Control scripts have no signal blocked.
script ctl/run <<'E'
trap : HUP
echo > ../ctl.up
while : ; do sleep 0.1 ; done
E
script ctl/control/h <<'E'
grep SigBlk /proc/self/status > ../ctl.new
mv ../ctl.new ../ctl.blocked
E
begin ctl
csup=$sup
until_ok 10 test -e ctl.up
say ctl h
check 'control script' until_ok 10 test -s ctl.blocked
check 'no signal is blocked in it' grep -q 'SigBlk:.0000000000000000' ctl.blocked

# The paused flag goes with the CONT of d, and is not set while nothing runs.
script pau/run <<'E'
trap '' TERM
echo > ../pau.up
while : ; do sleep 0.1 ; done
E
begin pau
psup=$sup
until_ok 10 test -e pau.up
say pau p
check 'paused' until_ok 10 stat_is pau 'run, paused'
say pau d
check 'd ends the pause' until_ok 10 stat_is pau 'run, got TERM, want down'
say pau k
until_ok 10 stat_is pau down
say pau po
check 'p while down is no pause' until_ok 10 stat_is pau 'run, want down'
say pau dk

# s6's Q: down when this run ends, and a file down.
say ctl Q
check 'Q makes the file down' until_ok 10 test -e ctl/down
check 'and the service runs on' until_ok 10 stat_is ctl 'run, want down'
say ctl U
check 'U removes it' until_ok 10 hf_not test -e ctl/down
check 'and wants it up' until_ok 10 stat_is ctl run

# d, again and again, to a logger that does not heed the end of its input.
script stay/run <<'E'
exec sleep 1000
E
script stay/log/run <<'E'
trap '' TERM
echo > ../../stay.up
while : ; do sleep 0.1 ; done
E
begin stay
until_ok 10 test -e stay.up
until_ok 10 stat_is stay run
kill -TERM $sup
check 'the logger stays' until_ok 10 stat_is stay/log 'run, want exit'
for i in 1 2 3 4 ; do say stay/log d ; done
check 'd to the logger' until_ok 10 grep -q 'got TERM' stay/log/supervise/stat
say stay/log k
wait $sup
is 'the supervisor leaves' $? 0
is 'nothing was said of it' "$(cat stay.err)" ''

# A name with a slash at its end is a directory, also while it is waited for.
mkdir none
exits 'a/ is waited for where it is' 0 env SVDIR="$T/none" sv -w 20 restart ctl/
like 'and reported' "$(cat out)" 'ok: run: ctl/: (pid *'

# check looks at what is wanted.
script bad/run <<'E'
exit 1
E
echo 60000 > bad/restart-delay
begin bad
bsup=$sup
until_ok 10 stat_is bad down
exits 'check of what should be up and is not' 1 sv -w 1 check ./bad

# A logger whose status cannot be read has none.
script lst/run <<'E'
exec sleep 1000
E
script lst/log/run <<'E'
exec cat > /dev/null
E
begin lst
lsup=$sup
until_ok 10 stat_is lst/log run
until_ok 10 stat_is lst run
printf short > lst/log/supervise/status
rm -f lst/log/supervise/state
exits 'a logger without a readable status is a failure' 1 sv status ./lst
like 'and nothing is said of its state' "$(cat out)" 'run: ./lst: (pid *) *s; warning: ./lst/log: unable to read supervise/status: bad format'

# runsvdir with a log argument: the standard error of a service blocks, and outlives it.
mkdir scan
script scan/loud/run <<'E'
head -c 300000 /dev/zero >&2 && echo > ../../loud.all
while ! test -e ../../loud.go ; do sleep 0.05 ; done
echo more >&2
echo > ../../loud.lives
exec sleep 1000
E
runsvdir scan 'log: ............' &
dir=$!
track $dir
check 'much on standard error is not refused' until_ok 20 test -e loud.all
kill -TERM $dir
wait $dir
: > loud.go
check 'nor is it after runsvdir has gone' until_ok 10 test -e loud.lives
kill -TERM "$(sed -n 's/^PPid:[^0-9]*//p' "/proc/$(pid_of scan/loud)/status")"

# svlogd writes many lines at once.
mkdir d
mkfifo in
svlogd d < in & log=$!
track $log
exec 7> in
seq 20000 >&7
until_ok 20 lines d/current 20000
w=$(sed -n 's/^syscw: //p' /proc/$log/io 2>/dev/null)
check 'svlogd does not write each line for itself' test "${w:-0}" -lt 5000
exec 7>&-
wait $log

# chpst: an empty number is not root; a link that leads nowhere is no value.
for u in :: :0: '' ; do exits "chpst -u '$u' is refused" 111 chpst -u "$u" touch made ; done
refuse 'and nothing was run' test -e made
mkdir env
echo one > env/A
ln -s nowhere env/B
exits 'chpst -e: a link to nothing' 111 chpst -e env touch made
refuse 'and nothing was run either' test -e made

end $psup $lsup $csup $bsup
done_testing
