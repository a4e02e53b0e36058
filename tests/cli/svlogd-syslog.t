#!/bin/sh
# svlogd: records for syslog daemons; then rsyslog's and busybox's own.
. "${0%/*}/../lib.sh"

fresh() { rm -rf d ; mkdir d ; test $# = 0 || printf '%s\n' "$@" > d/config ; }
has() { grep -q -- "$1" "$2" 2>/dev/null ; }
lines() { test "$(wc -l < "$1")" -ge "$2" ; }
mkdir -p web/log

sockrecv unix sock > got & track $!
until_ok 10 test -S sock
fresh "log $T/sock"
printf 'plain\n<3>kernel way\nwarning: first\nprog: error: second\nDEBUG third\n[notice] fourth\nsome error: none\n' > in
(cd web/log && svlogd "$T/d") < in
check 'a local socket' until_ok 10 lines got 7
is 'facility, severity from the line, tag from the service' "$(sed 's/>... .. ..:..:.. />T /' got)" '<30>T web: plain
<27>T web: kernel way
<28>T web: warning: first
<27>T web: prog: error: second
<31>T web: DEBUG third
<29>T web: [notice] fourth
<30>T web: some error: none'
is 'the log has the lines as they were' "$(cmp in d/current && echo same)" same

: > got
fresh "log $T/sock" 'log-facility local3' 'log-tag shop' 'log-default notice' 'log-level warning' 'log-format rfc5424' 'log-rule err *refused*' '-secret*'
printf 'x\nconnection refused, sorry\nsecret error\nerror: y\n' | svlogd d
check 'options' until_ok 10 lines got 2
is 'all of them' "$(sed 's/1 20[^ ]*Z [^ ]* /1 T H /' got)" '<155>1 T H shop - - - connection refused, sorry
<155>1 T H shop - - - error: y'
: > got
fresh "log $T/sock" 'log-rule err *refused'
printf 'connection refused\n' | svlogd d
until_ok 10 lines got 1
like 'log-rule gives a severity' "$(cat got)" '<27>*'

sockrecv tcp port > tcp & tcppid=$! ; track $tcppid
until_ok 10 test -s port ; port=$(cat port)
fresh "log tcp:127.0.0.1:$port" 'log-tag a'
printf 'one\ntwo\n' | svlogd d
check 'TCP: octet counting' until_ok 10 has two tcp
is 'the count is right' "$(sed 's/ .*//;q' tcp)" "$(sed 's/^[0-9]* //' tcp | tr '<' '\n' | sed -n 2p | sed 's/[0-9]* *$//' | { IFS= read -r l ; l="<${l}" ; echo "${#l}" ; })"
: > tcp
fresh "log tcp:127.0.0.1:$port" 'log-format rfc3164' 'log-tag a' 'log-full block'
seq 1 20000 > many
svlogd d < many
check 'a lot of lines' until_ok 20 has ' a: 20000$' tcp
is 'each of them' "$(sed 's/.* a: //' tcp | cmp - many && echo same)" same

# a receiver that goes and comes back
rm -f fifo ; mkfifo fifo ; svlogd d < fifo 2>err & pid=$! ; track $pid ; exec 9>fifo
: > tcp ; echo before >&9 ; until_ok 10 has before tcp
kill -KILL $tcppid ; wait $tcppid 2>/dev/null
echo during >&9 ; echo more >&9
check 'no receiver: it says so' until_ok 10 has 'pausing: unable to send to: tcp:127.0.0.1' err
sockrecv tcp port "$port" > tcp2 9>&- & track $!
check 'block: it is sent when there is one again' until_ok 20 has more tcp2
exec 9>&- ; wait $pid
check 'and nothing lost' has during d/current

fresh "log $T/nobody" 'log-tag a'
rm -f fifo ; mkfifo fifo ; svlogd d < fifo 2>err & pid=$! ; track $pid ; exec 9>fifo
seq 1 20 >&9 ; until_ok 10 has pausing err
seq 21 30 >&9
sockrecv unix nobody > got2 9>&- & track $!
until_ok 10 test -S nobody
check 'drop: the log goes on' until_ok 10 lines d/current 30
tell() { echo ping >&9 ; has 'lines\{0,1\} ([0-9]* bytes) lost from .*Z to .*Z: file does not exist' got2 || has ping got2 ; }
check 'and when the socket is there, so do records' until_ok 20 tell
exec 9>&- ; wait $pid

# real daemons
if ! command -v rsyslogd >/dev/null ; then skip rsyslog 'not installed'
else
cat > rsyslog.conf <<END
global(workDirectory="$T")
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="$T/rsock" CreatePath="off")
module(load="imudp")
module(load="imtcp")
template(name="t" type="string" string="%syslogfacility-text%.%syslogseverity-text% %programname% [%msg%]\n")
END
# a free port: the kernel chooses one, rsyslog takes it
sockrecv tcp rport > /dev/null & p=$! ; until_ok 10 test -s rport ; kill -KILL $p ; wait $p 2>/dev/null
rp=$(cat rport)
cat >> rsyslog.conf <<END
input(type="imudp" address="127.0.0.1" port="$rp")
input(type="imtcp" address="127.0.0.1" port="$rp")
action(type="omfile" file="$T/rs.out" template="t" FileCreateMode="0644")
END
rsyslogd -n -f rsyslog.conf -i "$T/rs.pid" > rs.err 2>&1 & track $!
if ! until_ok 20 test -S rsock ; then skip rsyslog "did not start: $(head -n 1 rs.err)"
else
fresh "log $T/rsock" 'log-tag loc' ; echo 'error: local' | svlogd d
check 'rsyslog, local socket' until_ok 20 has '^daemon.err loc \[ error: local\]' rs.out
fresh "log udp:127.0.0.1:$rp" 'log-tag udp' ; echo 'warning: by udp' | svlogd d
check 'rsyslog, UDP, RFC 5424' until_ok 20 has '^daemon.warning udp \[warning: by udp\]' rs.out
fresh "log tcp:127.0.0.1:$rp" 'log-tag tcp' 'log-full block' ; seq 1 500 | svlogd d
check 'rsyslog, TCP, RFC 5424' until_ok 20 has '^daemon.info tcp \[500\]' rs.out
is 'every record' "$(grep -c '^daemon.info tcp \[[0-9]*\]$' rs.out)" 500
fresh "log tcp:127.0.0.1:$rp" 'log-tag old' 'log-format rfc3164' ; printf 'crit: x\ny\n' | svlogd d
check 'rsyslog, TCP, RFC 3164' until_ok 20 has '^daemon.info old \[ y\]' rs.out
check 'with its severity' has '^daemon.crit old \[ crit: x\]' rs.out
fresh "log udp:127.0.0.1:$rp" 'log-tag old2' 'log-format rfc3164' ; echo z | svlogd d
check 'rsyslog, UDP, RFC 3164' until_ok 20 has '^daemon.info old2 \[ z\]' rs.out
fi
fi

# busybox's syslogd knows only /dev/log: a mount namespace of its own
if test "$(id -u)" != 0 || ! busybox 2>/dev/null | grep -q 'syslogd' || ! unshare -m true 2>/dev/null ; then skip 'busybox syslogd' 'needs root, busybox and unshare'
else
mkdir dev
unshare -m sh -c 'mount --bind dev /dev && exec busybox syslogd -n -O "$0/bb.out"' "$T" 2>/dev/null & track $!
if ! until_ok 20 test -S dev/log ; then skip 'busybox syslogd' 'did not start'
else
fresh "log $T/dev/log" 'log-tag bb' ; printf 'error: one\ntwo\n' | svlogd d
check 'busybox syslogd' until_ok 20 has 'daemon.info bb: two' bb.out
check 'with its severity' has 'daemon.err bb: error: one' bb.out
fi
fi
done_testing
