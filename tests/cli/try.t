#!/bin/sh
. "${0%/*}/../lib.sh"

exits 'the code of the program' 7 try sh -c 'exit 7'
exits 'the signal of the program' 137 try sh -c 'kill -KILL $$'
exits 'success' 0 try true
is 'input and output pass' "$(echo in | try cat)" in

# Tries.
printf '#!/bin/sh\necho >> runs\ntest "$(wc -l < runs)" -ge "$1"\n' > countdown ; chmod +x countdown
exits 'runs until success' 0 try -n 5 -d 0 ./countdown 3
is 'as often as needed' "$(wc -l < runs)" 3
like 'and says so' "$(cat err)" 'try: warning: ./countdown failed with code 1, trying again*'
rm runs ; exits 'runs at most as often as told' 1 try -q -n 3 -d 0.01 ./countdown 9
is 'three times' "$(wc -l < runs)" 3
is '-q says nothing' "$(cat err)" ''
rm runs ; exits 'without -n, once' 1 try ./countdown 9
is 'once' "$(wc -l < runs)" 1
rm runs ; exits 'without end' 0 try -q -n 0 -d 0.001:0.004 ./countdown 12
is 'twelve times' "$(wc -l < runs)" 12
start=$(hf_now) ; try -q -n 4 -d 0.1:0.2 false ; took=$(( $(hf_now) - start ))
check 'the delay doubles up to its maximum' test $took -ge 490
exits 'what is not there is not tried again' 127 try -n 5 -d 60 "$T/none"
like 'and is named' "$(cat err)" "try: fatal: unable to run: $T/none: *"
exits 'nor what cannot be executed' 126 try -n 5 -d 60 /dev/null

# Time.
exits 'the limit' 99 try -t 0.1 sleep 60
like 'is told' "$(cat err)" 'try: warning: time is over for sleep'
exits 'a clean end at the limit is a failure too' 99 try -t 0.2 sh -c 'trap "exit 0" TERM ; sleep 60 >&- 2>&- & wait'
exits 'a deaf program is killed' 99 try -t 0.1 -k 0.1 sh -c 'trap "" TERM ; while : ; do sleep 0.05 ; done'
is 'another signal' "$(try -q -t 0.2 -s USR1 sh -c 'trap "echo usr1 ; exit" USR1 ; sleep 60 >&- 2>&- & wait')" usr1
is 'a stopped program wakes up for it' "$(try -q -t 0.3 sh -c 'trap "echo woken ; exit" TERM ; kill -STOP $$ ; sleep 60 >&- 2>&- & wait')" woken
exits 'no limit reached' 3 try -t 60 sh -c 'exit 3'
exits 'zero is no limit' 3 try -t 0 sh -c 'sleep 0.1 ; exit 3'
rm -f runs ; exits 'each run has its own limit' 99 try -q -n 3 -d 0 -t 0.1 sh -c 'echo >> runs ; exec sleep 60'
is 'three of them' "$(wc -l < runs)" 3

# Signals.
wrote() { test -s "$1" ; }
signal() { # signal SIG OPTION...: what the program saw, the code of try
  hf_sig=$1 ; shift
  rm -f pid saw
  try "$@" sh -c 'trap "echo $0 > saw ; exit 5" "$0" ; echo $$ > pid ; while : ; do sleep 0.02 ; done' "$hf_sig" &
  hf_p=$!
  until_ok 10 wrote pid && kill -"$hf_sig" $hf_p ; wait $hf_p
  echo "$(cat saw) $?"
}
for s in TERM HUP USR1 USR2 ALRM CONT WINCH ; do
  is "$s is handed on" "$(signal $s)" "$s 5"
done
is 'to the group with -g' "$(signal TERM -g)" 'TERM 5'
try -n 0 -d 0 sh -c 'trap "exit 9" TERM ; echo > ready ; while : ; do sleep 0.02 ; done' & p=$!
until_ok 10 test -e ready ; kill -TERM $p ; wait $p
is 'no further run after TERM, and the code of the last' $? 9
rm -f runs ; try -n 0 -d 600 sh -c 'echo >> runs ; false' 2>said & p=$!
until_ok 10 grep -q 'trying again' said ; kill -TERM $p ; wait $p
is 'told to end during the delay' $? 143
is 'no run after that' "$(wc -l < runs)" 1
is 'a signal ignored from the start stays so' "$( (trap '' HUP ; try -q sh -c 'kill -HUP $PPID ; sleep 0.1 ; echo "still here"') )" 'still here'
is 'the mask is as before' "$(try sed -n 's/^SigBlk:.//p' /proc/self/status)" 0000000000000000

gone() { ! test -e "/proc/$1" || grep -q '^State:.Z' "/proc/$1/status" ; }
rm -f pid ; try -g sh -c 'sleep 600 & echo $! > pid ; exit 4' ; is 'with -g the code is the leader'\''s' $? 4
check 'and what it left is killed' until_ok 10 gone "$(cat pid)"
if built linux ; then
  rm -f pid ; try sh -c 'echo $$ > pid ; exec sleep 600' & p=$!
  until_ok 10 wrote pid ; kill -KILL $p ; wait $p 2>/dev/null
  check 'the program dies with try' until_ok 10 gone "$(cat pid)"
else skip 'the program dies with try' 'no Linux facilities in this build'
fi

bad() { exits "bad: $*" 100 try "$@" true ; }
bad -t x ; bad -t '' ; bad -t 1. ; bad -t 1:2 ; bad -t -1 ; bad -k x ; bad -n x ; bad -n -1 ; bad -s NOPE
bad -d x ; bad -d 2:1 ; bad -d 1: ; bad -d 1:2:3 ; bad -z ; bad -t 99999999999
exits 'no program' 100 try -t 1
done_testing
