#!/bin/sh
# Oneshots, with a down half; targets: directories that have needs and no run.

. "${0%/*}/../lib.sh"
. "$SRC/tests/service.sh"

SVDIR=$T/scan
export SVDIR
script scan/mount/run <<'R'
echo up >> ../../mount
R
echo never > scan/mount/restart
script scan/mount/control/d <<'R'
echo undone >> ../../mount
R
script scan/db/run <<'R'
echo >&7
exec sleep 1000
R
echo 7 > scan/db/notification-fd
touch scan/db/down
printf 'mount\ndb\n' > tmp.needs
mkdir scan/all
mv tmp.needs scan/all/needs
script scan/web/run <<'R'
exec sleep 1000
R
echo all > scan/web/needs
touch scan/web/down scan/all/down
cd scan
for s in mount db all web ; do
  runsv $s 2>>"$T/err" & track $!
done
cd ..
check 'a oneshot that ended well is ready' svwait -t 20000 ready mount
check 'and not up' until_ok 10 stat_is scan/mount down
is 'it ran once' "$(cat mount)" up
check 'a service that needs a target comes up' sh -c 'sv -w 20 start web >/dev/null'
check 'and so did what the target needs' until_ok 10 stat_is scan/db run
check 'the target is up' until_ok 10 stat_is scan/all run
is 'the oneshot was not run again' "$(cat mount)" up
say scan/db d
check 'a member is lost' until_ok 10 stat_is scan/db down
check 'the target stays' stat_is scan/all run
say scan/mount d
check 'a oneshot told down runs its down half' until_ok 10 grep -qx undone mount
refuse 'and is no longer ready' svwait -t 100 ready mount
say scan/mount u
check 'up runs it again' until_ok 10 lines mount 3
check 'and it is ready' svwait -t 20000 ready mount
for s in web all db mount ; do say scan/$s x ; done
check 'exit waits for the down half' until_ok 10 lines mount 4
check 'all leave' until_ok 10 sh -c 'for s in web all db mount ; do svok scan/$s && exit 1 ; done ; exit 0'
done_testing
