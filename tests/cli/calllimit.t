#!/bin/sh
. "${0%/*}/../lib.sh"
if ! calllimit -d reboot true 2>err ; then
  like 'without filters it says so' "$(cat err)" 'calllimit: fatal: unable to limit system calls: *'
  exits '-k carries on' 3 calllimit -k -d reboot sh -c 'exit 3'
  like 'with a warning' "$(cat err)" 'calllimit: warning: unable to limit system calls, carrying on without: *'
  done_testing
fi

no_mkdir=mkdir,mkdirat
exits 'a call that is forbidden' 1 calllimit -d $no_mkdir mkdir "$T/d"
like 'fails by EPERM' "$(cat err)" '*Operation not permitted'
refuse 'and does nothing' test -e d
exits 'by another error' 1 calllimit -e 28 -d $no_mkdir mkdir "$T/d"
like 'if so told' "$(cat err)" '*No space left on device'
exits 'or kills' 159 calllimit -K -d $no_mkdir mkdir "$T/d"
refuse 'and does nothing' test -e d
exits 'other calls are free' 0 calllimit -d $no_mkdir rmdir "$(mkdir e ; echo e)"
exits 'lists add up' 1 calllimit -d mkdir -d mkdirat mkdir "$T/d"
exits 'so do links' 1 calllimit -d mkdir calllimit -d mkdirat mkdir "$T/d"
exits 'children are limited too' 1 calllimit -d $no_mkdir sh -c "mkdir '$T/d' ; exit \$?"
refuse 'nothing is made' test -e d
exits 'the exit code' 7 calllimit -d reboot sh -c 'exit 7'
is 'no_new_privs is set' "$(calllimit -d reboot sed -n 's/^NoNewPrivs:.//p' /proc/self/status)" 1
is 'there is a filter' "$(calllimit -d reboot sed -n 's/^Seccomp:.//p' /proc/self/status)" 2
case $(uname -m) in
  x86_64)
    exits 'by number' 1 calllimit -d 83,258 mkdir "$T/d"
    exits 'a name of another machine' 0 calllimit -d arm_fadvise64_64,reboot,socketcall true
    exits 'a name newer than this kernel, perhaps' 0 calllimit -d file_setattr,mseal true
    ;;
  *) skip 'by number' 'numbers of x86_64' ; skip 'a name of another machine' 'names of x86_64' ;;
esac
if built musl ; then
  quiet=arch_prctl,set_tid_address
  like 'an allow list' "$(calllimit -a $quiet,write,writev cleanslate -V)" 'cleanslate (holdfast) *'
  exits 'without a call that is needed' 111 calllimit -a $quiet cleanslate -V
  exits 'which kills' 159 calllimit -K -a $quiet cleanslate -V
else
  skip 'an allow list' 'what another C library calls is not known'
fi

if command -v strace >/dev/null && strace -o trace -e inject=prctl:error=EINVAL true 2>/dev/null ; then
  exits 'fails closed' 111 strace -o trace -e inject=prctl:error=EINVAL:when=2 calllimit -d reboot sh -c 'echo ran >ran'
  refuse 'and nothing ran' test -e ran
  exits 'with -k it runs' 3 strace -o trace -e inject=prctl:error=EINVAL:when=2 calllimit -k -d reboot sh -c 'exit 3'
  like 'with a warning' "$(cat err)" 'calllimit: warning: unable to limit system calls, carrying on without: invalid argument'
else skip 'fails closed' 'strace cannot inject here'
fi

bad() { exits "bad: $*" 100 calllimit "$@" true ; }
bad -d no_such_call ; bad -d '' ; bad -d read, ; bad -d 1x ; bad -a ,read ; bad -d READ ; bad -e 0 -d read ; bad -e 4096 -d read ; bad -e EPERM -d read
bad -d read -a write ; bad -z ; bad -e 1 ; bad
like 'an unknown call' "$(calllimit -d read,no_such_call true 2>&1)" 'calllimit: fatal: unknown system call in read,no_such_call'
exits 'no program' 100 calllimit -d read
exits 'program not found' 127 calllimit -d reboot "$T/none"
exits 'program not executable' 126 calllimit -d reboot /dev/null
done_testing
