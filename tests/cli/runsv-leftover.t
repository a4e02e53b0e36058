#!/bin/sh
# A process that the service left behind has the log pipe open: the logger drains and goes all
# the same, it is told who it is, and what it writes later is not lost.
. "${0%/*}/../lib.sh"
. "$SRC/tests/service.sh"

up() { sv -w 5 check "./$1" >/dev/null ; }

cat > left.sh <<'END'
read -r go < "$1.go"
echo written later
touch "$1.wrote"
exec sleep 1000
END
mkfifo a.go b.go
for s in a b ; do
  script $s/run <<END
echo said by the service
sh "$T/left.sh" "$T/$s" &
echo \$! > "$T/$s.left"
exec sleep 1000
END
  script $s/log/run <<'END'
exec cat >> ../said
END
done

begin a
until_ok 10 up a && until_ok 10 test -s a.left && until_ok 10 grep -q service a/said
left=$(cat a.left)
track $left
exits 'sv exit, with a process left behind that holds the log pipe' 0 sv -w 15 exit ./a
until_ok 20 gone $sup || kill -KILL $sup
wait $sup
is '... runsv exits' $? 0
if test -e "/proc/$left/fd" ; then check '... and says who it is' grep -q "info: process $left (.*), which the service left behind, holds the log pipe" a.err
else skip '... and says who it is' 'this is not told here' ; fi
check '... which lives on' kill -0 "$left"
echo > a.go
until_ok 10 test -e a.wrote
script a/run <<'END'
exec sleep 1000
END
begin a
until_ok 10 up a
check 'what it writes later is read by the next logger' until_ok 10 grep -q 'written later' a/said
sv -w 15 exit ./a >/dev/null
wait $sup

# The whole tree: no overall limit is needed.
mkdir sv
mv b sv/b
runsvdir -t sv 2>err.dir & dir=$!
track $dir
until_ok 10 up sv/b && until_ok 10 test -s b.left && until_ok 10 grep -q service sv/b/said
track "$(cat b.left)"
kill -TERM $dir
check 'runsvdir -t ends, too' until_ok 20 gone $dir
gone $dir || kill -KILL $dir
wait $dir

# What is left behind and goes soon is heard to its end.
script c/run <<'END'
( until test -e ../c.go ; do sleep 0.02 ; done ; echo last words ) &
exec sleep 1000
END
script c/log/run <<'END'
exec cat >> ../said
END
begin c
until_ok 10 up c
: > c.go
sv -w 15 exit ./c >/dev/null
wait $sup
is 'what is left behind and goes soon is heard to its end' "$(cat c/said)" 'last words'
is '... without a word' "$(cat c.err)" ''
done_testing
