#!/bin/sh
# examples/container in namespaces; the Kubernetes manifest and the systemd unit are well formed.
. "${0%/*}/../lib.sh"

if command -v python3 >/dev/null && python3 -c 'import yaml' 2>/dev/null ; then
  check 'the Kubernetes manifest is YAML of a pod with probes' python3 - "$SRC/examples/kubernetes/pod.yaml" <<'END'
import sys, yaml
pod = yaml.safe_load(open(sys.argv[1]))
c = pod["spec"]["containers"][0]
assert pod["kind"] == "Pod" and c["command"][0].endswith("runsvdir")
assert c["securityContext"]["readOnlyRootFilesystem"] and pod["spec"]["securityContext"]["runAsNonRoot"]
pre = c["lifecycle"]["preStop"]["exec"]["command"]
assert pre[:1] == ["/bin/sv"] and pre[3:] == ["hup", "web"] # tried below
assert int(pre[2]) + int(c["command"][c["command"].index("-T") + 1]) < pod["spec"]["terminationGracePeriodSeconds"]
for probe in (c["readinessProbe"], c["livenessProbe"]): assert probe["exec"]["command"][0].endswith("sv")
END
else skip 'the Kubernetes manifest is YAML' 'no python3 with yaml' ; fi

if command -v systemd-analyze >/dev/null ; then
  sed "s#/usr/local/bin/runsvdir#$BUILD/bin/runsvdir#" "$SRC/examples/systemd/holdfast.service" > holdfast.service
  systemd-analyze verify ./holdfast.service > verify 2>&1
  is 'the systemd unit is verified' "$(grep holdfast.service verify | grep -v 'Command.*man')" ''
else skip 'the systemd unit is verified' 'no systemd-analyze' ; fi

why=
test -z "$(ldd "$BUILD/bin/runsv" 2>/dev/null | grep '=>')" || why='this build is not static'
test -n "$why" || command -v setpriv >/dev/null || why='setpriv is not installed'
test -n "$why" || command -v musl-gcc >/dev/null || why='musl-gcc is not installed'
as_user=
test "$(id -u)" != 0 || as_user='setpriv --reuid 65534 --regid 65534 --clear-groups'
test -n "$why" || $as_user unshare --user --map-root-user --mount --pid --fork sh -c \
  'mount -t tmpfs t /mnt && mount -t proc proc /proc' 2>/dev/null || why='an ordinary user may not make namespaces here'
if test -n "$why" ; then
  skip 'the container runs' "$why"
  done_testing
fi

chmod 755 .
HF_BUILD=$BUILD "$SRC/examples/container/build" "$T/root"
is 'the image has no shell' "$(ls "$T/root/bin" | tr '\n' ' ')" 'runsv runsvdir sv svlogd '

dead() { ! kill -0 "$1" 2>/dev/null || grep -q '^State:.Z' "/proc/$1/status" ; }
child() { read -r c _ < "/proc/$1/task/$1/children" ; echo "$c" ; }
start() {
  "$SRC/examples/container/run" "$T/root" >log 2>err & c=$!
  track $c
  until_ok 20 grep -q '^web: serving' log && until_ok 20 grep -q '^clock: tick' log
}
check 'both services are on standard output with their names' start
one=$(child $c)
is 'runsvdir is process 1' "$(cat "/proc/$one/comm") $(awk '/^NSpid/{print $3}' "/proc/$one/status")" 'runsvdir 1'
is '... an ordinary user' "$(awk '/^Uid/{print $2}' "/proc/$one/status")" "$(test "$(id -u)" = 0 && echo 65534 || id -u)"
refuse '... on a read-only root' touch "/proc/$one/root/etc/new" 2>/dev/null
is '... with the state in its tmpfs' "$(ls "/proc/$one/root/run/state" | tr '\n' ' ')" 'clock web '
begin=$(hf_now)
kill -TERM "$one"
until_ok 20 dead $c || kill -KILL $c
wait $c
is 'TERM: exits 0' $? 0
took=$(( $(hf_now) - begin ))
check "... in the time of the slowest, which has half a second ($took ms)" test $took -ge 450
check '... whose last words are there' grep -q '^web: finished' log

check 'started again' start
for p in /proc/[0-9]* ; do
  test "$(readlink "$p/exe" 2>/dev/null)" = /etc/service/web/run || test "$(readlink "$p/exe" 2>/dev/null)" = "$T/root/etc/service/web/run" || continue
  test "$(readlink "$p/root")" = "$T/root" -o "$(readlink "$p/root")" = / && kill -USR1 "${p#/proc/}"
done
until_ok 20 dead $c || kill -KILL $c
wait $c
is 'the essential service fails: its exit code' $? 3
check '... and is named' grep -q 'essential service web is down for good' err
check '... after its last words' grep -q '^web: failing' log

# The same by crun. Control groups are of no interest here; where it does not know what to make of
# those of this machine, it does not see the second version of them.
why=
test "$(id -u)" = 0 || why='only root runs crun here'
test -n "$why" || command -v crun >/dev/null || why='crun is not installed'
if test -n "$why" ; then
  skip 'the container runs under crun' "$why"
  done_testing
fi
mkdir bundle
mv root bundle/rootfs
cp "$SRC/examples/container/config.json" bundle/
name=hf-test-$$
# crun gives the container's account what descriptors 0 to 2 are, a device too: they must be ours.
: > cruns.none
owner=$(stat -c %u /dev/null)
cat > cruns <<'END'
#!/bin/sh
exec <"$0.none"
test ! -d /sys/fs/cgroup/unified || umount /sys/fs/cgroup/unified 2>/dev/null
exec crun --root "$0.state" --cgroup-manager=disabled "$@"
END
chmod +x cruns
cruns() { unshare --mount "$T/cruns" "$@" ; }
cruns run --bundle bundle "$name" >log 2>err & c=$!
track $c
until_ok 20 eval 'dead $c || { grep -q "^web: serving" log && grep -q "^clock: tick" log ; }'
if dead $c ; then
  skip 'the container runs under crun' "it cannot run here: $(tail -n 1 err | tr -d '#')"
  done_testing
fi
is 'crun: runsvdir is process 1 of it, a service runs' "$(cruns exec --user 1000:1000 "$name" /bin/sv status web 2>&1 | cut -d: -f1,2)" 'run: web'
exits '... the preStop of the manifest' 0 cruns exec --user 1000:1000 "$name" /bin/sv -w 5 hup web
check '... does not end it' until_ok 10 grep -q '^web: no new ones, please' log
check '... nor do the figures miss' eval 'cruns exec --user 1000:1000 "$name" /bin/sv metrics 2>more | grep -q "web"'
cruns kill "$name" TERM
until_ok 20 dead $c || cruns kill "$name" KILL
wait $c
is '... TERM: exits 0' $? 0
check '... after the last words of the slowest' grep -q '^web: finished' log
cruns delete --force "$name" >more 2>&1
is '... and the machine has its devices as they were' "$(stat -c %u /dev/null)" "$owner"

done_testing
