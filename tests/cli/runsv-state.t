#!/bin/sh
# Where the state lives: supervise/, a link, HF_STATEDIR with a directory that cannot be
# written, instances; who may control; the s6 convention.

. "${0%/*}/../lib.sh"
. "$SRC/tests/service.sh"

script a/run <<'R'
echo "$0 $# $*" > ../a.args
exec sleep 1000
R
mkdir elsewhere
ln -s ../elsewhere/a a/supervise
begin a
check 'supervise may be a link to a directory that does not exist yet' until_ok 10 stat_is a run
check 'which is made' test -e elsewhere/a/status
is 'run gets no argument' "$(cat a.args)" './run 0 '
end $sup
begin a
check 'and may exist the next time' until_ok 10 stat_is a run
end $sup

# Instances
mkdir scan
script scan/web@/run <<'R'
echo "$1" >> "../args.$1"
exec sleep 1000
R
script scan/web@/log/run <<'R'
exec cat > "../../log.$1"
R
ln -s web@ scan/web@one
ln -s web@ scan/web@two
cd scan
runsv web@one 2>err.one & i1=$!
runsv web@two 2>err.two & i2=$!
track $i1 $i2
cd ..
check 'an instance gets its name as $1' until_ok 10 grep -q one scan/args.one
check 'so does the other' until_ok 10 grep -q two scan/args.two
check 'each has a state of its own' until_ok 10 test -e scan/.state/web@one/supervise/status -a -e scan/.state/web@two/log/supervise/status
refuse 'and the template has none' test -e scan/web@/supervise
is 'sv finds it' "$(SVDIR=$T/scan sv status web@one | cut -d' ' -f1-2)" 'run: web@one:'
end $i1 $i2

# A state directory, a service directory nobody may write to
script ro/run <<'R'
exec sleep 1000
R
chmod -R a-w ro
mkdir state
HF_STATEDIR=$T/state runsv ro 2>ro.err & sup=$!
track $sup
up_there() { test "$(cat state/ro/supervise/stat)" = run ; }
check 'HF_STATEDIR: the service runs' until_ok 10 up_there
is 'nothing was written to its directory' "$(ls ro)" run
is 'sv finds it there' "$(HF_STATEDIR=$T/state sv status ./ro | cut -d' ' -f1-2)" 'run: ./ro:'
end $sup
if test "$(id -u)" = 0 ; then
  chmod 0755 . ro
  mkdir nobody && chown 65534:65534 nobody
  setpriv --reuid 65534 --regid 65534 --clear-groups env HF_STATEDIR="$T/nobody" "$BUILD/bin/runsv" ro 2>>ro.err & sup=$!
  track $sup
  check 'as an ordinary user too' until_ok 10 grep -qx run nobody/ro/supervise/stat
  end $sup
  # Who may do what
  script g/run <<'R'
exec sleep 1000
R
  echo daemon > g/control-group
  begin g
  until_ok 10 stat_is g run
  is 'control-group: its members may write to control' "$(stat -c '%a %G' g/supervise/control)" '620 daemon'
  check 'anyone may read the status' sh -c '"$@" >/dev/null' - setpriv --reuid 65534 --regid 65534 --clear-groups "$BUILD/bin/sv" status ./g
  refuse 'but not control' sh -c '"$@" >/dev/null' - setpriv --reuid 65534 --regid 65534 --clear-groups "$BUILD/bin/sv" -w 1 down ./g
  is 'it still runs' "$(cat g/supervise/stat)" run
  check 'a member may' sh -c '"$@" >/dev/null' - setpriv --reuid 65534 --regid daemon --clear-groups "$BUILD/bin/sv" -w 10 down ./g
  check 'and it goes down' until_ok 10 stat_is g down
  end $sup
else
  skip 'as an ordinary user too' 'needs root'
  skip 'control-group' 'needs root'
fi

# The s6 convention
script s/run <<'R'
echo "$*" > ../s.run
ps -o sid= -p $$ | tr -d ' ' > ../s.sid
echo $$ > ../s.pid
exec sleep 1000
R
script s/finish <<'R'
echo "$*" >> ../s.finish
test -e ../fail && exit 125
exit 0
R
echo s6 > s/convention
begin s
check 's6: run gets the name' until_ok 10 grep -qx s s.run
until_ok 10 test -s s.pid
is 's6: a session of its own' "$(cat s.sid)" "$(cat s.pid)"
say s t
check 's6: finish gets 256, the signal, the name, the group' until_ok 10 grep -qx "256 15 s $(cat s.pid)" s.finish
until_ok 10 stat_is s run
touch fail
say s t
check 's6: 125 from finish is a permanent failure' until_ok 10 stat_is s down
end $sup
script t/run <<'R'
exec sleep 1000
R
begin -6 t
until_ok 10 stat_is t run
is '-6 makes it the default' "$(ps -o sid= -p "$(pid_of t)" | tr -d ' ')" "$(pid_of t)"
end $sup
done_testing
