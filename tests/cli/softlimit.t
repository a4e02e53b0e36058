#!/bin/sh
# softlimit: every limit, every kind of value, what is refused.
. "${0%/*}/../lib.sh"

limit() { # limit NAME OPTIONS...: soft and hard limit behind softlimit
  hf_name=$1 ; shift
  softlimit "$@" sed -n "s/^$hf_name  *\([^ ]*\)  *\([^ ]*\).*/\1 \2/p" /proc/self/limits
}
hard() { sed -n "s/^$1  *[^ ]*  *\([^ ]*\).*/\1/p" /proc/self/limits ; }

exits 'no words: usage' 100 softlimit
like 'the usage line' "$(cat err)" 'softlimit: usage: softlimit [[]-H[]] *'
exits 'no program: usage' 100 softlimit -o 10
exits 'a wrong option: usage' 100 softlimit -z 1 true
is 'the option is named' "$(head -n 1 err)" 'softlimit: illegal option -- z'
exits 'no argument: usage' 100 softlimit -m
is 'the option is named' "$(head -n 1 err)" 'softlimit: option requires an argument -- m'
for v in '' x 12x -1 +1 ' 1' 99999999999999999999999 == -- ; do
  exits "no value: '$v'" 100 softlimit -o "$v" touch made
done
is 'a wrong value is named' "$(softlimit -d 12x true 2>&1 | head -n 1)" 'softlimit: warning: no limit for -d: 12x'
refuse 'nothing was run' test -e made

for w in 'a:Max address space:2000000000' 'c:Max core file size:4096' 'd:Max data size:300000000' 'e:Max nice priority:0' \
  'f:Max file size:500000000' 'i:Max pending signals:77' 'l:Max locked memory:4096' 'o:Max open files:55' \
  'p:Max processes:3000' 'P:Max realtime priority:0' 'q:Max msgqueue size:4096' 'r:Max resident set:300000000' \
  'R:Max realtime timeout:500000' 's:Max stack size:4000000' 't:Max cpu time:500' 'x:Max file locks:44' ; do
  o=${w%%:*} n=${w#*:} v=${w##*:} ; n=${n%:*}
  h=$(hard "$n")
  if test "$h" != unlimited && test "$h" -lt "$v" ; then v=$h ; fi
  is "-$o: $n" "$(limit "$n" -$o "$v")" "$v $h"
done
is '-m: four at once' "$(for n in 'Max address space' 'Max data size' 'Max stack size' ; do limit "$n" -m 3000000000 ; done | cut -d ' ' -f 1 | sort -u)" 3000000000
h=$(hard 'Max open files')
is 'more than the hard limit is the hard limit' "$(limit 'Max open files' -o 99999999999)" "$h $h"
is '=: the hard limit' "$(softlimit -o 10 softlimit -o = sh -c 'ulimit -n')" "$h"
is 'a number lifts the soft limit too' "$(softlimit -o 10 softlimit -o 20 sh -c 'ulimit -n')" 20
is 'the last value counts' "$(limit 'Max open files' -o 30 -o 20)" "20 $h"
is 'a later option overrides -m' "$(limit 'Max data size' -m 3000000000 -d 2000000000 | cut -d ' ' -f 1)" 2000000000
is '-H: the hard limit too' "$(limit 'Max open files' -H -o 33)" '33 33'
is '-h: no longer' "$(limit 'Max open files' -H -h -o 33)" "33 $h"
is '-: no limit' "$(if test "$(hard 'Max core file size')" = unlimited ; then softlimit -c 0 softlimit -c - sh -c 'ulimit -c' ; else echo unlimited ; fi)" unlimited
echo 44 > value ; is '@: a value from a file' "$(limit 'Max open files' -o @value)" "44 $h"
printf '45  \nsecond line\n' > value ; is '@: its first line, without trailing blanks' "$(limit 'Max open files' -o @value)" "45 $h"
echo = > value ; is '@: = from a file' "$(limit 'Max open files' -o @value)" "$h $h"
echo many > value ; exits '@: no value in it' 100 softlimit -o @value true
is 'the file is named' "$(head -n 1 err)" 'softlimit: warning: no limit for -o: @value'
: > value ; exits '@: an empty file' 100 softlimit -o @value true
exits '@: no such file' 111 softlimit -o @none touch made
is 'it is named' "$(cat err)" 'softlimit: fatal: unable to read none: file does not exist'
is 'from the environment' "$(SOFTLIMIT_OPENFILES=66 limit 'Max open files')" "66 $h"
is 'options override the environment' "$(SOFTLIMIT_OPENFILES=66 limit 'Max open files' -o 65)" "65 $h"
exits 'a wrong value in the environment' 100 env SOFTLIMIT_PROCS=x softlimit true
is 'other variables are none of its business' "$(SOFTLIMIT_OPENFILE=x SOFTLIMIT_=x SOFTLIMIT_OPENFILESX=x softlimit sh -c 'echo ok')" ok
is 'no option is no limit' "$(softlimit sh -c 'echo ok')" ok
is '-- ends the options' "$(softlimit -o 50 -- sh -c 'ulimit -n')" 50
exits 'the exit code is that of the program' 5 softlimit -o 50 sh -c 'exit 5'
exits 'a program that is not there' 111 softlimit -o 50 ./nothing-here
is 'it is named' "$(cat err)" 'softlimit: fatal: unable to run ./nothing-here: file does not exist'
if test "$(id -u)" != 0 ; then as=
else as='setpriv --reuid=65534 --regid=65534 --clear-groups' ; fi
chmod 755 . ; cp "$BUILD/bin/softlimit" mine
exits 'an ordinary user cannot lift a hard limit' 111 ./mine -H -o 20 $as ./mine -o - touch made
is 'the limit is named' "$(cat err)" 'softlimit: fatal: unable to set the limit of open files: permission denied'
refuse 'nothing was run' test -e made
done_testing
