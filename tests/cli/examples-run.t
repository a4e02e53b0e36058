#!/bin/sh
# Each run script of examples/run, with the daemon that it is for.
. "${0%/*}/../lib.sh"
built linux || skip_all 'these chains need Linux facilities'
umask 022
R=$SRC/examples/run
ran=
start() { # start NAME: in the background; its pid in $pid, its output in NAME.log
  ran="$ran $1.$kind"
  "$R/$1.$kind" >"$1.log" 2>&1 </dev/null & pid=$! ; track $pid
}
ended() { kill -TERM "$1" 2>/dev/null ; wait "$1" 2>/dev/null ; }
missing() { # missing PROGRAM NAME...: the examples that need it are skipped
  command -v "$1" >/dev/null && return 1
  hf_m=$1 ; shift
  for hf_n ; do ran="$ran $hf_n.$kind" ; skip "$hf_n.$kind" "no $hf_m here" ; done
}
bound() { test -S "$1" && ! test -e "$1.lock" ; }
ping() { redis-cli -s data/redis.sock ping >ping.out 2>&1 && grep -q PONG ping.out ; }
served() { sockutil ask unix web.sock 'GET / HTTP/1.0' >page 2>&1 && grep -q 'at your service' page ; }

redis() { # redis NAME: up, asked, ended
  start "$1"
  check "$1.$kind: it answers" until_ok 20 ping
  redis=$pid
}

for kind in sh execline ; do
  mkdir "$T/$kind" ; cd "$T/$kind" || exit 1
  if test $kind = execline && missing execlineb echo redis redis-root save holder nginx vmstat ; then continue ; fi

  if ! missing s6-ipcserverd echo ; then
    start echo
    until_ok 10 bound echo.sock
    is "echo.$kind: nothing runs before the first connection" "$(cat /proc/$pid/comm)" opensock
    like "echo.$kind: which is answered" "$(sockutil ask unix echo.sock hello)" 'hello*'
    is "echo.$kind: by the daemon" "$(cat /proc/$pid/comm)" s6-ipcserverd
    is "echo.$kind: everybody may connect" "$(stat -c %a echo.sock)" 666
    ended $pid
  fi

  if ! missing redis-server redis redis-root save ; then
    if ! pathlimit -r / -b none -c none true 2>/dev/null || ! calllimit -d ptrace true 2>/dev/null ; then
      ran="$ran redis.$kind save.$kind"
      skip "redis.$kind" 'this kernel cannot limit paths, ports or calls'
    else
      redis redis
      is "redis.$kind: killed first when memory is short" "$(cat /proc/$redis/oom_score_adj)" 300
      is "redis.$kind: its directory is its own" "$(stat -c %a data)" 700
      is "redis.$kind: it cannot get out of it" "$(redis-cli -s data/redis.sock config set dir /tmp 2>&1 | grep -c OK)" 0
      ran="$ran save.$kind"
      is "save.$kind: saved" "$("$R/save.$kind")" OK
      check "save.$kind: and it is there" test -s data/dump.rdb
      ended $redis
      "$R/save.$kind" >save.log 2>&1 ; refuse "save.$kind: without redis it fails" test $? = 0
      is "save.$kind: after three attempts" "$(grep -c 'trying again' save.log)" 2
    fi
    if test "$(id -u)" != 0 ; then ran="$ran redis-root.$kind" ; skip "redis-root.$kind" 'needs root'
    elif ! unshare -m true 2>/dev/null ; then ran="$ran redis-root.$kind" ; skip "redis-root.$kind" 'no mount namespaces here'
    else
      # No group is made on a machine that only runs a test.
      chmod 755 "$T" ; rm -rf data
      ran="$ran redis-root.$kind"
      unshare -m sh -c 'for p in $(awk "/ - cgroup2 / { print \$5 }" /proc/self/mountinfo) ; do mount -o remount,bind,ro "$p" ; done ; exec "$1"' - \
        "$R/redis-root.$kind" >redis-root.log 2>&1 </dev/null & redis=$! ; track $redis
      check "redis-root.$kind: it answers" until_ok 20 ping
      is "redis-root.$kind: without any privilege" "$(sed -n 's/^\(Uid\|CapBnd\|NoNewPrivs\):.//p' /proc/$redis/status | cut -f 1 | tr '\n' ' ')" "$(id -u nobody) 0000000000000000 1 "
      like "redis-root.$kind: carrying on without a group" "$(cat redis-root.log)" 'cglimit: warning: *, carrying on without*'
      ended $redis
    fi
  fi

  start holder ; holder=$pid
  until_ok 10 bound hold.sock ; until_ok 10 bound web.sock
  check "holder.$kind: it hands out the socket" until_ok 10 cleanslate opensock -f hold.sock true
  if ! missing nginx nginx ; then
    cp "$R/nginx.conf" .
    start nginx
    check "nginx.$kind: it serves" until_ok 20 served
    ended $pid
    sockutil ask unix web.sock 'GET / HTTP/1.0' >page2 2>&1 & client=$! ; track $client
    start nginx
    wait $client ; is "nginx.$kind: who came while it was gone was not refused" $? 0
    like "nginx.$kind: but served" "$(cat page2)" '*at your service*'
    ended $pid
  fi
  ended $holder

  if missing vmstat vmstat ; then :
  elif ! ptyout true 2>/dev/null ; then
    ran="$ran vmstat.$kind"
    skip "vmstat.$kind: lines come while it runs" 'no pseudo-terminals here'
  else
    start vmstat
    lines() { test "$(wc -l <vmstat.log)" -ge 3 ; }
    check "vmstat.$kind: lines come while it runs" until_ok 20 lines
    ended $pid
  fi
done

cd "$T" || exit 1
left=
for f in "$R"/*.sh "$R"/*.execline ; do
  case " $ran " in *" ${f##*/} "*) ;; *) left="$left ${f##*/}" ;; esac
done
is 'each has been run' "$left" ''
done_testing
