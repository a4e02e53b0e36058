#!/bin/sh
. "${0%/*}/../lib.sh"
has() { grep -q -e "$1" "$2" ; }

export SVDIR="$T/s"
mkdir s
service() { # service NAME LINES: run
  mkdir -p "s/$1"
  printf '#!/bin/sh\n%s\n' "$2" > "s/$1/run"
  chmod +x "s/$1/run"
}
# The supervisor of one service, started in the scan directory as runsvdir does.
up() { (cd s && exec runsv "$1" 2>> "$T/$1.log") & eval "sup_$1=$!" ; track $! ; }

exits 'no arguments' 100 svwait
exits 'no name' 100 svwait up
exits 'an unknown condition' 100 svwait upp web
like 'says which there are' "$(cat err)" '*unknown condition upp (up, ready, *'
exits 'an unknown condition in a list' 100 svwait up,,down web
exits 'an unknown option' 100 svwait -Z up web
exits 'no program after --' 100 svwait up web --
exits 'an unknown service' 100 svwait up nonexistent
is 'is named' "$(cat err)" 'svwait: fatal: unable to find the service nonexistent: file does not exist'
exits 'an empty name' 100 svwait up ''
exits 'a name with a slash, a space and a newline' 100 svwait up 'a b/c
d'
exits 'one unknown among several' 100 svwait down nonexistent

service web 'exec sleep 1000'
exits 'no supervisor: down is true' 0 svwait down web
exits 'no supervisor: gone is true' 0 svwait gone web
exits 'no supervisor: up cannot come' 102 svwait -g 100 up web
is 'says so' "$(cat err)" 'svwait: fatal: nobody supervises web'
exits 'no supervisor: timed out first' 99 svwait -t 100 up web

# a supervisor that comes while we wait
svwait -t 20000 ready web & w=$! ; track $w
up web
wait $w
is 'a supervisor that appears' $? 0
exits 'up' 0 svwait up web
exits 'down times out' 99 svwait -t 100 down web
like 'says who is late' "$(cat err)" 'svwait: fatal: timed out, still waiting for: web'
exits 'either of two conditions' 0 svwait -t 10000 down,up web
exits 'a program, then down' 0 svwait -t 20000 down web -- svc -d s/web
exits 'a program, then up' 0 svwait -t 20000 up web -- svc -u s/web
exits 'restarted' 0 svwait -t 20000 restarted web -- svc -t s/web
exits 'not restarted' 99 svwait -t 100 restarted web -- true
exits 'the program fails' 7 svwait up web -- sh -c 'exit 7'
exits 'the program is killed' 137 svwait up web -- sh -c 'kill -9 $$'
exits 'the program does not exist' 127 svwait up web -- ./nonexistent
exits 'the program takes too long' 99 svwait -t 100 up web -- sleep 100

# readiness by newline
service slow 'while ! test -e go ; do sleep 0.02 ; done ; echo >&3 ; exec sleep 1000'
echo 3 > s/slow/notification-fd
up slow
svwait -t 20000 up slow
exits 'up and not ready' 99 svwait -t 100 ready slow
svwait -t 20000 ready slow web & w=$! ; track $w
touch s/slow/go
wait $w
is 'all ready' $? 0

# readiness by check
service chk 'exec sleep 1000'
printf '#!/bin/sh\ntest -e ok-now\n' > s/chk/check ; chmod +x s/chk/check
up chk
svwait -t 20000 up chk
exits 'the check fails' 99 svwait -t 100 ready chk
touch s/chk/ok-now
exits 'the check passes' 0 svwait -t 20000 ready chk
rm s/chk/ok-now
printf '#!/bin/sh\necho $$ >> hung ; exec sleep 1000\n' > s/chk/check
exits 'a hanging check' 99 svwait -t 300 ready chk
gone() { # a zombie is gone
  ! grep -q '^State:[[:space:]]*[^ZX[:space:]]' "/proc/$1/status" 2>/dev/null
}
check 'is killed' gone "$(tail -n 1 s/chk/hung)"

# any of several
exits 'any' 0 svwait -o -t 20000 ready chk web
exits 'any, none' 99 svwait -o -t 100 down chk web

# failures
service bad 'exit 3'
echo never > s/bad/restart
up bad
exits 'failed' 0 svwait -t 20000 failed bad
exits 'up cannot come' 1 svwait up bad
is 'says why' "$(cat err)" 'svwait: fatal: bad: failed (exit code 3)'
exits 'a start that fails' 1 svwait -t 20000 ready bad -- svc -u s/bad
exits 'any: one is enough' 0 svwait -o -t 20000 up bad web
exits 'up or failed' 0 svwait -t 20000 up,failed bad
exits 'down is true of it' 0 svwait -t 20000 down bad

# the supervisor dies: the service is still there, so it is not down
pid=$(svstat s/web | sed 's/.*pid \([0-9]*\).*/\1/')
svwait -t 20000 gone web & w=$! ; track $w
kill -KILL $sup_web
wait $sup_web 2>/dev/null
exits 'an orphan is not down' 99 svwait -t 100 down web
check 'it lives' kill -0 "$pid"
kill -KILL "$pid"
wait $w
is 'gone when the orphan is' $? 0

if test "$(id -u)" = 0 && command -v setpriv >/dev/null ; then
  chmod 711 "$T" ; chmod 700 s/chk/supervise
  exits 'no permission' 111 setpriv --reuid 65534 --clear-groups svwait up chk
  like 'says so' "$(cat err)" 'svwait: fatal: unable to read the state of chk: access denied'
else skip 'no permission' 'needs root' ; fi

# other supervisors
if test -x /usr/bin/supervise ; then
  service dt 'exec sleep 1000'
  (cd s && exec /usr/bin/supervise dt 2>/dev/null) & dt=$! ; track $dt
  exits 'daemontools: ready' 0 svwait -t 20000 ready dt
  exits 'daemontools: restarted' 0 svwait -t 20000 restarted dt -- svc -t s/dt
  exits 'daemontools: down' 0 svwait -t 20000 down dt -- svc -d s/dt
  exits 'daemontools: gone' 0 svwait -t 20000 gone dt -- svc -dx s/dt
else skip 'daemontools' 'not installed' ; fi
if test -x /usr/bin/runsv ; then
  service ru 'exec sleep 1000'
  (cd s && exec /usr/bin/runsv ru 2>/dev/null) & ru=$! ; track $ru
  exits 'runit: ready' 0 svwait -t 20000 ready ru
  exits 'runit: down' 0 svwait -t 20000 down ru -- svc -d s/ru
  exits 'runit: up' 0 svwait -t 20000 up ru -- svc -u s/ru
  exits 'runit: gone' 0 svwait -t 20000 gone ru -- svc -x s/ru
else skip 'runit' 'not installed' ; fi
for s in slow chk bad ; do svc -x "s/$s" ; done
exits 'all gone' 0 svwait -t 20000 gone slow chk bad
for p in 'svwait -t' 'svneed -g' 'svwatch -i' 'readywhen -t' 'notifysocket -w' ; do
  exits "$p with a word that is no number" 100 $p 5x
  check 'which is named' has 'not a number that will do -- 5x$' err
done
exits 'an option that is none' 100 svwait -Z up x
check 'is named' has 'svwait: illegal option -- Z$' err
done_testing
