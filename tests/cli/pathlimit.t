#!/bin/sh
. "${0%/*}/../lib.sh"
if ! built linux ; then
  exits 'no Landlock in this build' 111 pathlimit -r / true
  exits '-k carries on' 0 pathlimit -k -r / true
  done_testing
fi

# Not there in some kernels and containers. What can be tested is tested.
base="-r /usr -R /lib -R /lib64 -R /bin -R /etc -r $BUILD -w /dev/null"
limit() { pathlimit $base "$@" ; }
mkdir ro rw other ; echo r >ro/file ; echo w >rw/file ; echo o >other/file ; echo single >one
if pathlimit -r / true 2>err ; then
  is 'what may be read' "$(limit -r ro cat ro/file)" r
  refuse 'cannot be written' limit -r ro sh -c 'echo x >ro/file' 2>err
  refuse 'nor removed' limit -r ro rm -f ro/file 2>err
  refuse 'nor truncated' limit -r ro truncate -s 0 ro/file 2>err
  refuse 'nor can anything be made there' limit -r ro mkdir ro/new 2>err
  is 'it is as it was' "$(cat ro/file)" r
  is 'what may be written' "$(limit -w rw sh -c 'echo new >rw/file ; mkdir rw/dir ; echo x >rw/dir/x ; mv rw/dir/x rw/y ; ln rw/y rw/z ; rm rw/y ; cat rw/file rw/z')" "new
x"
  refuse 'what is not named cannot be read' limit -r ro cat other/file 2>err
  refuse 'nor listed' limit -r ro ls other 2>err
  refuse 'nor written' limit -w rw sh -c 'echo x >other/file' 2>err
  is 'a file alone may be named' "$(limit -r one cat one)" single
  check 'and written' limit -w one sh -c 'echo more >>one'
  refuse 'but not removed' limit -w one rm -f one 2>err
  is 'what is open stays open' "$(exec 3<other/file ; limit sh -c 'cat <&3')" o
  is 'limits add up' "$(limit -w rw -r ro pathlimit -r / cat ro/file) $(limit -r ro pathlimit -w / cat other/file 2>/dev/null || echo closed)" 'r closed'
  exits 'a program that is not among the paths' 126 pathlimit -r ro true
  like 'is told' "$(cat err)" 'pathlimit: fatal: unable to run: true: access denied'
  is 'set-id bits do not count' "$(limit sed -n 's/^NoNewPrivs:.//p' /proc/self/status 2>/dev/null || limit -r /proc sed -n 's/^NoNewPrivs:.//p' /proc/self/status)" 1
  exits 'a missing path' 111 limit -r none true
  like 'is named' "$(cat err)" 'pathlimit: fatal: unable to open none: file does not exist'
  exits 'unless it may be missing' 0 limit -R none -W none/either true
  exits 'the exit code' 7 limit sh -c 'exit 7'
  sleep 600 & track $! ; victim=$!
  check 'signals pass without -S' limit sh -c "kill -0 $victim"
else
  like 'without Landlock it says so' "$(cat err)" "pathlimit: fatal: this kernel*"
  skip 'limits of paths' "$(cat err)"
  victim=
fi
if pathlimit -c none true 2>err ; then
  cleanslate opensock -s tcp:127.0.0.1:0 sh -c 'sockutil name 3 >port.new ; mv port.new port ; while sockutil answer 3 hello ; do : ; done' & track $!
  until_ok 10 test -e port ; read -r kind port <port
  is 'a port that may be connected to' "$(pathlimit -c "$port" sockutil ask tcp "$port")" hello
  refuse 'one that may not' pathlimit -c 1 sockutil ask tcp "$port" 2>err
  like 'access is denied' "$(cat err)" '*Permission denied'
  is 'connecting is free if only binding is limited' "$(pathlimit -b none sockutil ask tcp "$port")" hello
  refuse 'no port may be bound' pathlimit -b none opensock -s tcp:127.0.0.1:0 true 2>err
  check 'binding is free if only connecting is limited' cleanslate pathlimit -c none opensock -s tcp:127.0.0.1:0 true
  check 'UDP is free' cleanslate pathlimit -b none opensock -s udp:127.0.0.1:0 true
else skip 'limits of ports' "$(cat err)"
fi
if pathlimit -S true 2>err && test -n "$victim" ; then
  refuse '-S: no signal to others' pathlimit -S sh -c "kill -0 $victim" 2>err
  check 'but to its own' pathlimit -S sh -c 'sleep 600 & kill $!'
else skip 'limits of signals' "$(cat err)"
fi

# Kernels of other days.
old() { # old VERSION OPTION...: the kernel's answer to the question for its version
  hf_v=$1 ; shift
  case $hf_v in 0) hf_v=error=ENOSYS ;; *) hf_v=retval=$hf_v ;; esac
  strace -o trace -e "inject=landlock_create_ruleset:$hf_v:when=1" pathlimit "$@"
}
if command -v strace >/dev/null && pathlimit -S true 2>/dev/null && strace -o trace -e inject=landlock_create_ruleset:retval=1:when=1 true 2>/dev/null ; then
  exits 'none: refused' 111 old 0 -r / true
  is 'and told' "$(cat err)" 'pathlimit: fatal: this kernel has no Landlock, unable to limit paths'
  exits 'none, with -k' 0 old 0 -k -r / -b 80 -S true
  is 'three warnings' "$(grep -c 'warning: this kernel has no Landlock, carrying on' err)" 3
  exits 'version 2 cannot keep files from truncation' 111 old 2 -r / true
  like 'and says so' "$(cat err)" 'pathlimit: fatal: this kernel*s Landlock (version 2) is too old to limit paths'
  exits 'with -k it does what it can' 0 old 2 -k -r / true
  refuse 'which is much' old 2 -k -r / sh -c 'echo x >ro/file' 2>err
  exits 'version 3 has paths' 0 old 3 -r / true
  exits 'but no ports' 111 old 3 -r / -b 80 true
  exits 'version 4 has ports' 0 old 4 -r / -b 80 true
  exits 'but no scopes' 111 old 4 -S true
  exits 'version 5 has no scopes either' 0 old 5 -k -S -r / -w /dev/null true
  exits 'a version of the future' 0 old 99 -S -r / -c none true
  for l in landlock_restrict_self:error=EPERM landlock_add_rule:error=EINVAL prctl:error=EPERM landlock_create_ruleset:error=EPERM:when=2 ; do
    exits "fails closed, even with -k: $l" 111 strace -o trace -e "inject=$l" pathlimit -k -r / sh -c 'echo ran >ran'
  done
  refuse 'and nothing ran' test -e ran
else skip 'kernels of other days' 'strace cannot inject here, or this kernel is one'
fi

bad() { exits "bad: $*" 100 pathlimit "$@" true ; }
bad -k -b x ; bad -k -b 65536 ; bad -k -c '' ; bad -k ; bad -z ; bad
exits 'no program' 100 pathlimit -r /
exits 'program not found' 127 pathlimit -k -r / "$T/none"
exits 'program not executable' 126 pathlimit -k -r / /dev/null
done_testing
