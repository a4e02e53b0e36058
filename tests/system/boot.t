#!/bin/sh
# A real kernel and a minimal init, runsvdir as process 2: services with loggers on a read-only
# root, one killed, runsvdir killed, an orderly end, power off. Twice, with busybox init and with
# the init of examples/init. Then tini and dumb-init in a PID namespace.
. "${0%/*}/../lib.sh"

bin=$BUILD/bin
busybox=$(command -v busybox) || busybox=
store=$SRC/.skalibs

# The kernel of the distribution, from its package, kept beside skalibs.
find_kernel() {
  for kernel in "$store"/kernel/vmlinuz-* ; do test ! -s "$kernel" || return 0 ; done
  pkg=$(apt-cache depends linux-image-cloud-amd64 2>/dev/null | sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1)
  test -n "$pkg" || return 1
  mkdir -p "$T/deb" "$store/kernel"
  ( cd "$T/deb" && timeout 120 apt-get download "$pkg" && dpkg-deb -x ./*.deb . ) >/dev/null 2>&1 || return 1
  for kernel in "$T"/deb/boot/vmlinuz-* ; do
    test -s "$kernel" || return 1
    cp "$kernel" "$store/kernel/.new.$$" && mv "$store/kernel/.new.$$" "$store/kernel/${kernel##*/}"
    kernel=$store/kernel/${kernel##*/}
  done
}

service() { # service NAME
  mkdir -p "root/etc/service/$1/log"
  cat > "root/etc/service/$1/run" <<'END'
#!/bin/sh
exec 2>&1
trap 'echo "$1: last words" ; kill $! ; exit 0' TERM
echo "$1: begins"
sleep 1000 &
wait $!
END
  sed -i "s/\\\$1/$1/" "root/etc/service/$1/run"
  cat > "root/etc/service/$1/log/run" <<END
#!/bin/sh
mkdir -p /run/log/$1
exec svlogd -tt /run/log/$1
END
  echo tree > "root/etc/service/$1/kill-mode"
  chmod +x "root/etc/service/$1/run" "root/etc/service/$1/log/run"
}

# What happens in the machine. Each line that counts begins with "boot:" on the console.
driver() {
  cat > root/etc/holdfast/local <<'END'
#!/bin/sh
/etc/holdfast/drive </dev/console >/dev/console 2>&1 &
END
  cat > root/etc/holdfast/drive <<'END'
#!/bin/sh
export SVDIR=/etc/service HF_STATEDIR=/run/holdfast/state
say() { echo "boot: $*" ; }
until_ok() { n=0 ; until "$@" >/dev/null 2>&1 ; do n=$((n + 1)) ; test $n -lt 600 || { say "not in time: $*" ; return 1 ; } ; sleep 0.1 ; done ; }
pid() { cat "/run/holdfast/state/$1/supervise/pid" 2>/dev/null ; }
has_pid() { test -n "$(pid "$1")" ; }
other() { p=$(pid "$1") ; test -n "$p" && test "$p" != "$2" ; }
begun() { grep -q "$1: begins" "/run/log/$1/current" ; }
other_dir() { q=$(cat /run/holdfast/pid) ; test "$q" != "$1" && test -e "/proc/$q" && grep -q runsvdir "/proc/$q/comm" ; }
for s in alpha beta gamma delta ; do until_ok begun $s ; done
say "process 1 is $(cat /proc/1/comm), runsvdir's parent is $(awk '/^PPid/{print $2}' "/proc/$(cat /run/holdfast/pid)/status")"
touch /etc/x 2>/dev/null && say 'the root is writable' || say 'the root is read-only'
a=$(pid alpha)
kill -KILL "$a"
until_ok other alpha "$a" && say 'a killed service is back'
until_ok has_pid alpha
all="$(pid alpha) $(pid beta) $(pid gamma) $(pid delta)"
d=$(cat /run/holdfast/pid)
kill -KILL "$d"
until_ok other_dir "$d" && say 'a killed runsvdir is back'
sleep 1
test "$all" = "$(pid alpha) $(pid beta) $(pid gamma) $(pid delta)" && say 'all services go on'
r=$(awk '/^PPid/{print $2}' "/proc/$(pid beta)/status")
b=$(pid beta)
kill -KILL "$r"
under_again() { sv status beta | grep -q "^run: beta: (pid $b)" ; }
until_ok under_again && say 'a killed runsv is back, its service goes on'
test "$(ls /proc/*/cmdline | xargs -n 1 sh -c 'tr "\0" " " < $0 2>/dev/null ; echo' 2>/dev/null | grep -c '^runsv ')" = 4 && say 'four runsv in all'
restart_takes() { # restart_takes NAME: seconds, by the clock nobody can set
  p=$(pid "$1") u=$(cut -d. -f1 /proc/uptime)
  kill -KILL "$p"
  until_ok other "$1" "$p"
  echo $(($(cut -d. -f1 /proc/uptime) - u))
}
for by in 864000 -1728000 ; do
  date -s "@$(($(date +%s) + by))" >/dev/null
  t=$(restart_takes gamma)
  test "$t" -lt 30 && say "a service is back after the clock was set by $by"
  sv -w 20 restart delta >/dev/null && say "sv restart returns after the clock was set by $by"
  until_ok has_pid delta
  sv status delta | grep -q '^run: delta: (pid [0-9]*) [0-9]\{1,2\}s; run: log:' && say "its time is right after the clock was set by $by"
done
say "off"
poweroff
END
  cat > root/etc/holdfast/last <<'END'
#!/bin/sh
{
  for s in alpha beta gamma delta ; do grep -q "$s: last words" "/run/log/$s/current" && echo "boot: $s said its last words" ; done
  echo "boot: left: $(cat /proc/[0-9]*/comm 2>/dev/null | grep -c '^runsv$\|^svlogd$')"
} >/dev/console 2>&1
END
  chmod +x root/etc/holdfast/local root/etc/holdfast/drive root/etc/holdfast/last
}

make_root() {
  rm -rf root
  mkdir -p root/bin root/sbin root/etc/holdfast root/etc/service root/proc root/sys root/dev root/run root/tmp
  cp "$busybox" root/bin/busybox
  for p in runsv runsvdir sv svlogd ; do cp "$bin/$p" root/bin/ ; done
  for p in sh sleep mount umount mkdir cat kill grep awk echo test touch sync swapoff poweroff date cut tr ls xargs sed head ; do
    ln -s busybox root/bin/$p
  done
  cp "$SRC/examples/stages/1" "$SRC/examples/stages/2" "$SRC/examples/stages/3" "$SRC/examples/init/stop" root/etc/holdfast/
  mknod -m 600 root/dev/console c 5 1 2>/dev/null || :
  mknod -m 666 root/dev/null c 1 3 2>/dev/null || :
  for s in alpha beta gamma delta ; do service $s ; done
  driver
}

boot() { # boot NAME: the machine's console in $T/console
  ( cd root && find . | "$busybox" cpio -o -H newc 2>/dev/null ) | gzip -1 > initramfs || return 1
  timeout 240 qemu-system-x86_64 -machine pc,accel=tcg -m 256 -nodefaults -no-reboot -display none -serial stdio \
    -kernel "$kernel" -initrd initramfs -append 'console=ttyS0 quiet panic=-1 rdinit=/sbin/init' \
    </dev/null >console.raw 2>qemu.err &
  track $!
  wait $!
  powered_off=$?
  tr -d '\r' < console.raw > console
}

judge() { # judge INIT NAME-OF-PROCESS-1
  is "$1: power off" "$powered_off" 0
  for line in "process 1 is $2, runsvdir's parent is 1" 'the root is read-only' 'a killed service is back' \
    'a killed runsvdir is back' 'all services go on' 'a killed runsv is back, its service goes on' 'four runsv in all' \
    'a service is back after the clock was set by 864000' 'a service is back after the clock was set by -1728000' \
    'sv restart returns after the clock was set by 864000' 'sv restart returns after the clock was set by -1728000' \
    'its time is right after the clock was set by 864000' 'its time is right after the clock was set by -1728000' \
    'alpha said its last words' 'beta said its last words' 'gamma said its last words' 'delta said its last words' 'left: 0'
  do
    check "$1: $line" grep -q "^boot: $line" console
  done
  grep -q "^boot: left: 0" console || sed 's/^/# /' console | tail -n 60
}

why=
case $(uname -m) in x86_64) ;; *) why='this is not an x86-64 machine' ;; esac
test -n "$why" || command -v qemu-system-x86_64 >/dev/null || why='qemu-system-x86 is not installed'
test -n "$why" || test -n "$busybox" || why='busybox is not installed'
test -n "$why" || ! ldd "$busybox" >/dev/null 2>&1 || why='busybox is not static'
test -n "$why" || ! ldd "$bin/runsv" >/dev/null 2>&1 || why='this build is not static'
test -n "$why" || find_kernel || why='no kernel package can be had'

if test -n "$why" ; then
  skip 'boot with busybox init' "$why"
  skip 'boot with the init of examples/init' "$why"
else
  make_root
  ln -s ../bin/busybox root/sbin/init
  cp "$SRC/examples/init/inittab" root/etc/inittab
  boot && judge 'busybox init' init
  cc=
  for c in musl-gcc gcc ; do $c -static -Os -o one "$SRC/examples/init/init.c" 2>/dev/null && cc=$c && break ; done
  if test -n "$cc" ; then
    make_root
    cp one root/sbin/init
    boot && judge 'the init in C' init
  else skip 'boot with the init of examples/init' 'no compiler' ; fi
fi

# tini and dumb-init: process 1 of a PID namespace.
ns=
for n in 'unshare -p -f --kill-child --mount-proc' 'unshare -U -r -p -f --kill-child --mount-proc' ; do
  test -n "$ns" || ! $n true 2>/dev/null || ns=$n
done
dead() { ! kill -0 "$1" 2>/dev/null || grep -q '^State:.Z' "/proc/$1/status" ; }
for init in tini dumb-init ; do
  command -v $init >/dev/null || { skip "under $init: TERM stops all" "$init is not installed" ; continue ; }
  test -n "$ns" || { skip "under $init: TERM stops all" 'no PID namespace here' ; continue ; }
  rm -rf sv
  mkdir -p sv/one/log
  printf '#!/bin/sh\ntrap "echo last words ; kill \\$! ; exit 0" TERM\necho begins\nsleep 1000 &\nwait $!\n' > sv/one/run
  printf '#!/bin/sh\nexec cat > ../said\n' > sv/one/log/run
  chmod +x sv/one/run sv/one/log/run
  $ns $init -- runsvdir -t -P sv 2>err &
  out=$!
  track $out
  until_ok 20 grep -q begins sv/one/said || :
  one=$(cat "/proc/$out/task/$out/children")
  kill -TERM ${one% }
  until_ok 20 dead $out || kill -KILL $out
  wait $out
  is "under $init: TERM stops all" "$? $(tail -n 1 sv/one/said)" '0 last words'
done

done_testing
