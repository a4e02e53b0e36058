#!/bin/sh
# A bare Debian 12, without compiler or make: what package/deps says to an ordinary user and
# without a network, and then examples/demo from nothing to its end.
. "${0%/*}/../lib.sh"

test "$(id -u)" = 0 || skip_all 'only root can make a bare Debian'
command -v debootstrap >/dev/null || skip_all 'debootstrap is not installed'
unshare --mount --pid --fork true 2>/dev/null || skip_all 'mounting is not allowed here'
room=$(df -Pm "$T" | awk 'NR == 2 { print $4 }')
test "${room:-0}" -ge 1500 || skip_all "less than 1500 MB are free in ${TMPDIR:-/tmp}"

# The mirror and proxy that this machine's apt uses.
mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null |
  sed -n -e 's/^URIs:[ ]*\([^ ]*\/debian\/*\)\( .*\)*$/\1/p' -e 's/^deb \(\[[^]]*\] \)*\([^ ]*\/debian\/*\) .*/\2/p' | head -n 1)
: "${mirror:=http://deb.debian.org/debian}"
proxy=$(apt-config dump 2>/dev/null | sed -n 's/^Acquire::http::Proxy "\(.*\)";/\1/p')
test -z "$proxy" || { http_proxy=$proxy ; export http_proxy ; }

# The base is kept beside skalibs, for it costs half a minute; a month old, it is made anew.
store=$SRC/.skalibs base=$SRC/.skalibs/bookworm.tar
mkdir -p "$store"
root=$T/root
test -z "$(find "$base" -mtime +30 2>/dev/null)" || rm -f "$base"
if test -s "$base" ; then
  mkdir "$root"
  tar -C "$root" -xf "$base" || { rm -rf "$root" "$base" ; }
fi
if ! test -d "$root" ; then
  timeout 300 debootstrap --variant=minbase bookworm "$root" "$mirror" >log 2>&1 </dev/null ||
    skip_all "debootstrap could not fetch Debian 12: $(tail -n 1 log | cut -c 1-200)"
  rm -f "$root"/var/cache/apt/archives/*.deb
  tar -C "$root" -cf "$base.$$" . && mv "$base.$$" "$base" || rm -f "$base.$$"
fi
cp /etc/resolv.conf "$root/etc/resolv.conf" 2>/dev/null
test -z "$proxy" || echo "Acquire::http::Proxy \"$proxy\";" > "$root/etc/apt/apt.conf.d/99proxy"

mkdir "$root/holdfast"
( cd "$SRC" && tar --exclude=./build --exclude='./build-*' --exclude=./.skalibs --exclude=./.git -cf - . ) |
  tar -C "$root/holdfast" -xf - --no-same-owner

inside() { # inside [UNSHARE-OPTION...] COMMAND: in the bare system, with a process table of its own
  words="$*" options=
  while case $1 in -*) true ;; *) false ;; esac ; do options="$options $1" ; shift ; done
  # shellcheck disable=SC2086
  timeout 400 unshare --mount --pid --fork --kill-child $options sh -c '
    mount -t proc proc "$1/proc" || exit 99
    exec chroot "$1" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C /bin/sh -c "$2"' \
    - "$root" "$*" </dev/null
}
refuse 'there is no compiler and no make in it' inside 'command -v cc gcc make'

inside 'setpriv --reuid=65534 --regid=65534 --clear-groups /holdfast/examples/demo' >out 2>&1
is 'an ordinary user, nothing installed: exit code' $? 1
check 'and is told what is missing' grep -q 'only root can install' out
check 'by name' grep -q 'apt-get install .*gcc.*make' out
inside --net '/holdfast/package/deps --build' >out 2>&1
is 'no network: exit code' $? 1
check 'and is told so' grep -q 'is there a network' out
check 'and how to get it' grep -q 'apt-get install .*gcc.*make' out

inside 'cd / && /holdfast/examples/demo' >demo 2>&1
is 'examples/demo: exit code' $? 0
check 'it came to its end' grep -q '^== All of this happened' demo
sed 's/^/# | /' demo | tail -n 150
is 'it left no policy behind' "$(ls "$root/usr/sbin/policy-rc.d" 2>/dev/null)" ''
is 'nothing in the temporary folder' "$(ls "$root/tmp")" ''
inside '/holdfast/package/deps --demo' >out 2>&1
is 'package/deps has nothing left to do' "$(cat out)" 'deps: all there (demo)'
done_testing
