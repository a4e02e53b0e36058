#!/bin/sh
# runsvdir: links whose targets come, go and are made anew, targets (needs without run), what
# is told of and what must be looked for.
. "${0%/*}/../lib.sh"

service() { # service DIR: made elsewhere, moved in
  rm -rf "$T/made"
  mkdir -p "$T/made"
  printf '#!/bin/sh\nexec sleep 1000\n' > "$T/made/run"
  chmod +x "$T/made/run"
  mv "$T/made" "$1"
}
pid() { cat "$1/supervise/pid" 2>/dev/null ; }
runs() { test -n "$(pid "$1")" ; }
supervised() { test -e "$1/supervise/ok" ; }
parent() { awk '/^PPid/{print $2}' "/proc/$1/status" 2>/dev/null ; }

mkdir sv real one two three
service sv/plain
service real/web-1.0
ln -s ../real/web-1.0 sv/web
if built linux ; then
  ln -s ../one/x sv/x ; ln -s ../two/y sv/why ; ln -s "$T/three/z/" sv/zed ; ln -s ../three/last sv/last
  runsvdir -t sv 2>err.dir & dir=$!
  track $dir
  check 'a service through a link of another name runs' until_ok 10 runs real/web-1.0
  p=$(pid real/web-1.0) r=$(parent "$(pid real/web-1.0)")
  until_ok 10 runs sv/plain

  # Looks every five seconds would need twenty for these.
  begin=$(hf_now)
  for s in one/x two/y three/z three/last ; do
    until_ok 10 grep -q 'unable to stat last' err.dir
    service $s
    until_ok 20 runs $s || :
  done
  took=$(( $(hf_now) - begin ))
  check "links to nothing: told when there is something ($took ms)" test $took -lt 10000
  is '... each was named once' "$(grep -c 'unable to stat' err.dir)" 4

  rm -rf real/web-1.0
  service real/web-1.0
  check 'the target made anew, of another name than the link: its runsv moves there' until_ok 10 runs real/web-1.0
  is '... and the service goes on' "$(pid real/web-1.0) $(parent "$(pid real/web-1.0)")" "$p $r"
  mkdir real.new
  service real.new/web-1.0
  mv real real.old
  kill -CONT $dir # looked at without it, the service has a second
  mv real.new real
  check 'the directory that the link leads into, replaced: the same' until_ok 20 runs real/web-1.0
  is '... and the service goes on' "$(pid real/web-1.0) $(parent "$(pid real/web-1.0)")" "$p $r"

  # Instances: many links lead to one directory.
  mkdir real/many@
  printf '#!/bin/sh\nexec sleep 1000\n' > real/many@/run
  chmod +x real/many@/run
  ln -s ../real/many@ sv/many@a
  ln -s ../real/many@ sv/many@b
  check 'instances run' until_ok 10 eval 'runs sv/.state/many@a && runs sv/.state/many@b'

  # What a link leads to may be filled after both were made.
  ln -s ../real/late sv/late
  mkdir real/late
  cp -p real/many@/run real/late/run
  check 'the target of a link, made in place, is waited for' until_ok 10 runs real/late
  is '... without a complaint' "$(grep -v -e 'unable to stat' -e 'moved to the new' err.dir)" ''

  kill -TERM $dir
  wait $dir
  is 'and all stop' $? 0
else skip 'links whose targets come and go' 'this build is not told of changes there' ; fi

# A target.
rm -rf sv
mkdir sv
service sv/db
runsvdir -t sv 2>err.dir & dir=$!
track $dir
until_ok 10 runs sv/db
begin=$(hf_now)
for n in 1 2 ; do
  mkdir sv/group$n
  echo db > sv/group$n/needs
  until_ok 20 supervised sv/group$n || :
done
took=$(( $(hf_now) - begin ))
if built linux ; then check "targets made in place do not wait for a run ($took ms)" test $took -lt 8000
else skip 'targets made in place do not wait for a run' 'this build looks every five seconds' ; fi
check 'they are up' until_ok 10 eval 'sv status ./sv/group* | grep -c "^run: " | grep -qx 2'
mkdir sv/both
echo db > sv/both/needs
cp -p sv/db/run sv/both/run
check 'needs that came before run make no target' until_ok 10 runs sv/both
is '... nor do they run without it' "$(grep -v 'unable to stat' err.dir)" ''
kill -TERM $dir
wait $dir
is 'and all stop' $? 0
done_testing
