#!/bin/sh
# Idle means idle: services with loggers, their supervisors and runsvdir, which has taken over half
# of them, wake up for nothing. (tests/bench/scale watches for longer: IDLE=60.)
. "${0%/*}/../lib.sh"

test -r "/proc/$$/status" && grep -q '^voluntary_ctxt_switches' "/proc/$$/status" || skip_all 'the system does not count wake-ups'
built linux || skip_all 'this build looks for what it is not told'

service() { # service NAME
  mkdir -p made/log/main
  printf '#!/bin/sh\necho hello\nexec sleep 1000\n' > made/run
  printf '#!/bin/sh\nexec svlogd -tt ./main\n' > made/log/run
  chmod +x made/run made/log/run
  mv made "sv/$1"
}
heard() { grep -q hello "sv/$1/log/main/current" ; }
mkdir sv
for i in 1 2 3 4 5 ; do service $i ; done
: > sv/1/essential
echo never > sv/1/restart
ln -s ../nowhere sv/nowhere
runsvdir sv 2>err & dir=$!
track $dir
for i in 1 2 3 4 5 ; do until_ok 10 heard $i || : ; done
kill -TERM $dir
wait $dir
for i in 6 7 8 9 10 ; do service $i ; done
echo 1 > sv/6/needs
runsvdir sv 2>err & dir=$!
track $dir
for i in 6 7 8 9 10 ; do until_ok 10 heard $i || : ; done

# All processes that work in this directory, but not this shell and its children.
all=
for p in $(hf_in_dir) ; do case $(cat "/proc/$p/comm" 2>/dev/null) in runsvdir|runsv|svlogd|sleep) all="$all $p" ;; esac ; done
switches() {
  for p in $all ; do sed -n "s/^voluntary_ctxt_switches:/$p/p" "/proc/$p/status" 2>/dev/null ; done | sort
}
n=$(echo $all | wc -w)
check "there are all of them ($n)" test "$n" = 31
quiet() { # longer than any interval at which something might be looked for
  switches > before
  sleep 6
  switches > after
  cmp -s before after
}
check 'nobody wakes up' eval 'quiet || quiet || quiet'
cmp -s before after || { diff before after | sed 's/^/# /' ; for p in $(diff before after | sed -n 's/^> \([0-9]*\).*/\1/p') ; do tr '\0' ' ' < "/proc/$p/cmdline" | sed 's/^/# /' ; echo ; done ; }

kill -HUP $dir
wait $dir
is 'and HUP ends it' $? 111
done_testing
