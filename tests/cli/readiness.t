#!/bin/sh
# readywhen and notifysocket under a real supervisor: ready in its state, nothing left behind.
. "${0%/*}/../lib.sh"

export SVDIR="$T/s"
mkdir s
service() {
  mkdir -p "s/$1"
  printf '#!/bin/sh\nexec 2>&1\n%s\n' "$2" > "s/$1/run"
  chmod +x "s/$1/run"
  echo 3 > "s/$1/notification-fd"
}
logger() { mkdir "s/$1/log" ; printf '#!/bin/sh\nexec cat > out\n' > "s/$1/log/run" ; chmod +x "s/$1/log/run" ; }
up() { (cd s && exec runsv "$1" 2>> "$T/log") & eval "sup_$1=$!" ; track $! ; }
pid() { svstat "s/$1" | sed -n 's/.*up (pid \([0-9]*\).*/\1/p' ; }
none_left() { # no process has its directory in service $1
  for p in /proc/[0-9]* ; do case $(readlink "$p/cwd" 2>/dev/null) in "$T/s/$1"|"$T/s/$1"/*) return 1 ;; esac ; done
}

service notify "exec notifysocket -p $T/sock -s supervise/notify ./daemon"
logger notify
cat > s/notify/daemon <<'END'
#!/bin/sh
echo coming up
while ! test -e go ; do sleep 0.02 ; done
hf-notify -B 'READY=1\nSTATUS=fine'
exec sleep 1000
END
chmod +x s/notify/daemon
service probe "exec readywhen -c 'test -e go' -m 2 -I 50 sleep 1000"
logger probe
service tree "exec readywhen -c 'test -e go' -m 2 -I 50 sleep 1000"
echo tree > s/tree/kill-mode
logger tree
for s in notify probe tree ; do up $s ; done
exits 'up' 0 svwait -t 20000 up notify probe tree
exits 'and none is ready' 99 svwait -o -t 200 ready notify probe tree
for s in notify probe tree ; do touch s/$s/go ; done
exits 'all ready' 0 svwait -t 20000 ready notify probe tree
until_ok 10 grep -q ^STATUS s/notify/supervise/notify
is 'the status file' "$(grep -v ^PID s/notify/supervise/notify | tr '\n' '|')" 'READY=1|STATUS=fine|'
is 'is about this run' "$(grep ^PID s/notify/supervise/notify)" "PID=$(pid notify)"
is 'the log works' "$(head -n 1 s/notify/log/out)" 'coming up'

old=$(pid probe)
rm s/probe/go
until_ok 10 sh -c "test \"\$(svstat s/probe | grep -c '(pid $old)')\" = 0"
refuse 'a failing health check makes a new run' test "$(pid probe)" = "$old"
exits 'which is not ready' 99 svwait -t 200 ready probe
touch s/probe/go
exits 'before it is healthy' 0 svwait -t 20000 ready probe
like 'the log says why' "$(cat s/probe/log/out)" '*the health check failed: sending TERM to process *'

# a new run is not ready because the old one was
rm s/notify/go
exits 'down' 0 svwait -t 20000 down notify -- svc -d s/notify
exits 'and up' 0 svwait -t 20000 up notify -- svc -u s/notify
exits 'again not ready' 99 svwait -t 200 ready notify

# the supervisor is killed before the service is ready, and comes back after
for s in notify probe ; do
  rm -f s/$s/go
  svwait -t 20000 down $s -- svc -d s/$s
  svwait -t 20000 up $s -- svc -u s/$s
  p=$(pid $s)
  eval "sup=\$sup_$s"
  kill -KILL $sup
  wait $sup 2>/dev/null
  touch s/$s/go
  sleep 0.2
  up $s
  exits "$s: ready though its supervisor was killed" 0 svwait -t 20000 ready $s
  is "$s: the same process" "$(pid $s)" "$p"
done

for s in notify probe tree ; do svc -x "s/$s" ; done
exits 'stop means gone, loggers included' 0 svwait -t 20000 gone notify probe tree
for s in notify probe tree ; do wait $(eval echo \$sup_$s) ; done
for s in notify probe tree ; do
  until_ok 10 none_left $s
  check "$s: nothing is left" none_left $s
done
done_testing
