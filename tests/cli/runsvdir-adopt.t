#!/bin/sh
# runsvdir killed, upgraded, and service directories made anew under it: the services go on.
. "${0%/*}/../lib.sh"

service() { # service DIR: made elsewhere, moved in
  rm -rf "$T/made"
  mkdir -p "$T/made/log"
  printf '#!/bin/sh\nexec sleep 1000\n' > "$T/made/run"
  printf '#!/bin/sh\nexec cat >/dev/null\n' > "$T/made/log/run"
  chmod +x "$T/made/run" "$T/made/log/run"
  mv "$T/made" "$1"
}
pid() { cat "$1/supervise/pid" 2>/dev/null ; }
runs() { test -n "$(pid "$1")" && test -e "$1/supervise/ok" && sv status "./$1" >/dev/null 2>&1 ; }
parent() { awk '/^PPid/{print $2}' "/proc/$1/status" 2>/dev/null ; }
dead() { ! kill -0 "$1" 2>/dev/null || grep -q '^State:.Z' "/proc/$1/status" ; }
new_pid() { p=$(pid "$1") ; test -n "$p" && test "$p" != "$2" ; }
start() { runsvdir "$@" sv 2>>err.dir & dir=$! ; track $dir ; }

mkdir sv real
service sv/a
service sv/b
service real/c
ln -s ../real/c sv/c
start
for s in a b c ; do until_ok 10 runs sv/$s || : ; done
a=$(pid sv/a) b=$(pid sv/b) c=$(pid sv/c)
ra=$(parent "$a") rb=$(parent "$b") rc=$(parent "$c")

# Killed and started again.
kill -KILL $dir
wait $dir 2>/dev/null
kill -KILL "$rb"
: > err.dir
start
check 'after a kill: what is missing is started' until_ok 10 eval 'test "$(sv status ./sv/b | cut -c1-3)" = run && test "$(cat sv/b/supervise/lock 2>/dev/null)" = ""'
is 'the service whose runsv was killed too goes on' "$(pid sv/b)" "$b"
is 'the others have their supervisor' "$(pid sv/a) $(parent "$(pid sv/a)")" "$a $ra"
service sv/d
check 'it works on' until_ok 10 runs sv/d
is 'nobody fought for a lock' "$(grep -c lock err.dir)" 0
sleep 1.1 & wait $!
kill -KILL "$ra"
check 'a runsv that was taken over is missed when it dies' until_ok 10 eval 'grep -q "runsv a: info: adopted run" err.dir && test "$(sv status ./sv/a | cut -c1-3)" = run'
is '... and its service goes on' "$(pid sv/a)" "$a"
mv sv/d gone
d=$(pid gone)
check 'a runsv that was started is told to go' until_ok 10 dead "$d"

# Made anew.
r=$(parent "$b")
rm -rf sv/b
service sv/b
check 'a directory removed and made anew: its runsv moves there' until_ok 10 runs sv/b
is '... and the service goes on' "$(pid sv/b)" "$b"
mv sv/b old
service sv/b
check 'replaced by renaming: the same' until_ok 10 runs sv/b
is '... and the service goes on' "$(pid sv/b)" "$b"
# (Without a pidfd the runsv of c, which is no child any more, is not known by its pid.)
if built linux ; then
  if grep -q 'HF_LINUX 1' "$BUILD/config.h" ; then
  rm -rf real/c
  service real/c
  check 'what a link leads to, made anew: the same' until_ok 10 runs sv/c
  is '... and the service goes on' "$(pid sv/c) $(parent "$(pid sv/c)")" "$c $rc"
else skip 'what a link leads to, made anew: the same' 'this build is not told of changes there' ; fi
service real/other
  ln -s ../real/other new
  mv -T new sv/c
  check 'a link that leads elsewhere: stopped' until_ok 10 dead "$c"
  check '... and the other is started' until_ok 10 runs real/other
else
  skip 'what a link leads to, made anew, or a link that leads elsewhere' 'this build uses no Linux facility'
  kill -TERM "$rc"
fi
rm -rf sv/b
check 'a directory that stays away: stopped' until_ok 10 dead "$b"

# Upgraded.
mkdir bin
cp "$BUILD/bin/runsvdir" bin/mine
PATH=$T/bin:$PATH
kill -TERM $dir ; wait $dir
: > err.dir
mine sv 2>>err.dir &
dir=$!
track $dir
service sv/e
until_ok 10 runs sv/e
e=$(pid sv/e)
cp bin/mine bin/new
mv bin/new bin/mine
kill -ALRM $dir
check 'upgraded in place: another file' until_ok 10 test "/proc/$dir/exe" -ef bin/mine
is '... the same child' "$(parent "$(parent "$e")")" "$dir"
service sv/f
check '... that works on' until_ok 10 runs sv/f
re=$(parent "$e")
kill -KILL "$re"
check '... and still misses its children' until_ok 10 eval 'test -n "$(parent "$(pid sv/e)")" && grep -q "runsv e: info: adopted run" err.dir'
printf '#!/bin/sh\nexit 1\n' > bin/new
chmod +x bin/new
mv bin/new bin/mine
kill -ALRM $dir
check 'a program that does not run is refused' until_ok 10 grep -q 'not upgraded: the new program does not run' err.dir
rm bin/mine
kill -ALRM $dir
check 'and one that is missing' until_ok 10 grep -q 'not upgraded: unable to find the program' err.dir
kill -HUP $dir ; wait $dir
is 'and HUP still ends it' $? 111
check 'with all services' until_ok 10 dead "$e"

done_testing
