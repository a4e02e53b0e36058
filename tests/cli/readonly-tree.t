#!/bin/sh
# A whole tree for an ordinary user on a file system that cannot be written: runsvdir -S, with a
# logger, needs, an instance, readiness, a stop in order; sv --user on it.

. "${0%/*}/../lib.sh"
. "$SRC/tests/service.sh"

chmod 755 .
conf=$T/ro/config scan=$T/ro/config/service
export XDG_CONFIG_HOME="$conf" HF_STATEDIR="$T/rw/state"
mkdir -p rw/log "$scan"

script "$scan/db/run" <<R
echo db >> $T/rw/order
trap 'echo db gone >> $T/rw/order ; exit' TERM
echo >&4
while : ; do sleep 0.02 ; done
R
echo 4 > "$scan/db/notification-fd"
script "$scan/web/run" <<R
echo web >> $T/rw/order
trap 'echo web gone >> $T/rw/order ; exit' TERM
echo "web says this"
while : ; do sleep 0.02 ; done
R
echo db > "$scan/web/needs"
script "$scan/web/log/run" <<R
exec svlogd $T/rw/log
R
script "$conf/work@/run" <<R
echo "instance \$1" >> $T/rw/instances
exec sleep 1000
R
ln -s ../work@ "$scan/work@a"
ln -s ../work@ "$scan/work@b"
script "$scan/lazy/run" <<R
exec sleep 1000
R
touch "$scan/lazy/down"
script "$scan/once/run" <<R
echo once >> $T/rw/once
R
echo never > "$scan/once/restart"
find ro | sort > files

# The read-only tree is in a mount namespace, where all that follows is done.
cat > inside <<R
cd / || exit 1
mount --bind $T/ro $T/ro && mount -o remount,bind,ro $T/ro || { echo no > $T/cannot ; exit 1 ; }
test "\$(id -u)" != 0 || test -n "\${MAPPED-}" || set -- setpriv --reuid 65534 --regid 65534 --clear-groups "\$@"
exec "\$@"
R
if test "$(id -u)" = 0 ; then
  chown -R 65534:65534 rw
  enter="unshare -m sh $T/inside"
else
  MAPPED=yes ; export MAPPED
  enter="unshare -rm sh $T/inside"
fi
$enter true 2>err || skip_all "no read-only mount can be made here: $(head -n 1 err)"
refuse 'the tree cannot be written' $enter touch "$scan/x" 2>/dev/null

$enter runsvdir -t -S "$T/rw/state" "$scan" 2>dir.err & dir=$!
track $dir
ask() { sv -w 20 --user "$@" ; }
check 'all comes up' until_ok 20 lines rw/instances 2
exits 'sv --user start' 0 ask start web db 'work@*'
is 'the needed first' "$(cat rw/order)" 'db
web'
is 'instances have their names' "$(sort rw/instances)" 'instance a
instance b'
check 'the log is written' until_ok 20 grep -q 'web says this' rw/log/current
is 'what is down stays down' "$(sv --user status lazy | cut -d: -f1)" down
exits 'and is started' 0 ask start lazy
check 'the oneshot was run' until_ok 20 grep -qx once rw/once
exits 'restart' 0 ask restart 'work@a'
exits 'a check of all' 0 ask check web db lazy
is 'the state is where it was said' "$(cd rw/state && ls -d */supervise | tr '\n' ' ')" \
  'db/supervise lazy/supervise once/supervise web/supervise work@a/supervise work@b/supervise '
check 'the log is found' sh -c 'sv --user log -n 1 web | grep -q "web says this"'
exits 'sv upgrade' 0 ask upgrade web
if test "$(id -u)" = 0 ; then
  kill -KILL "$(sv --user status --json db | sed -n 's/.*"supervisor":{"pid":\([0-9]*\).*/\1/p')"
  check 'a killed runsv comes back, and has what it had' until_ok 20 grep -q 'db: info: adopted run' dir.err
else skip 'a killed runsv comes back, and has what it had' 'not root' ; fi
exits 'sv stop' 0 ask stop 'work@b'
kill -TERM $dir
check 'TERM stops the tree' wait $dir
is 'in order' "$(tail -n 2 rw/order)" 'web gone
db gone'
is 'nothing is new in the tree' "$(find ro | sort)" "$(cat files)"
is 'and nothing was said' "$(grep -v 'adopted\|runsv db was killed by signal 9' dir.err)" ''
done_testing
