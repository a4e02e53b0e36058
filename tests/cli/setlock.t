#!/bin/sh
# setlock: who excludes whom, waiting, time limits, what the program inherits.
. "${0%/*}/../lib.sh"
chmod 755 .

exits 'no words: usage' 100 setlock
is 'the usage line' "$(cat err)" 'setlock: usage: setlock [-nNxX] [-t seconds] file prog...'
exits 'no program: usage' 100 setlock lock
exits 'a wrong option: usage' 100 setlock -z lock true
is 'the option is named' "$(head -n 1 err)" 'setlock: illegal option -- z'
for v in '' x 1x -1 9999999999 ; do exits "no number of seconds: '$v'" 100 setlock -t "$v" lock true ; done
exits 'a file that cannot be opened' 111 setlock none/lock touch made
is 'it is named' "$(cat err)" 'setlock: fatal: unable to open none/lock: file does not exist'
exits 'the same, and do not care' 0 setlock -x none/lock touch made
is 'then nothing is said' "$(cat err)" ''
refuse 'and nothing run' test -e made
exits 'a directory' 111 setlock . true

exits 'a lock to be had' 6 setlock lock sh -c 'exit 6'
is 'the file is made for its owner alone' "$(umask 0 ; setlock fresh true ; stat -c %a fresh)" 600
echo content > lock
is 'its contents stay' "$(setlock lock cat lock)" content
exits 'a program that is not there' 111 setlock lock ./nothing-here
is 'it is named' "$(cat err)" 'setlock: fatal: unable to run ./nothing-here: file does not exist'
exits 'nor with -x is that hidden' 111 setlock -x lock ./nothing-here

# What a program behind setlock holds, and who holds setlock up.
mkfifo hold
hold() { # hold COMMAND...: runs it with the FIFO as its input; it says "held"
  : > held
  "$@" < hold > held & holder=$!
  exec 9> hold
  until_ok 20 test -s held
}
release() { exec 9>&- ; wait "$holder" ; until_ok 20 setlock -n lock true ; }

kinds='flock fcntl'
if holdlock ofd probe </dev/null >/dev/null 2>&1 ; then kinds='flock fcntl ofd' ; fi
if setlock probe holdlock fcntl probe </dev/null >/dev/null ; then
  kinds=flock
  skip 'fcntl and OFD users' 'no open-file-description locks in this build'
fi
for k in $kinds ; do
  exits "$k is excluded" 1 setlock lock holdlock $k lock </dev/null
  hold holdlock $k lock
  exits "$k excludes" 111 setlock -n lock touch made
  is "$k: the file is named" "$(cat err)" 'setlock: fatal: unable to lock lock: temporary failure'
  exits "$k excludes, and do not care" 0 setlock -nx lock touch made
  is "$k: then nothing is said" "$(cat err)" ''
  exits "$k: no time to wait" 111 setlock -t 0 lock touch made
  if test $k = "${kinds##* }" ; then
    exits "$k: the time is up" 99 setlock -t 1 lock touch made
    is "$k: that is said" "$(cat err)" 'setlock: fatal: unable to lock lock: timed out'
    exits "$k: the time is up, and do not care" 0 setlock -x -t 1 lock touch made
  fi
  refuse "$k: nothing was run" test -e made
  setlock lock touch made 9>&- & waiter=$!
  track $waiter
  until_ok 20 grep -q '^setlock$' /proc/$waiter/comm
  until_ok 20 grep -q '^State:.S' /proc/$waiter/status
  refuse "$k: setlock waits" test -e made
  release
  check "$k: and goes on" wait $waiter
  check "$k: the program ran" test -e made
  rm -f made
done
refuse 'setlock excludes setlock' setlock lock setlock -n lock true 2>err
refuse 'chpst too' setlock lock chpst -L lock true 2>err
is 'the last of -n and -N counts' "$(setlock -N -n lock setlock -N -n lock true 2>&1)" 'setlock: fatal: unable to lock lock: temporary failure'
check 'the last of -x and -X counts' test "$(setlock -x -X none/lock true 2>&1 | wc -l)" = 1

is 'the lock is the one descriptor more' "$(setlock lock chainshow fds 3>&- 9>&-)" "$(chainshow fds 3<lock 9>&-)"
hold setlock lock sh -c 'echo held ; exec 5<&0 ; cat <&5 >/dev/null & exit 0'
exits 'descendants keep the lock' 111 setlock -n lock true
release
exits 'when all are gone it is free' 0 setlock -n lock true

is '-t leaves no alarm behind' "$(setlock -t 100 lock chainshow alarm)" none
for w in 'trap "" ALRM' ':' ; do
  is "-t leaves signals as they were ($w)" "$(sh -c "$w"' ; setlock -t 100 lock grep -E "^Sig(Blk|Ign|Cgt)" /proc/self/status')" \
    "$(sh -c "$w"' ; exec grep -E "^Sig(Blk|Ign|Cgt)" /proc/self/status')"
done
done_testing
