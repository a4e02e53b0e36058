#!/bin/sh
# runsvdir: the whole scan directory is moved away or removed, and another one takes its place.
. "${0%/*}/../lib.sh"

service() { # service DIR
  mkdir -p "$1"
  printf '#!/bin/sh\nexec sleep 1000\n' > "$1/run"
  chmod +x "$1/run"
}
pid() { cat "$1/supervise/pid" 2>/dev/null ; }
up() { sv status "$1" | grep -q '^run: ' ; }
dead() { ! kill -0 "$1" 2>/dev/null || grep -q '^State:.Z' "/proc/$1/status" ; }

mkdir kept
service kept/linked
service scan/a
service scan/b
ln -s ../kept/linked scan/linked
runsvdir scan 2>err.dir &
dir=$!
track $dir
for n in a b linked ; do check "$n runs" until_ok 10 up "$T/scan/$n" ; done
a=$(pid scan/a) b=$(pid scan/b) l=$(pid scan/linked)

mkdir new
service new/a
ln -s ../kept/linked new/linked
mv scan old && mv new scan
check 'a service of the same name in the new directory is supervised' until_ok 20 up "$T/scan/a"
check 'the one of the old directory is gone' until_ok 10 dead "$a"
check 'one that is only in the old directory is gone' until_ok 10 dead "$b"
is 'what is in both runs on' "$(pid scan/linked)" "$l"

a=$(pid scan/a)
service made && rm -rf scan/a && mv made scan/a
check 'made anew there, it is supervised' until_ok 20 up "$T/scan/a"
check 'its process is the same' until_ok 10 eval 'test "$(pid scan/a)" = "$a"'

rm -rf scan
check 'a scan directory that is removed takes its services along' until_ok 20 dead "$a"
service scan/c
check 'one made in its place is followed' until_ok 20 up "$T/scan/c"

# A runsv that is killed after its directory was replaced, before it knows: never two copies.
parent() { awk '/^PPid/{print $2}' "/proc/$1/status" 2>/dev/null ; }
single() { # single DIR: a service that tells when there is another of it
  mkdir -p "$1/log"
  cat > "$1/run" <<END
#!/bin/sh
mkdir "$T/only" || echo twice >> "$T/twice"
trap 'kill \$! ; rmdir "$T/only" ; exit 0' TERM
echo up >> "$T/starts"
sleep 1000 & wait \$!
END
  printf '#!/bin/sh\nexec cat >/dev/null\n' > "$1/log/run"
  chmod +x "$1/run" "$1/log/run"
}
starts() { test "$(wc -l < starts)" = "$1" ; }
if built linux ; then
  single first
  mv first scan/s
  for how in 'moved away' 'removed' ; do
    : > starts
    rm -rf away
    until_ok 20 up "$T/scan/s" && until_ok 10 test -d only
    s=$(pid scan/s) r=$(parent "$(pid scan/s)")
    single next
    kill -STOP $dir
    if test "$how" = removed ; then rm -rf scan/s ; else mv scan/s away ; fi
    mv next scan/s
    kill -KILL "$r"
    : > starts
    kill -CONT $dir
    check "$how, and its runsv killed at once: the new one starts" until_ok 20 starts 1
    check '... when the old one is gone' dead "$s"
  done
  refuse '... never two at a time' test -e twice
  check '... and it is told' grep -q 'the directory of s was replaced, and its runsv died before it moved: stopping process' err.dir
else skip 'a runsv that is killed when its directory was replaced' 'this build has no subreaper' ; fi

kill -HUP $dir
wait $dir
done_testing
