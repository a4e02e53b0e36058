#!/bin/sh
# setuidgid and envuidgid.
. "${0%/*}/../lib.sh"

exits 'no words: usage' 100 setuidgid
is 'the usage line' "$(cat err)" 'setuidgid: usage: setuidgid [-s] [-h] [-o] account prog...'
exits 'no program: usage' 100 setuidgid root
exits 'a wrong option: usage' 100 setuidgid -z root true
is 'the option is named' "$(head -n 1 err)" 'setuidgid: illegal option -- z'
exits 'an unknown account' 111 setuidgid no-such-account true
is 'the account is named' "$(cat err)" 'setuidgid: fatal: unknown account no-such-account'
exits 'a number is no account' 111 setuidgid 0 true
exits 'an empty word is no account' 111 setuidgid '' true
exits 'chpst words are no accounts' 111 setuidgid root:root true

exits 'envuidgid: usage' 100 envuidgid root
exits 'envuidgid: an unknown account' 111 envuidgid no-such-account true
is 'envuidgid: the account is named' "$(cat err)" 'envuidgid: fatal: unknown account no-such-account'
is 'envuidgid: UID and GID' "$(UID_=x GID=old envuidgid root chainshow env UID env GID | tr '\n' ' ')" '[0] [0] '
is 'envuidgid: the ids stay' "$(envuidgid root chainshow ids)" "$(chainshow ids)"
is 'envuidgid -h: HOME and the others' "$(HOME=/x USER=x envuidgid -h root chainshow env USER env LOGNAME)" '[root]
[root]'
exits 'envuidgid: a program that is not there' 111 envuidgid root ./nothing-here
is 'envuidgid: the program is named' "$(cat err)" 'envuidgid: fatal: unable to run ./nothing-here: file does not exist'

if test "$(id -u)" != 0 ; then
  me=$(id -un 2>/dev/null || echo nobody)
  exits 'an ordinary user becomes nobody else' 111 setuidgid root touch made
  like 'the message says what failed' "$(cat err)" 'setuidgid: fatal: unable to set*: permission denied'
  exits 'an ordinary user cannot even set its own groups' 111 setuidgid "$me" touch made
  refuse 'the program was not run' test -e made
  for w in 'ids and groups' 'groups of the account' 'environment' 'PATH search' 'inside' ; do skip "$w" 'needs root' ; done
  done_testing
fi

# Nobody may not be able to go where the build is.
mkdir bin ; cp "$BUILD/bin/setuidgid" "$BUILD/helpers/chainshow" bin/ ; chmod 755 . bin
PATH=$T/bin:$PATH
uid=$(id -u nobody) gid=$(id -g nobody)
is 'ids and groups are those of the account alone' "$(setuidgid nobody chainshow ids)" \
  "uid=$uid,$uid,$uid gid=$gid,$gid,$gid groups=$gid root=never"
is 'root is no special case' "$(setpriv --groups 1,2 setuidgid root chainshow ids)" 'uid=0,0,0 gid=0,0,0 groups=0 root=yes'
exits 'the exit code is that of the program' 7 setuidgid nobody sh -c 'exit 7'
exits 'a program that is not there' 111 setuidgid nobody /nothing-here
is 'it is named' "$(cat err)" 'setuidgid: fatal: unable to run /nothing-here: file does not exist'
exits 'from there, nobody comes back' 111 setuidgid nobody setuidgid root true
is 'the environment stays as it is' "$(HOME=/x USER=y setuidgid nobody chainshow env HOME env USER | tr '\n' ' ')" '[/x] [y] '
home=$(awk -F: '$1 == "nobody" { print $6 }' /etc/passwd)
is '-h sets HOME, USER, LOGNAME' "$(HOME=/x USER=y setuidgid -h nobody chainshow env HOME env USER env LOGNAME | tr '\n' ' ')" \
  "[$home] [nobody] [nobody] "
is 'PATH is searched as the new user: a directory closed to it is passed over' "$(
  mkdir closed ; printf '#!/bin/sh\necho closed\n' > closed/id ; chmod 755 closed/id ; chmod 700 closed
  PATH=$T/closed:$PATH setuidgid nobody id -u)" "$uid"

is 'without -o, /dev/stdout is closed to nobody' "$(setuidgid nobody sh -c 'echo opened 2>/dev/null >/dev/stdout' 2>/dev/null | cat)" ''
is '-o: it is open' "$(setuidgid -o nobody sh -c 'echo opened >/dev/stdout ; echo twice >/dev/stderr' 2>&1 | cat)" 'opened
twice'
: > plain
owner=$(stat -c %u /dev/null)
setuidgid -o nobody true >plain 2>/dev/null </dev/null
is '-o: files and devices keep their owners' "$(stat -c %u plain /dev/null | tr '\n' ' ')" "0 $owner "

# A kernel that says yes and does nothing: the program must not run.
if setpriv --groups 1,2 pretend setresuid true 2>/dev/null ; then
  for w in 'setresuid:get the user and group ids asked for' 'setresgid:get the user and group ids asked for' 'setgroups:get the groups asked for' ; do
    exits "${w%%:*} did nothing: refused" 111 setpriv --groups 1,2 "$BUILD/helpers/pretend" "${w%%:*}" setuidgid nobody touch made
    is "${w%%:*} did nothing: that is said" "$(cat err)" "setuidgid: fatal: unable to ${w#*:}: permission denied"
    exits "${w%%:*} did nothing: chpst" 111 setpriv --groups 1,2 "$BUILD/helpers/pretend" "${w%%:*}" chpst -u nobody touch made
  done
  refuse 'the program was not run' test -e made
else skip 'system calls that do nothing' 'no seccomp here' ; fi

# One whose capabilities would survive could become root again.
if setpriv --securebits=+no_setuid_fixup true 2>/dev/null ; then
  exits 'a way back to root is left: refused' 111 setpriv --securebits=+no_setuid_fixup setuidgid nobody touch made
  is 'that is said' "$(cat err)" 'setuidgid: fatal: unable to give up root for good: permission denied'
  refuse 'the program was not run' test -e made
else skip 'a way back to root' 'no securebits here' ; fi

# Accounts of the test's own, in a root of its own.
mkdir -p root/etc root/bin
cp "$BUILD/bin/setuidgid" "$BUILD/bin/chpst" "$BUILD/helpers/chainshow" root/bin/
if chroot root /bin/chainshow >/dev/null 2>&1 ; then
  cat > root/etc/passwd <<'END'
# a comment
broken:x:12
over:x:99999999999:5::/:/bin/sh
minus:x:4294967295:5::/:/bin/sh
neg:x:-1:5::/:/bin/sh
eva:x:4001:4002:Eva, of course:/home/eva:/bin/esh
evan:x:4003:4004::/home/evan:
last:x:4005:4006::/:/bin/sh
END
  printf 'tail:x:4007:4008::/:/bin/sh' >> root/etc/passwd
  {
    echo 'one:x:4100:eva'
    echo 'bad:x:y:eva'
    echo 'two:x:4101:evan,eva,last'
    echo 'three:x:4102:evan,xeva,evax'
    echo 'login:x:4002:eva'
    echo 'twice:x:4100:eva'
    printf 'long:x:4103:' ; i=0 ; while test $i -lt 3000 ; do printf 'member%d,' $i ; i=$((i + 1)) ; done ; echo eva
    printf 'end:x:4104:eva'
  } > root/etc/group
  inside() { chroot root /bin/setuidgid "$@" 2>err ; }
  is 'an account of a strange passwd' "$(inside eva /bin/chainshow ids)" 'uid=4001,4001,4001 gid=4002,4002,4002 groups=4002 root=never'
  is '-s: all its groups, each once, in lines of any length' "$(inside -s eva /bin/chainshow ids)" \
    'uid=4001,4001,4001 gid=4002,4002,4002 groups=4002,4100,4101,4103,4104 root=never'
  is '-h: the account says who one is' "$(inside -h eva /bin/chainshow env HOME env USER env LOGNAME env SHELL | tr '\n' ' ')" \
    '[/home/eva] [eva] [eva] [/bin/esh] '
  is '-h: no shell is /bin/sh' "$(inside -h evan /bin/chainshow env SHELL)" '[/bin/sh]'
  is 'a last line without a newline counts' "$(inside tail /bin/chainshow ids)" 'uid=4007,4007,4007 gid=4008,4008,4008 groups=4008 root=never'
  for a in broken over minus neg ev eva: '# a comment' ; do exits "no account: $a" 111 chroot root /bin/setuidgid "$a" /bin/chainshow ids ; done
  i=0 ; while test $i -lt 1100 ; do echo "g$i:x:$((5000 + i)):last" ; i=$((i + 1)) ; done >> root/etc/group
  exits 'more groups than there is room for: refused, not cut' 111 chroot root /bin/setuidgid -s last /bin/chainshow ids
  i=0 ; while test $i -lt 3000 ; do echo "u$i:x:$((10000 + i)):$((10000 + i))::/home/u$i:/bin/sh" ; i=$((i + 1)) ; done >> root/etc/passwd
  echo >> root/etc/passwd
  is 'a large passwd' "$(inside u2999 /bin/chainshow ids)" 'uid=12999,12999,12999 gid=12999,12999,12999 groups=12999 root=never'
  rm root/etc/passwd
  exits 'no passwd: nobody is known' 111 chroot root /bin/setuidgid eva /bin/chainshow ids
  mkdir root/etc/passwd
  exits 'a passwd that cannot be read' 111 chroot root /bin/setuidgid eva /bin/chainshow ids
  is 'it is another message' "$(cat err)" 'setuidgid: fatal: unable to look up account eva: is a directory'
else
  skip 'accounts of a strange passwd' 'this build is not static'
fi
done_testing
