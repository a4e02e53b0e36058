#!/bin/sh
# runsvdir -t: everything stops, in order, and then it exits; essential services; process 1.
. "${0%/*}/../lib.sh"

service() { # service NAME 'COMMANDS': run is a shell script of these, which says in $T/order when it ends
  rm -rf "$T/made"
  mkdir -p "$T/made"
  { echo '#!/bin/sh' ; echo "$2" ; } > "$T/made/run"
  chmod +x "$T/made/run"
  mkdir -p sv
}
ready() { mv "$T/made" "$T/sv/$1" ; }
waits='trap "kill \$! ; echo ${PWD##*/} >> ../../order ; exit 0" TERM ; echo >> up ; sleep 1000 & wait $!'
pid() { cat "sv/$1/supervise/pid" 2>/dev/null ; }
up() { test -e "sv/$1/up" ; }
dead() { ! kill -0 "$1" 2>/dev/null || grep -q '^State:.Z' "/proc/$1/status" ; }
start() { runsvdir "$@" 2>err.dir & dir=$! ; track $dir ; }
ended() { # within the time; then its exit code
  until_ok 20 dead $dir || { kill -KILL $dir ; kill -HUP $dir ; }
  wait $dir
}
fresh() { rm -rf sv order ; }

# The order of needs; loggers last, with everything that was said.
for s in web app db other ; do
  service $s "$waits"
  test $s = other || {
    mkdir made/log
    printf '#!/bin/sh\ncat > ../said\n' > made/log/run
    chmod +x made/log/run
    chmod +x made/log/run
    sed -i "s/trap \"/&echo bye ; /" made/run
  }
  ready $s
done
start -t sv
for s in web app db other ; do until_ok 10 up $s || : ; done
printf '# what it talks to\napp\nnowhere\n' > sv/web/needs # after the start: only the order of the stop is looked at here
echo db > sv/app/needs
kill -TERM $dir
ended
is 'TERM with -t: exits 0' $? 0
is 'who needs goes before whom it needs' "$(grep -v other order | tr '\n' ' ')" 'web app db '
check 'all went' grep -q other order
is 'loggers wrote to the end' "$(cat sv/web/said sv/app/said sv/db/said)" 'bye
bye
bye'

# Each signal, and a circle of needs.
for sig in INT PWR USR1 USR2 HUP ; do
  fresh
  service one "$waits" ; ready one
  service two "$waits" ; ready two
  start -t sv
  until_ok 10 up one ; until_ok 10 up two
  echo two > sv/one/needs
  echo one > sv/two/needs
  kill -$sig $dir
  ended
  is "$sig with -t stops all, a circle too" "$? $(sort order | tr '\n' ' ')" "$(test $sig = HUP && echo 111 || echo 0) one two "
done

# Who is late, and the deadline.
fresh
service stubborn 'trap "" TERM ; echo >> up ; while : ; do sleep 1000 ; done' ; echo 60000 > made/timeout-kill ; ready stubborn
service deaf 'trap "" TERM ; echo >> up ; while : ; do sleep 1000 ; done' ; ready deaf
service quick "$waits" ; ready quick
service scripted "$waits" ; mkdir made/control ; printf '#!/bin/sh\nexec sleep 1000\n' > made/control/x ; chmod +x made/control/x ; ready scripted
service chatty "$waits" ; mkdir made/log ; printf '#!/bin/sh\ntrap "" TERM ; while : ; do sleep 1000 ; done\n' > made/log/run ; chmod +x made/log/run ; ready chatty
start -t -T 2 sv
for s in stubborn deaf quick scripted chatty ; do until_ok 10 up $s || : ; done
p=$(pid deaf)
kill -TERM $dir
ended
is 'with a deadline: exits 0' $? 0
check 'the late are named' grep -q 'runsvdir sv: info: waiting for .*deaf (no limit)' err.dir
check '... with the time they have' grep -q 'stubborn ([0-9]* s left).*; [12] s until all are killed' err.dir
check '... or what it is that takes time: a control script' grep -q 'scripted (its control script)' err.dir
check '... a logger' grep -q 'chatty (its logger)' err.dir
check '... the others are not' hf_not grep -q 'waiting.*quick' err.dir
check 'and killed in the end' dead "$p"

# Whoever should read what is said does not: nobody waits for it.
fresh
service slow 'trap "" TERM ; echo >> up ; while : ; do sleep 1000 ; done' ; echo 1200 > made/timeout-kill ; ready slow
mkfifo full
exec 8<>full
dd if=/dev/zero of=full bs=4096 count=1000 oflag=nonblock 2>/dev/null
runsvdir -t sv 2>&8 & dir=$!
track $dir
until_ok 10 up slow
kill -TERM $dir
ended
is 'a standard error that nobody reads does not hold it up' $? 0
exec 8>&-

# A runsv that is killed while the tree stops does not leave its service.
fresh
service slow 'trap "" TERM ; echo >> up ; while : ; do sleep 1000 ; done' ; echo 1500 > made/timeout-kill ; ready slow
start -t sv
until_ok 10 up slow
p=$(pid slow)
kill -TERM $dir
until_ok 10 grep -q TERM sv/slow/supervise/stat
kill -KILL "$(awk '/^PPid/{print $2}' "/proc/$p/status")"
ended
is 'a runsv killed meanwhile: exits 0' $? 0
check '... and its service is gone' dead "$p"

# Essential services.
fresh
service boss 'exit 7' ; echo never > made/restart ; : > made/essential ; ready boss
service helper "$waits" ; ready helper
start sv
ended
is 'an essential service that is done: its exit code' $? 7
check '... is named' grep -q 'essential service boss is down for good' err.dir
fresh
service boss 'kill -KILL $$' ; echo on-failure > made/restart ; echo 2 60 > made/give-up ; echo 10 > made/restart-delay ; : > made/essential ; ready boss
start -t sv
ended
is '... or 128 plus the signal, once it gave up' $? 137
fresh
service boss 'trap "kill \$! ; exit 3" TERM ; echo >> up ; sleep 1000 & wait $!' ; echo never > made/restart ; : > made/essential ; ready boss
start -t sv
until_ok 10 up boss
sv -w 10 down ./sv/boss >/dev/null
check 'told to be down is not down for good' kill -0 $dir
sv -w 10 up ./sv/boss >/dev/null
until_ok 10 test -n "$(pid boss)"
until_ok 10 eval 'test "$(wc -l < sv/boss/up)" = 2'
kill -TERM "$(pid boss)"
ended
is 'and it ends the tree later' $? 3

# Process 1 of a PID namespace.
if unshare -p -f true 2>/dev/null ; then ns='unshare -p -f --kill-child'
elif unshare -U -r -p -f true 2>/dev/null ; then ns='unshare -U -r -p -f --kill-child'
else ns= ; fi
if test -n "$ns" ; then
  fresh
  cat > orphans <<'END'
#!/bin/sh
# A thousand processes that lose their parent.
i=0
while test $i -lt 1000 ; do ( : & ) ; i=$((i + 1)) ; done
: > ../../done
END
  chmod +x orphans
  service web "$waits" ; ready web
  service strays 'test -e ../../done && exec sleep 1000 ; ../../orphans ; exec setsid ../../orphans' ; ready strays
  $ns runsvdir sv 2>err.dir &
  out=$!
  track $out
  until_ok 20 test -e done
  until_ok 10 up web
  one=$(cat "/proc/$out/task/$out/children")
  one=${one% }
  zombies() { cat "/proc/$1/task/$1/children" | tr ' ' '\n' | while read -r p ; do grep -l '^State:.Z' "/proc/$p/status" 2>/dev/null ; done ; }
  check 'process 1 leaves no zombies' until_ok 10 eval 'test -z "$(zombies $one)"'
  kill -TERM "$one"
  until_ok 20 dead $out || kill -KILL $out
  wait $out
  is 'process 1: TERM stops all without being told to with -t' "$? $(cat order)" '0 web'
else
  skip 'process 1 leaves no zombies' 'no PID namespace here'
  skip 'process 1: TERM stops all' 'no PID namespace here'
fi

done_testing
