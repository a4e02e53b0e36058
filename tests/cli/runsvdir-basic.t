#!/bin/sh
# runsvdir: what it starts, what it lets go, its signals and exit codes, as runit has them.
. "${0%/*}/../lib.sh"

service() { # service NAME: a complete one, moved in
  mkdir -p "$T/made/$1"
  printf '#!/bin/sh\nexec sleep 1000\n' > "$T/made/$1/run"
  chmod +x "$T/made/$1/run"
  mv "$T/made/$1" "$T/sv/$1"
}
runs() { test -s "$T/sv/$1/supervise/pid" ; }
pid() { cat "$T/sv/$1/supervise/pid" 2>/dev/null ; }
parent() { awk '/^PPid/{print $2}' "/proc/$1/status" ; }
runsv_of() { parent "$(pid "$1")" ; }
dead() { # dead PID...
  for p ; do
    ! kill -0 "$p" 2>/dev/null || grep -q '^State:.Z' "/proc/$p/status" || return 1
  done
}

exits 'usage: no directory' 1 runsvdir
is 'usage text' "$(cat err)" "usage: runsvdir [-P6t] [-S statedir] [-T seconds] [-R rate] dir [log]"
exits 'usage: an option that is none' 1 runsvdir -z .
exits 'usage: a number that is none' 1 runsvdir -T soon .
exits 'version' 0 runsvdir -V
like 'version text' "$(cat out)" 'runsvdir (holdfast) *'

mkdir sv
service one
service two
: > sv/file
mkdir sv/.hidden
ln -s nowhere sv/dangling
mkdir elsewhere
service moved && mv sv/moved elsewhere/real && ln -s ../elsewhere/real sv/linked
runsvdir sv 2>err.dir &
dir=$!
track $dir
check 'services that were there run' until_ok 10 runs one
check 'all of them' until_ok 10 runs two
check 'through a link too' until_ok 10 runs linked
check 'a dangling link is named' until_ok 10 grep -q 'warning: unable to stat dangling: file does not exist' err.dir
is 'plain files and dot names are left alone' "$(ls -d sv/.hidden/supervise sv/file/supervise 2>/dev/null)" ''
is 'runsv is a child of runsvdir' "$(parent "$(runsv_of one)")" "$dir"

service three
check 'a directory moved in runs' until_ok 10 runs three
ln -s ../elsewhere/real sv/again
service four
check 'the next one too' until_ok 10 runs four
is 'two names for one directory are one service' "$(tr '\0' ' ' < "/proc/$(runsv_of again)/cmdline")" 'runsv linked '

old=$(runsv_of one)
mv sv/one sv/renamed
service five
until_ok 10 runs five
is 'a renamed service keeps its runsv' "$(runsv_of renamed) $(parent "$old")" "$old $dir"

p2=$(pid two) p3=$(pid three)
mv sv/two sv/three elsewhere
check 'several removed at once are all stopped' until_ok 10 dead "$p2"
check 'and the other' until_ok 10 dead "$p3"
check 'the others run' kill -0 "$(pid four)"

p4=$(pid four) r4=$(runsv_of four)
sleep 1.1 & wait $! # a runsv that lived for a second is replaced at once
kill -TERM "$r4"
check 'a runsv that went is replaced' until_ok 10 eval 'test -n "$(pid four)" && test "$(pid four)" != "$p4" && runs four'

kill -TERM $dir
wait $dir
is 'TERM: exits 0' $? 0
check '... and leaves the services' kill -0 "$(pid four)"
all="$(runsv_of four) $(runsv_of five) $(runsv_of renamed) $(runsv_of linked)"
exits 'the services can still be told to exit' 0 sv -w 15 exit ./sv/four ./sv/five ./sv/renamed ./sv/linked
check 'and nothing is left' until_ok 10 dead $all

rm -rf sv elsewhere
mkdir sv
service one
service two
runsvdir sv 2>err.dir &
dir=$!
track $dir
until_ok 10 runs one && until_ok 10 runs two
all="$(runsv_of one) $(runsv_of two) $(pid one) $(pid two)"
kill -HUP $dir
wait $dir
is 'HUP: exits 111' $? 111
check '... after telling every runsv to stop' until_ok 10 dead $all

runsvdir missing 2>err.dir &
dir=$!
track $dir
check 'a missing directory is named' until_ok 10 grep -q 'runsvdir missing: warning: unable to open directory .*missing: file does not exist' err.dir
mkdir sv2
mv sv/one sv2/one
mv sv2 missing
check '... and looked for until it is there' until_ok 10 test -s missing/one/supervise/pid
p1=$(cat missing/one/supervise/pid)
kill -HUP $dir
wait $dir
until_ok 10 dead "$p1"

done_testing
