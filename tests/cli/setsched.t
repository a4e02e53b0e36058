#!/bin/sh
. "${0%/*}/../lib.sh"
built linux || skip_all 'no Linux facilities in this build'

nice_of() { "$@" nice ; }
start=$(nice)
test "$start" -le 10 || skip_all 'already too nice'
is 'a nice value is added' "$(nice_of setsched -n 3)" $((start + 3))
is 'with a plus too' "$(nice_of setsched -n +3)" $((start + 3))
is 'too much is brought to 19' "$(nice_of setsched -n 39)" 19
is 'set to a value' "$(nice_of setsched -n =15)" 15
is 'twice adds up' "$(nice_of setsched -n 2 setsched -n 3)" $((start + 5))
is 'the OOM score' "$(setsched -o 777 cat /proc/self/oom_score_adj)" 777
is 'the I/O class' "$(setsched -i best-effort:6 ionice)" 'best-effort: prio 6'
is 'its usual level' "$(setsched -i best-effort ionice)" 'best-effort: prio 4'
is 'the idle class' "$(setsched -i idle ionice)" 'idle'
cpu=$(sed -n 's/^Cpus_allowed_list:[^0-9]*\([0-9]*\).*/\1/p' /proc/self/status)
allowed() { "$@" sed -n 's/^Cpus_allowed_list:.//p' /proc/self/status ; }
is 'one processor' "$(allowed setsched -c "$cpu")" "$cpu"
is 'a list with some that do not exist' "$(allowed setsched -c "$cpu,4000-4095,8191")" "$cpu"
policy() { "$@" sh -c 'chrt -p $$' | sed 's/.*: //' | tr '\n' ' ' ; }
if command -v chrt >/dev/null ; then
  is 'the batch policy' "$(policy setsched -p batch)" 'SCHED_BATCH 0 '
  is 'the idle policy' "$(policy setsched -p idle)" 'SCHED_IDLE 0 '
else
  skip 'the batch policy' 'no chrt' ; skip 'the idle policy' 'no chrt'
fi
is 'everything together' "$(setsched -n =12 -i idle -c "$cpu" -p batch -o 500 sh -c 'nice ; ionice ; cat /proc/self/oom_score_adj' | tr '\n' ' ')" '12 idle 500 '

exits 'no such processor' 111 setsched -c 8000 true
like 'is named' "$(cat err)" 'setsched: fatal: unable to set processors 8000: *'
exits '-k carries on' 0 setsched -k -c 8000 -n 0 true
like 'with a warning' "$(cat err)" 'setsched: warning: unable to set processors 8000, carrying on: *'
if test "$(id -u)" = 0 ; then
  is 'root may favour' "$(nice_of setsched -n =-3)" -3
  if ( echo -500 >/proc/self/oom_score_adj ) 2>/dev/null ; then
    is 'root may set a negative score' "$(setsched -o -500 cat /proc/self/oom_score_adj)" -500
  else skip 'root may set a negative score' 'this root may not'
  fi
  if chrt -f 1 true 2>/dev/null ; then
    is 'a real-time policy' "$(policy setsched -p rr:7)" 'SCHED_RR 7 '
    is 'reset on fork' "$(policy setsched -r -p fifo:3)" 'SCHED_FIFO|SCHED_RESET_ON_FORK 3 '
  else skip 'a real-time policy' 'not permitted here' ; skip 'reset on fork' 'not permitted here'
  fi
fi
as_user() { if test "$(id -u)" = 0 ; then setpriv --reuid=65534 --regid=65534 --clear-groups --bounding-set=-all --inh-caps=-all "$@" ; else "$@" ; fi ; }
exits 'a user may not favour' 111 as_user setsched -n =-3 true
like 'and is told so' "$(cat err)" 'setsched: fatal: unable to set nice value =-3: *'
exits 'nor have a real-time policy' 111 as_user prlimit --rtprio=0 setsched -p fifo:1 true

bad() { exits "bad: $*" 100 setsched "$@" true ; }
bad -n x ; bad -n '' ; bad -n =  ; bad -n +-3 ; bad -n 99 ; bad -n 3x
bad -i foo ; bad -i idle:3 ; bad -i best-effort:8 ; bad -i best-effort: ; bad -i ''
bad -c '' ; bad -c 3- ; bad -c 3-1 ; bad -c 1, ; bad -c 8192 ; bad -c 1x ; bad -c 99999999999
bad -p fifo:0 ; bad -p fifo:100 ; bad -p other:1 ; bad -p x ; bad -r
bad -o 1001 ; bad -o -1001 ; bad -o '' ; bad -z
exits 'nothing is applied if a later word is wrong' 100 setsched -c 8000 -o x true
exits 'no program' 100 setsched -n 1
exits 'program not found' 127 setsched -n 1 "$T/none"
exits 'program not executable' 126 setsched -n 1 /dev/null
done_testing
