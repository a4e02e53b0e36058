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
is 'its process is the same' "$(pid scan/a)" "$a"

rm -rf scan
check 'a scan directory that is removed takes its services along' until_ok 20 dead "$a"
service scan/c
check 'one made in its place is followed' until_ok 20 up "$T/scan/c"

kill -HUP $dir
wait $dir
done_testing
