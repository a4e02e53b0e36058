#!/bin/sh
. "${0%/*}/../lib.sh"
built linux || skip_all 'no Linux facilities in this build'

# Lines of /proc/self/status as the program sees them.
sees() { hf_w=$1 ; shift ; privlimit "$@" sed -n "s/^$hf_w:[^0-9a-f]*//p" /proc/self/status ; }
is 'no_new_privs' "$(sees NoNewPrivs -n)" 1
is 'twice is no error' "$(sees NoNewPrivs -n privlimit -n)" 1
gone() { ! test -e "/proc/$1" || grep -q '^State:.Z' "/proc/$1/status" ; }
sh -c 'privlimit -d KILL sh -c "echo \$\$ >pid ; exec sleep 600" & until test -s pid ; do sleep 0.02 ; done' &
wait $!
check 'the parent-death signal' until_ok 10 gone "$(cat pid)"
is 'nothing asked, nothing changed' "$(sees CapPrm)" "$(sed -n 's/^CapPrm:.//p' /proc/self/status)"
exits 'the exit code' 7 privlimit -n sh -c 'exit 7'

cap=$(sed -n 's/^CapEff:.//p' /proc/self/status)
bset=$(sed -n 's/^CapBnd:.//p' /proc/self/status)
zero=0000000000000000
all_of() { case $((0x$cap >> $1 & 1)) in 1) return 0 ;; *) return 1 ;; esac ; }
if test "$(id -u)" = 0 && all_of 8 && all_of 6 && all_of 7 && all_of 10 ; then
  is 'the bounding set emptied' "$(sees CapBnd -b none)" $zero
  is 'and with it what root gets' "$(sees CapEff -b none)" $zero
  is 'the bounding set limited' "$(sees CapBnd -b net_bind_service,CAP_KILL,0)" 0000000000000421
  is 'all but some' "$(sees CapBnd -b '!net_bind_service')" "$(printf '%016x' $((0x$bset & ~0x400)))"
  is 'all is as before' "$(sees CapBnd -b all)" "$bset"
  is 'an ordinary user has nothing' "$(sees CapPrm -u nobody)" $zero
  is 'nor ambient' "$(sees CapAmb -u nobody)" $zero
  is 'nor inheritable' "$(sees CapInh -i kill privlimit -u nobody)" $zero
  is 'ids and groups' "$(privlimit -u :1234:2345:77 sh -c 'id -u ; id -G' | tr '\n' ' ')" '1234 2345 77 '
  is 'a name and its login group' "$(privlimit -u nobody id -G)" "$(id -g nobody)"
  for set in CapPrm CapEff CapInh CapAmb ; do
    is "one capability kept through the change: $set" "$(sees $set -u nobody -a net_bind_service)" 0000000000000400
  done
  is 'the bounding set may be empty then' "$(sees CapEff -u nobody -a net_bind_service -b none)" 0000000000000400
  is 'and stays so' "$(sees CapBnd -u nobody -a net_bind_service -b none)" $zero
  is 'it works' "$(privlimit -u nobody -a kill -b none -n sh -c 'kill -0 1 && echo may')" may
  is 'without it, not' "$(privlimit -u nobody -a net_raw -b none -n sh -c 'kill -0 1 2>/dev/null || echo not')" not
  is 'inheritable alone' "$(sees CapInh -u nobody -i kill)" 0000000000000020
  is 'which gives nothing by itself' "$(sees CapEff -u nobody -i kill)" $zero
  is 'root cannot be had back' "$(privlimit -u nobody setpriv --reuid=0 id -u 2>/dev/null || echo never)" never
  is 'with setuid kept it can' "$(privlimit -u nobody -a setuid setpriv --reuid=0 id -u)" 0
  is 'groups cannot be had back' "$(privlimit -u nobody setpriv --groups=0 id -G 2>/dev/null || echo never)" never
  is 'securebits: noroot' "$(sees CapEff -s noroot)" $zero
  if command -v capsh >/dev/null ; then
    like 'securebits, one locked' "$(privlimit -s noroot+,no_setuid_fixup capsh --print)" '*Securebits: 0[0-9]*/0x7/*'
    like 'no more ambient ones, after those named' "$(privlimit -u nobody -a kill -s no_cap_ambient_raise+ capsh --print)" '*Securebits: 0[0-9]*/0xc0/*'
  else skip 'securebits, one locked' 'no capsh' ; skip 'no more ambient ones, after those named' 'no capsh'
  fi
  exits 'a locked bit stays' 111 privlimit -s noroot+ privlimit -s no_setuid_fixup true
  chmod 755 "$T" ; cp "$(command -v id)" suid-id && chmod 4755 suid-id
  if test "$(setpriv --reuid=65534 ./suid-id -u 2>/dev/null)" = 0 ; then
    is 'set-id bits count' "$(privlimit -u nobody ./suid-id -u)" 0
    is 'with -n they do not' "$(privlimit -u nobody -n ./suid-id -u)" "$(id -u nobody)"
  else skip 'set-id bits count' 'no set-id files here' ; skip 'with -n they do not' 'no set-id files here'
  fi
  is 'the parent-death signal outlives the change' "$(sh -c 'privlimit -u nobody -d KILL sh -c "echo \$\$ ; exec sleep 600 >&- 2>&-" & sleep 0.3' >pid2 ; until_ok 10 gone "$(cat pid2)" && echo gone)" gone
  exits 'what is not permitted cannot be kept' 111 privlimit -b kill -s noroot privlimit -u nobody -a net_bind_service true
  # A kernel that says yes and does nothing, or no.
  lying() { strace -o trace -e "inject=$1" privlimit -u nobody -a net_bind_service -b none -s noroot -n sh -c 'echo ran >ran' ; }
  if ! built sanitizers && command -v strace >/dev/null && strace -o trace -e inject=setresuid:retval=0 true 2>/dev/null ; then
    for l in setresuid:retval=0 setresgid:retval=0 setgroups:retval=0 capset:retval=0 capset:retval=0:when=2 \
      setgroups:error=EPERM setresgid:error=EPERM setresuid:error=EAGAIN:when=1 capset:error=EPERM:when=2 prctl:error=EPERM:when=50 ; do
      exits "fails closed: $l" 111 lying "$l"
    done
    refuse 'and nothing ran' test -e ran
  else skip 'fails closed' 'strace cannot inject here'
  fi
else
  exits 'a user cannot limit the bounding set' 111 privlimit -b none true
  like 'and is told so' "$(cat err)" 'privlimit: fatal: unable to *'
  exits 'nor have ambient capabilities' 111 privlimit -a net_bind_service true
  exits 'nor become another' 111 privlimit -u :0:0 true
  like 'and is told so' "$(cat err)" 'privlimit: fatal: unable to set* for :0:0: permission denied'
  exits 'nor set securebits' 111 privlimit -s noroot true
  exits 'nothing is nothing' 0 privlimit -a none true
fi

bad() { exits "bad: $*" 100 privlimit "$@" true ; }
bad -b foo ; bad -b '' ; bad -b kill, ; bad -b '!' ; bad -a 64 ; bad -a 1x ; bad -i cap_ ; bad -s foo ; bad -s '' ; bad -s noroot++
bad -d NOPE ; bad -u : ; bad -u :5 ; bad -u :: ; bad -z
exits 'a capability of no kernel' 111 privlimit -b 63 true
exits 'an unknown user' 111 privlimit -u no-such-user true
like 'is named' "$(cat err)" 'privlimit: fatal: unknown user or group: no-such-user'
exits 'no program' 100 privlimit -n
exits 'program not found' 127 privlimit -n "$T/none"
exits 'program not executable' 126 privlimit -n /dev/null
done_testing
