#!/bin/sh
. "${0%/*}/../lib.sh"

export SVDIR="$T/s"
mkdir s
service() {
  mkdir -p "s/$1"
  printf '#!/bin/sh\n%s\n' "$2" > "s/$1/run"
  chmod +x "s/$1/run"
}
up() { (cd s && exec runsv "$1" 2>> "$T/log") & eval "sup_$1=$!" ; track $! ; }
saw() { until_ok 10 grep -q "$1" "$2" ; check "$3" grep -q "$1" "$2" ; }

exits 'an unknown option' 100 svwatch -Z
exits 'no program after --' 100 svwatch web --
exits 'no scan directory' 111 svwatch -d nonexistent
like 'says so' "$(cat err)" 'svwatch: fatal: unable to read nonexistent: file does not exist'

service web 'exec sleep 1000'
svwatch > lines & track $!
svwatch -j > json & track $!
svwatch -q 'w*' > quiet & track $!
saw ' web unsupervised$' lines 'the state at the start is told'
up web
saw ' web up pid=[0-9]* wanted=up starts=1 deaths=0$' lines 'a supervisor that appears'
saw '"name":"web","state":"up","pid":[0-9]*,"wanted":"up"' json 'as JSON'
svc -t s/web
saw ' web up pid=[0-9]* wanted=up signal=TERM starts=2 deaths=1$' lines 'a restart'
saw ' web up .* starts=2 ' quiet 'with a pattern'
svc -d s/web
saw ' web down wanted=down why=asked signal=TERM' lines 'down, and why'
svc -p s/web ; svc -u s/web ; svwait -t 20000 up web ; svc -p s/web
saw ' web paused ' lines 'paused'
svc -c s/web

service slow 'while ! test -e go ; do sleep 0.02 ; done ; echo >&3 ; exec sleep 1000'
echo 3 > s/slow/notification-fd
saw ' slow unsupervised' lines 'a new service is noticed'
up slow
saw ' slow up ' lines 'and its supervisor'
touch s/slow/go
saw ' slow ready ' lines 'and its readiness'
service 'a b' 'exec sleep 1000'
saw ' a\\x20b unsupervised$' lines 'a name with a space is one word'
saw '"name":"a b","state":"unsupervised"' json 'and a string'
refuse 'the pattern keeps others out' grep -q -e slow -e x20 quiet

# a supervisor that is killed
: > lines2
svwatch slow > lines2 & track $!
saw ' slow ready ' lines2 'one service by name'
pid=$(svstat s/slow | sed 's/.*pid \([0-9]*\).*/\1/')
kill -KILL $sup_slow
saw ' slow unsupervised$' lines2 'the death of a supervisor is told'
up slow
until_ok 10 sh -c 'test $(grep -c " slow ready " lines2) = 2'
is 'and that its successor took over' "$(sed -n 's/.* slow ready pid=\([0-9]*\) .*/\1/p' lines2 | uniq)" "$pid"
svc -x s/slow ; svwait -t 20000 gone slow
rm -rf s/slow
saw ' slow removed$' lines 'a removed service'

# a program for each event, one at a time
cat > hook <<'END'
#!/bin/sh
test -e busy && echo two at once >> hooked
: > busy
echo "$SVWATCH_NAME $SVWATCH_OLD $SVWATCH_STATE ${SVWATCH_WHY-} ${SVWATCH_SIGNAL-} $SVWATCH_STARTS" >> hooked
rm busy
END
chmod +x hook
: > hooked
svwatch -i 0 web -- ./hook & watch=$! ; track $watch
until_ok 10 sh -c 'ls -l /proc/'$watch'/fd | grep -q /event'
svc -d s/web
saw '^web up down asked TERM ' hooked 'a program with the facts in its environment'
svc -u s/web
saw '^web down up ' hooked 'and again'
refuse 'never two at once' grep -q two hooked
kill $watch

# a rate limit: many changes, few events, and the last one right
: > limited
svwatch -q -i 700 web > limited & watch=$! ; track $watch
until_ok 10 sh -c 'ls -l /proc/'$watch'/fd | grep -q /event'
for i in 1 2 3 4 5 ; do svwait -t 20000 down web -- svc -d s/web ; svwait -t 20000 up web -- svc -u s/web ; done
svwait -t 20000 down web -- svc -d s/web
starts=$(tail -n 1 lines | sed 's/.*starts=//')
until_ok 10 sh -c 'tail -n 1 limited | grep -q " down "'
like 'the last state is told' "$(tail -n 1 limited)" '* web down *'
check 'and fewer than all' test "$(wc -l < limited)" -lt 11
kill $watch

# a program that hangs
svwatch -i 0 -T 100 web -- sh -c 'echo $$ >> hanging ; exec sleep 1000' 2> killed & watch=$! ; track $watch
until_ok 10 sh -c 'ls -l /proc/'$watch'/fd | grep -q /event'
svc -u s/web
saw 'takes too long: killed' killed 'a hanging program is killed'
svc -d s/web
until_ok 10 sh -c 'test $(wc -l < hanging) -ge 2'
check 'and the next one runs' test "$(wc -l < hanging)" -ge 2
kill $watch

# another scan directory takes the place of the first
mkdir -p old/first new/second
svwatch -d old > replaced & track $!
saw ' first unsupervised' replaced 'a scan directory'
mv old older && mv new old
saw ' second unsupervised' replaced 'and what takes its place'
saw ' first removed' replaced 'what was there is gone'

# a logger
service lg 'exec sleep 1000'
mkdir s/lg/log ; printf '#!/bin/sh\nexec cat >/dev/null\n' > s/lg/log/run ; chmod +x s/lg/log/run
up lg
svwatch -l 'l*' > logs & track $!
saw ' lg/log up ' logs 'a logger'
if test -x /usr/bin/supervise ; then
  service dt 'exec sleep 1000'
  (cd s && exec /usr/bin/supervise dt 2>/dev/null) & dt=$! ; track $dt
  saw ' dt up ' lines 'daemontools: up'
  svc -dx s/dt
  saw ' dt unsupervised' lines 'daemontools: gone'
else skip 'daemontools' 'not installed' ; fi
for s in web lg ; do svc -x "s/$s" ; done
exits 'all gone' 0 svwait -t 20000 gone web lg
done_testing
