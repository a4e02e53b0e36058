#!/bin/sh
# runsvdir where it is not told of changes: no inotify watch to be had, more changes than the
# kernel keeps, a scan directory that cannot be read for a while.
. "${0%/*}/../lib.sh"

service() { # service DIR: made elsewhere, moved in
  mkdir made
  printf '#!/bin/sh\nexec sleep 1000\n' > made/run
  chmod +x made/run
  mv made "$1"
}
runs() { test -s "$1/supervise/pid" ; }
child() { cat "/proc/$1/task/$1/children" 2>/dev/null ; }
dead() { ! kill -0 "$1" 2>/dev/null || grep -q '^State:.Z' "/proc/$1/status" ; }

mkdir sv
service sv/a
limit=/proc/sys/user/max_inotify_watches
if ! built linux ; then skip 'no watch to be had' 'this build is not told of changes'
elif ! unshare -U -r sh -c "echo 0 > $limit" 2>/dev/null ; then skip 'no watch to be had' 'no user namespace here'
else
  unshare -U -r sh -c "echo 0 > $limit ; exec runsvdir -t sv" 2>err.dir & dir=$!
  track $dir
  until_ok 10 runs sv/a
  check 'no watch to be had: that is said' grep -q 'warning: unable to be told of changes, .*max_user_watches' err.dir
  service sv/b
  check '... and looked for changes all the same' until_ok 30 runs sv/b
  is '... said once' "$(grep -c 'unable to be told' err.dir)" 1
  kill -TERM $dir
  wait $dir
  is '... and it stops' $? 0
fi

# The tracer holds runsvdir where it wakes up, until the kernel has dropped events.
most=$(cat /proc/sys/fs/inotify/max_queued_events 2>/dev/null || echo 1000000)
if ! built linux ; then skip 'events dropped by the kernel' 'this build is not told of changes'
elif test "$most" -gt 20000 ; then skip 'events dropped by the kernel' "it keeps $most"
elif ! command -v strace >/dev/null || ! strace -o /dev/null true 2>/dev/null ; then skip 'events dropped by the kernel' 'strace cannot be used here'
else
  runsvdir -t sv 2>err.dir & dir=$!
  track $dir
  until_ok 10 runs sv/a
  mkdir sv/.many
  strace -q -o /dev/null -p $dir & s=$!
  track $s
  until_ok 10 grep -q "^TracerPid:.$s\$" "/proc/$dir/status"
  kill -STOP $s
  ( cd sv && seq -f .x%g "$most" | xargs mkdir && seq -f .x%g "$most" | xargs rmdir )
  service sv/c
  kill -CONT $s
  check 'events dropped by the kernel: nothing is missed' until_ok 20 runs sv/c
  kill -TERM $s
  wait $s 2>/dev/null
  kill -TERM $dir
  wait $dir
  is '... and it stops' $? 0
fi

# Not readable (for who is not root) or no directory at all, for a while.
runsvdir -t sv 2>err.dir & dir=$!
track $dir
until_ok 10 runs sv/a
p=$(cat sv/a/supervise/pid)
mv sv away
: > sv
check 'no directory where there was one: that is said' until_ok 10 grep -q 'warning: unable to open directory .*/sv: not a directory' err.dir
check '... what runs goes on' kill -0 "$p"
rm sv
mv away sv
service sv/d
check '... and it is found again' until_ok 10 runs sv/d
is '... with the same process' "$(cat sv/a/supervise/pid)" "$p"
if test "$(id -u)" != 0 ; then
  chmod 0 sv
  kill -CONT $dir
  check 'not readable: that is said' until_ok 10 grep -q 'unable to open directory .*/sv: access denied' err.dir
  chmod 755 sv
  service sv/e
  check '... and it works on when it is' until_ok 10 runs sv/e
else skip 'a scan directory that is not readable' 'root reads everything' ; fi
kill -TERM $dir
wait $dir
is '... and it stops' $? 0
done_testing
