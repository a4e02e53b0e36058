#!/bin/sh
. "${0%/*}/../lib.sh"

os() { cleanslate opensock "$@" ; }
( exec 9>ready ; exec cleanslate -k 9 opensock -s unix:ctl -n web -s tcp:127.0.0.1:0 -n log -s unixgram:log holdsock -d 9 ) & holder=$! ; track $holder
check 'readiness is told' until_ok 10 test -s ready
is 'by one newline' "$(od -An -tx1 ready)" ' 0a'

# What is handed out.
vars='echo "$LISTEN_FDS $LISTEN_FDNAMES" ; test "$LISTEN_PID" = $$ && echo mine'
is 'all sockets but its own, with their names' "$(os -f ctl sh -c "$vars" | tr '\n' ' ')" '2 web:log mine '
is 'in place, and nothing else' "$(os -f ctl openfds)" '0 1 2 3 4 '
read -r kind port <<EOF
$(os -f ctl sockutil name 3)
EOF
is 'the first' "$kind" tcp4
is 'the second' "$(os -f ctl sockutil name 4)" 'dgram log'
is 'the same each time' "$(os -f ctl sockutil name 3)" "tcp4 $port"
is 'after sockets of one'\''s own' "$(os -n own -s unix:own -f ctl sh -c "$vars ; sockutil name 4" | tr '\n' ' ')" "3 own:web:log mine tcp4 $port "

# A restart refuses nobody.
cleanslate opensock -f ctl sockutil answer 3 one & track $!
is 'a first server' "$(sockutil ask tcp "$port")" one
wait $!
sockutil ask tcp "$port" >two & client=$! ; track $client
sockutil send unixgram log message
check 'while there is none, a client waits' kill -0 $client
os -f ctl sockutil answer 3 two
wait $client ; is 'and is not refused' $? 0
is 'but served by the next' "$(cat two)" two
is 'a datagram sent meanwhile has waited too' "$(os -f ctl sockutil take 4)" message
cleanslate opensock -w -f ctl sh -c 'echo >started ; exec sockutil answer 3 three' & track $!
refuse 'on demand: not started' test -e started
is 'until somebody asks' "$(sockutil ask tcp "$port")" three

# Many at once, and clients that do not read.
i=0
while test $i -lt 20 ; do cleanslate opensock -f ctl sockutil name 3 >>many & i=$((i + 1)) ; pids="${pids-} $!" ; done
wait $pids
is 'many at once' "$(sort -u many) $(wc -l <many)" "tcp4 $port 20"
check 'the holder lives' kill -0 $holder
kill -TERM $holder ; wait $holder
is 'TERM ends it' $? 143
refuse 'and the port is closed' sockutil ask tcp "$port" 2>/dev/null
exits 'no holder' 111 os -f ctl true
like 'is told' "$(cat err)" 'opensock: fatal: unable to reach the holder at ctl: connection refused'
exits 'no socket' 111 os -f none true
like 'is told' "$(cat err)" 'opensock: fatal: unable to reach the holder at none: file does not exist'
sockutil dead stream plain
( exec cleanslate opensock -s unix:talk sh -c 'echo >talks ; exec sockutil answer 3 hello' ) & track $!
until_ok 10 test -e talks
exits 'something else that answers there' 111 os -f talk true
like 'is told' "$(cat err)" 'opensock: fatal: unable to get sockets from talk: *'

exits 'no sockets passed' 100 cleanslate holdsock
exits 'one is too few' 100 os -s unix:c holdsock
exits 'arguments' 100 os -s unix:c -s unix:d holdsock x
exits 'unknown option' 100 os -s unix:c -s unix:d holdsock -z
exits 'a notification descriptor that is a socket' 100 os -s unix:c -s unix:d holdsock -d 4
exits 'a notification descriptor that is closed' 111 os -s unix:c -s unix:d holdsock -d 77
exits 'a first socket that cannot listen' 111 os -s unixgram:c -s unix:d holdsock
done_testing
