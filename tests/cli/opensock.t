#!/bin/sh
. "${0%/*}/../lib.sh"
umask 022

# What is passed. A descriptor that this test was given itself must not be in the way.
clean() { cleanslate "$@" ; }
os() { clean opensock "$@" ; }
vars='echo "$LISTEN_FDS $LISTEN_FDNAMES" ; test "$LISTEN_PID" = $$ && echo mine'
is 'one socket' "$(os -s tcp:127.0.0.1:0 sh -c "$vars" | tr '\n' ' ')" '1 unknown mine '
is 'three, with names' "$(os -n a -s tcp:127.0.0.1:0 -n b -s unix:u -s udp:127.0.0.1:0 sh -c "$vars" | tr '\n' ' ')" '3 a:b:b mine '
is 'they are 3, 4, 5 and nothing else is open' "$(os -s tcp:127.0.0.1:0 -s unix:u -s udp:127.0.0.1:0 openfds)" '0 1 2 3 4 5 '
like 'TCP' "$(os -s tcp:127.0.0.1:0 sockutil name 3)" 'tcp4 [1-9]*'
like 'UDP' "$(os -s udp:127.0.0.1:0 sockutil name 3)" 'udp4 [1-9]*'
is 'Unix stream' "$(os -s unix:u sockutil name 3)" 'stream u'
is 'Unix datagram' "$(os -s unixgram:g sockutil name 3)" 'dgram g'
is 'Unix packets' "$(os -s "unixseq:$T/q" sockutil name 3)" "seqpacket $T/q"
like 'all addresses' "$(os -s 'tcp:*:0' sockutil name 3)" 'tcp[46] *'
if os -s 'tcp:[::1]:0' true 2>/dev/null ; then
  like 'IPv6' "$(os -s 'udp:[::1]:0' sockutil name 3)" 'udp6 *'
  check 'both families on one port, one socket each' os -s 'tcp:[::]:0' sh -c \
    'set -- $(sockutil name 3) ; exec opensock -s tcp:0.0.0.0:$2 true'
else
  exits 'no IPv6 here is told' 111 os -s 'tcp:[::1]:0' true
  skip 'both families on one port, one socket each' 'no IPv6 here'
fi
is 'a second link adds to the first' "$(os -n a -s tcp:127.0.0.1:0 opensock -n b -s unix:u sh -c "$vars ; sockutil name 4" | tr '\n' ' ')" '2 a:b mine stream u '
is 'those meant for another process are dropped' "$(LISTEN_FDS=2 LISTEN_PID=1 LISTEN_FDNAMES=x:y ; export LISTEN_FDS LISTEN_PID LISTEN_FDNAMES ; os -s unix:u sh -c "$vars" | tr '\n' ' ')" '1 unknown mine '
is 'as standard input' "$(os -0 -s unix:u sockutil name 0)" 'stream u'
is 'and then no variable is set' "$(LISTEN_FDS=2 LISTEN_PID=1 LISTEN_FDNAMES=x:y ; export LISTEN_FDS LISTEN_PID LISTEN_FDNAMES ; os -0 -s unix:u sh -c 'env | grep LISTEN ; openfds')" '0 1 2 '
is 'what was passed becomes standard input' "$(os -s unix:u opensock -0 sh -c 'sockutil name 0 ; env | grep LISTEN ; openfds')" "stream u
0 1 2 "
exits 'two are too many for standard input' 100 os -0 -s unix:u -s unix:v true

# A descriptor in the way.
exits 'one that is in use' 111 clean sh -c 'exec 3</dev/null ; exec opensock -s unix:unmade true'
like 'is named' "$(cat err)" 'opensock: fatal: descriptor 3, where a socket must go, is in use*'
refuse 'and nothing has been made' test -e unmade
exits 'one beyond is not in the way' 0 clean sh -c 'exec 4</dev/null ; exec opensock -s unix:u true'

# Connections.
cleanslate opensock -s tcp:127.0.0.1:0 sh -c 'sockutil name 3 >port.new && mv port.new port && exec sockutil answer 3 hello' & track $!
until_ok 10 test -e port ; read -r kind port <port
is 'a connection' "$(sockutil ask tcp "$port")" hello
cleanslate opensock -s unixgram:g sh -c 'echo >ready ; exec sockutil take 3' >got & track $!
until_ok 10 test -e ready && sockutil send unixgram g greetings
check 'a datagram' until_ok 10 grep -q greetings got
exits 'a port in use' 111 os -s tcp:127.0.0.1:0 sh -c 'set -- $(sockutil name 3) ; exec opensock -s tcp:127.0.0.1:$2 true'
like 'is named' "$(cat err)" 'opensock: fatal: unable to bind tcp:127.0.0.1:[1-9]*: *'

# Unix sockets: mode, owner, and what is there already.
mode() { stat -c %a "$1" ; }
is 'the mode is 0600' "$(os -s unix:m mode 2>/dev/null || os -s unix:m true ; mode m)" 600
is 'or what is asked for' "$(umask 077 ; os -m 666 -s unix:m true ; mode m)" 666
is 'the umask stays' "$(os -m 600 -s unix:m sh -c umask)" 0022
refuse 'the lock is gone' test -e m.lock
sockutil dead stream dead
is 'a dead socket is replaced' "$(os -m 660 -s unix:dead sh -c 'sockutil name 3' ; mode dead)" "stream dead
660"
sockutil dead dgram deadgram
exits 'of whatever type' 0 os -s unix:deadgram true
cleanslate opensock -s unix:live sh -c 'echo >up ; exec sleep 600' & track $!
until_ok 10 test -e up
exits 'a live one is not' 111 os -s unix:live true
is 'and says why' "$(cat err)" 'opensock: fatal: unable to bind unix:live: somebody listens there'
exits 'nor by a socket of another type' 111 os -s unixgram:live true
cleanslate opensock -s unixgram:livegram sh -c 'echo >upgram ; exec sleep 600' & track $!
until_ok 10 test -e upgram
exits 'a live datagram socket is not' 111 os -s unixgram:livegram true
echo precious >file
exits 'a file is not' 111 os -s unix:file true
is 'and says why' "$(cat err)" 'opensock: fatal: unable to bind unix:file: there is something that is not a socket'
is 'no lock is left' "$(echo *.lock)" '*.lock'
is 'the file is as it was' "$(cat file)" precious
ln -s dead link
exits 'nor a link to a socket' 111 os -s unix:link true
exits 'a missing directory' 111 os -s unix:none/here true
exits 'a path too long for an address' 100 os -s "unix:$(printf '%0200d' 1)" true
sockutil dead stream race
i=0
while test $i -lt 8 ; do { os -s unix:race sh -c 'echo $$ >>won ; exec sleep 600' 2>/dev/null || echo >>lost ; } & i=$((i + 1)) ; done
all_done() { test "$(cat won lost 2>/dev/null | wc -l)" = 8 ; }
check 'of eight at once all are done' until_ok 15 all_done
track $(cat won)
is 'and one of them has it' "$(wc -l <won)" 1
if test "$(id -u)" = 0 ; then
  os -u 1234:2345 -m 660 -s unix:own true
  is 'the owner' "$(stat -c '%u:%g %a' own)" '1234:2345 660'
  os -u :77 -s unix:own true
  is 'the group alone' "$(stat -c '%u:%g' own)" '0:77'
  exits 'a name' 0 os -u nobody -s unix:own true
  is 'of an account' "$(stat -c '%u' own)" "$(id -u nobody)"
else
  exits 'a user cannot give away' 111 os -u 0 -s unix:own true
  exits 'its own name is fine' 0 os -u "$(id -u):$(id -g)" -s unix:mine true
  exits 'no low port' 111 os -s tcp:127.0.0.1:1 true
fi

# On demand. Once the socket is there and its lock is not, it listens.
bound() { test -S "$1" && ! test -e "$1.lock" ; }
cleanslate opensock -w -s unix:wait sh -c 'echo >started ; exec sockutil answer 3 at-last' & track $!
until_ok 10 bound wait
refuse '-w: nothing runs before the first connection' test -e started
is 'which is answered' "$(sockutil ask unix wait)" at-last
check 'by the program' test -e started
cleanslate opensock -w -s unixgram:waitgram sockutil take 3 >gotgram & track $!
until_ok 10 bound waitgram ; sockutil send unixgram waitgram wake
check 'a datagram wakes too' until_ok 10 grep -q wake gotgram
cleanslate opensock -w -s unix:wait2 true & p=$! ; until_ok 10 bound wait2 ; kill -TERM $p ; wait $p
is 'while it waits, TERM ends it' $? 143

bad() { exits "bad: $*" 100 os "$@" true ; }
bad -s tcp:1.2.3:80 ; bad -s tcp:1.2.3.4 ; bad -s tcp:1.2.3.4:x ; bad -s tcp:1.2.3.4:70000 ; bad -s tcp:localhost:80
bad -s 'tcp:[::1:80' ; bad -s tcp:::1:80 ; bad -s foo:x ; bad -s unix: ; bad -s '' ; bad -b x -s unix:u ; bad -m 1777 -s unix:u
bad -m 8 -s unix:u ; bad -n a:b -s unix:u ; bad -n '' -s unix:u ; bad -n 'a b' -s unix:u ; bad -u '' -s unix:u ; bad -z
bad
exits 'a bad word after a good one' 100 os -s unix:unmade -s foo:x true
exits 'two for standard input' 100 os -0 -s unix:unmade -s unix:unmade2 true
refuse 'make nothing' test -e unmade
exits 'an unknown owner' 111 os -u no-such-user -s unix:never true
refuse 'makes nothing' test -e never
exits 'a bad LISTEN_FDS' 100 clean sh -c 'LISTEN_PID=$$ LISTEN_FDS=2x ; export LISTEN_PID LISTEN_FDS ; exec opensock -s unix:u true'
exits 'no program' 100 os -s unix:u
exits 'program not found' 127 os -s unix:u "$T/none"
exits 'program not executable' 126 os -s unix:u /dev/null
done_testing
