#!/bin/sh
# Loggers crossed: runit's svlogd and daemontools' multilog under our runsv, our svlogd under
# theirs; a rotation and a restart of everything in between, and no line is missing. (Only our
# svlogd is ended meanwhile: runit's loses what it has read then.)
. "${0%/*}/../lib.sh"
peer=/usr/bin
test -x $peer/svlogd || skip_all "runit is not installed"

# A service that writes numbered lines: it goes on where the last run stopped.
make() { # make NAME LOGGER...
  n=$1 ; shift
  mkdir -p "$n/log/main"
  cat > "$n/run" <<'END'
#!/bin/sh
trap 'exit 0' TERM
read -r n < next
while test $n -lt 400 ; do
  n=$((n + 1))
  echo "line $n"
  echo $n > next.new && mv next.new next
done
: > wrote
exec sleep 1000
END
  echo 0 > "$n/next"
  printf '#!/bin/sh\nexec %s\n' "$*" > "$n/log/run"
  chmod +x "$n/run" "$n/log/run"
}
lines() { sed 's/^@[0-9a-f]* //' "$1"/log/main/@*.[su] "$1"/log/main/current 2>/dev/null | sort | uniq -c |
  awk '$2 == "line" { seen++ ; if ($1 > 1) twice++ } END { print seen + 0, twice + 0 }' ; }
all_there() { # each line is there; a line may be there twice, when the run was ended between writing and counting
  set -- $(lines "$1") && test "$1" = 400 && test "$2" -le 8
}
crossed() { # crossed NAME SUPERVISOR WORDS ["end the logger"]
  n=$1 w=$3
  $2 "$n" & p=$!
  track $p
  until_ok 20 test -p "$n/log/supervise/ok"
  until_ok 20 sh -c "test \$(cat $n/next) -gt 50"
  $peer/svc -a "$n/log" 2>/dev/null || $peer/sv alarm "./$n/log" >/dev/null
  test $# = 3 || $peer/sv term "./$n/log" >/dev/null
  $peer/sv -w 20 restart "./$n" >/dev/null
  check "$w: all is written" until_ok 30 test -e "$n/wrote"
  check "$w: every line arrives" until_ok 20 all_there "$n"
  $peer/sv alarm "./$n/log" >/dev/null
  check "$w: it rotates" until_ok 20 sh -c "ls $n/log/main/@*.s >/dev/null 2>&1"
  $peer/sv -w 20 shutdown "./$n" >/dev/null
  check "$w: the supervisor goes" until_ok 20 hf_not kill -0 $p
  check "$w: every line is still there" all_there "$n"
  echo "# $w: $(lines "$n") (lines, of these more than once)"
}

make one $peer/svlogd -t ./main
crossed one "$BUILD/bin/runsv" 'their svlogd, our runsv'
make two "$BUILD/bin/svlogd" -t ./main
crossed two $peer/runsv 'our svlogd, their runsv' end
make three "$BUILD/bin/svlogd" -t ./main
crossed three "$BUILD/bin/runsv" 'our svlogd, our runsv' end
if test -x $peer/multilog ; then
  make four $peer/multilog t ./main
  crossed four "$BUILD/bin/runsv" 'their multilog, our runsv'
else skip 'multilog' 'daemontools is not installed' ; fi

# One directory, two loggers: the second is refused, whoever it is.
mkdir -p x
mkfifo hold
exec 9<>hold
"$BUILD/bin/svlogd" ./x <hold & p=$!
track $p
until_ok 20 test -e x/lock
until_ok 20 test -e x/current
exits 'their svlogd does not write where ours does' 111 timeout 20 $peer/svlogd ./x </dev/null
kill $p ; wait $p 2>/dev/null ; rm x/current
$peer/svlogd ./x <hold & p=$!
track $p
until_ok 20 test -e x/current # opened after the lock was taken
exits 'our svlogd does not write where theirs does' 111 timeout 20 "$BUILD/bin/svlogd" ./x </dev/null
kill $p
done_testing
