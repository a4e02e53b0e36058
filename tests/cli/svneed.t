#!/bin/sh
. "${0%/*}/../lib.sh"

export SVDIR="$T/s"
mkdir s
service() {
  mkdir -p "s/$1"
  printf '#!/bin/sh\n%s\n' "$2" > "s/$1/run"
  chmod +x "s/$1/run"
}
up() { (cd s && exec runsv "$1" 2>> "$T/$1.log") & track $! ; until_ok 20 svok "s/$1" ; }
state() { svstat "s/$1" ; }

exits 'no arguments' 100 svneed
exits 'names and no program' 100 svneed web --
exits 'names without the two dashes' 100 svneed web true
exits 'an unknown option' 100 svneed -Z web -- true
exits 'an empty name' 100 svneed '' -- true
exits 'no needs at all' 0 svneed -- true
exits 'a program that does not exist' 127 svneed -- ./nonexistent
exits 'an unknown service' 100 svneed nonexistent -- true
is 'is named' "$(cat err)" 'svneed: fatal: unable to find the service nonexistent: file does not exist'
: > empty
exits 'an empty file' 5 svneed -f empty sh -c 'exit 5'
exits 'a file that is not there' 5 svneed -f nosuch -- sh -c 'exit 5'
exits 'a file that cannot be read' 111 svneed -f s true

service db 'while ! test -e go ; do sleep 0.02 ; done ; echo >&3 ; exec sleep 1000'
echo 3 > s/db/notification-fd
touch s/db/down
exits 'nobody supervises it' 102 svneed -g 100 db -- true
is 'says so' "$(cat err)" 'svneed: fatal: nobody supervises db'
up db
exits 'not ready in time' 99 svneed -t 300 db -- true
is 'says who is late' "$(cat err)" 'svneed: fatal: not ready in time: db'
like 'it was brought up' "$(state db)" '*db: up*'
svneed db -- sh -c 'echo $$ > pid' & p=$! ; track $p
touch s/db/go
wait $p
is 'it goes on when the need is ready' $? 0
is 'in the same process' "$(cat pid)" $p
printf '# comment\n\n  db  \n' > list
exits 'needs in a file' 6 svneed -d "$T/s" -f list sh -c 'exit 6'
exits 'nothing is left open' 0 svneed db -- sh -c 'for f in /proc/$$/fd/* ; do case $(readlink $f) in */supervise/*|*inotify*) exit 1 ;; esac ; done'

# one that is being stopped
service lingers "trap 'until test -e die ; do sleep 0.02 ; done ; exit 0' TERM ; echo >&3 ; while : ; do sleep 0.02 ; done"
echo 3 > s/lingers/notification-fd
up lingers
exits 'it is ready' 0 svwait -t 20000 ready lingers
svc -d s/lingers
wanted() { sv status --json lingers | grep -q "\"wanted\":\"$1\"" ; }
until_ok 20 wanted down || exit 1
svneed lingers -- sh -c 'echo >needed' & p=$! ; track $p
until_ok 20 wanted up || exit 1
refuse 'a process that was told to end meets no need' test -e needed
touch s/lingers/die
wait $p
is 'the next one does' "$?" 0

# a chain of services, by runsv
service web 'exec sleep 1000' ; echo app > s/web/needs
service app 'touch "$SVDIR/app-ran" ; exec sleep 1000' ; echo late > s/app/needs
service late 'while ! test -e go ; do sleep 0.02 ; done ; echo >&3 ; exec sleep 1000' ; echo 3 > s/late/notification-fd
touch s/late/down s/app/down
up web ; up app ; up late
exits 'what waits for its needs is not up' 99 svwait -g 20000 -t 500 up web
until_ok 10 svup s/late
check 'the last of the chain was brought up' svup s/late
refuse 'the middle does not run yet' test -e s/app-ran
touch s/late/go
exits 'all run in the end' 0 svwait -t 20000 ready web app late
check 'the middle ran' until_ok 10 test -e s/app-ran

# failures
service bad 'exit 3' ; echo never > s/bad/restart ; touch s/bad/down
up bad
exits 'a need that fails' 1 svneed bad -- true
is 'says why' "$(cat err)" 'svneed: fatal: bad is needed: failed (exit code 3)'
exits 'and again' 1 svneed bad -- true
service job 'exit 0' ; echo never > s/job/restart ; touch s/job/down
up job
exits 'a job that was done' 0 svneed -t 20000 job -- true
exits 'is not done again' 0 svneed -t 20000 job -- true
is 'it ran once' "$(svc -S -u s/job ; svwait -t 20000 down job ; echo $?)" 0

# circles
mkdir -p s/a s/b s/c s/self
echo b > s/a/needs ; echo c > s/b/needs ; echo a > s/c/needs ; echo self > s/self/needs
exits 'a circle' 100 svneed -d "$T/s" -n a -f s/a/needs true
is 'is shown' "$(cat err)" 'svneed: fatal: the needs go in a circle: a -> b -> c -> a'
exits 'a circle elsewhere' 100 svneed -d "$T/s" a -- true
is 'is shown, too' "$(cat err)" 'svneed: fatal: the needs go in a circle: a -> b -> c -> a'
exits 'itself' 100 svneed -d "$T/s" -n self -f s/self/needs true
is 'that, too' "$(cat err)" 'svneed: fatal: the needs go in a circle: self -> self'
service egg 'exec sleep 1000' ; echo hen > s/egg/needs
service hen 'exec sleep 1000' ; echo egg > s/hen/needs
up egg ; up hen
until_ok 20 grep -q circle egg.log
is 'under runsv it is reported' "$(grep -o 'the needs.*' egg.log | head -n 1)" 'the needs go in a circle: egg -> hen -> egg'
exits 'and neither is up' 99 svwait -o -t 100 up egg hen
mkdir -p s/top s/left s/right s/bottom
printf 'left\nright\n' > s/top/needs ; echo bottom > s/left/needs ; echo bottom > s/right/needs
exits 'two ways to one need are no circle' 102 svneed -g 50 -d "$T/s" -n top -f s/top/needs true

if test "$(id -u)" = 0 && command -v setpriv >/dev/null ; then
  chmod 711 "$T" ; chmod 700 s/db/supervise
  exits 'no permission' 111 setpriv --reuid 65534 --clear-groups svneed db -- true
else skip 'no permission' 'needs root' ; fi
for s in db web app late bad job egg hen ; do svc -x "s/$s" ; done
exits 'all gone' 0 svwait -t 20000 gone db web app late bad job egg hen
done_testing
