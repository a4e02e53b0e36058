#!/bin/sh
# chpst: each option, the order in which they are applied, the names it answers under.
. "${0%/*}/../lib.sh"
chmod 755 .
mkdir bin ; cp "$BUILD/bin/chpst" "$BUILD/helpers/chainshow" bin/ ; chmod 755 bin
PATH=$T/bin:$PATH
usage=' [-vVP012] [-u user[:group]] [-U user[:group]] [-b argv0] [-e dir] [-/ root] [-C dir] [-n nice] [-l|-L lock] [-m n] [-d n] [-o n] [-p n] [-f n] [-c n] [-r n] [-t n] prog'
both() { cat "$T/out" "$T/err" ; echo . ; }

exits 'no words: usage' 100 chpst
is 'the usage line and a blank one' "$(both)" "usage: chpst$usage

."
exits 'no program: usage' 100 chpst -P
exits 'a wrong option: usage' 100 chpst -z true
is 'the option is named first' "$(both)" "chpst: illegal option -- z
usage: chpst$usage

."
exits 'no argument: usage' 100 chpst -m
is 'that is said first' "$(head -n 1 err)" 'chpst: option requires an argument -- m'
for o in s a ; do exits "no option -$o" 100 chpst -$o 5 true ; done
exits 'two locks: usage' 100 chpst -l x -L y true
for o in m d o p f c r t ; do
  for v in '' 5x = - -5 @value 99999999999999999999999 ; do exits "-$o wants digits, not '$v'" 100 chpst -$o "$v" true ; done
done
for v in 5x x -- +-5 5- ; do exits "-n wants a number, not '$v'" 100 chpst -n "$v" true ; done
exits '-V among others: usage' 100 chpst -vV
like 'with the version before it' "$(head -n 1 err)" 'chpst: holdfast *'
exits 'a program that is not there' 111 chpst ./nothing-here
is 'it is named' "$(cat err)" 'chpst: fatal: unable to run: ./nothing-here: file does not exist'
exits 'a program that is none' 111 chpst /etc/passwd
is 'that is said' "$(cat err)" 'chpst: fatal: unable to run: /etc/passwd: access denied'
exits 'the exit code is that of the program' 4 chpst sh -c 'exit 4'

is '-b: another name' "$(chpst -b other chainshow name)" other
is '-P: a session' "$(chpst -P chainshow session)" yes
is '-P: twice is no error' "$(chpst -P chpst -P chainshow session)" yes
is 'without it, none' "$(chpst chainshow session)" no
mkdir dir
is '-C: another directory' "$(chpst -C dir pwd)" "$T/dir"
exits '-C: none' 111 chpst -C ./none true
is '-C: it is named' "$(cat err)" 'chpst: fatal: unable to change directory: ./none: file does not exist'
exits '-/: none' 111 chpst -/ ./none true
is '-/: it is named' "$(cat err)" 'chpst: fatal: unable to change directory: ./none: file does not exist'
was=$(nice)
for w in '' - + 0 -0 ; do is "-n: '$w' is 0" "$(chpst -n "$w" nice)" "$was" ; done
if test "$was" -lt 15 ; then
  is '-n: more' "$(chpst -n 3 nice)" $((was + 3))
  is '-n: +' "$(chpst -n +3 nice)" $((was + 3))
fi
is '-n: too much is the most' "$(chpst -n 100 nice)" 19
is '-0' "$(chpst -0 chainshow fds 3>&- 4>&- 5>&-)" "$(chainshow fds <&- 3>&- 4>&- 5>&-)"
chpst -1 sh -c 'echo x >&1 || echo none >&2' >out 2>err
like '-1' "$(cat out err)" '*none'
chpst -2 sh -c 'test -e /proc/self/fd/2 || echo none' >out 2>err
is '-2' "$(cat out err)" none
is '-0, -1 and -2' "$(chpst -012 sh -c 'exec 3>out ; echo fds >&3' ; cat out)" fds

limit() { hf_name=$1 ; shift ; chpst "$@" sed -n "s/^$hf_name  *\([^ ]*\)  *\([^ ]*\).*/\1 \2/p" /proc/self/limits ; }
hard() { sed -n "s/^$1  *[^ ]*  *\([^ ]*\).*/\1/p" /proc/self/limits ; }
for w in 'c:Max core file size:4096' 'd:Max data size:300000000' 'f:Max file size:500000000' 'o:Max open files:55' \
  'p:Max processes:3000' 'r:Max resident set:300000000' 't:Max cpu time:500' ; do
  o=${w%%:*} n=${w#*:} v=${w##*:} ; n=${n%:*}
  h=$(hard "$n")
  if test "$h" != unlimited && test "$h" -lt "$v" ; then v=$h ; fi
  is "-$o: $n" "$(limit "$n" -$o "$v")" "$v $h"
done
is '-m: four at once' "$(for n in 'Max address space' 'Max data size' 'Max stack size' ; do limit "$n" -m 3000000000 ; done | cut -d ' ' -f 1 | sort -u)" 3000000000
h=$(hard 'Max open files')
is 'more than the hard limit is the hard limit' "$(limit 'Max open files' -o 99999999)" "$h $h"

mkdir e e/sub ; echo value > e/A ; : > e/B ; echo x > e/C=D
is '-e: by the rules of envdir' "$(A=x B=x chpst -e e chainshow env A env B env C 2>err | tr '\n' ' ')" '[value] unset unset '
is '-e: a directory in it is passed over' "$(cat err)" 'chpst: warning: no variable can be named C=D: ignored'
rm e/C=D
is '-v: with a warning' "$(chpst -v -e e true 2>&1)" 'chpst: warning: unable to read e/sub: is a directory'
exits '-e: no directory' 111 chpst -e none true
is '-e: it is named' "$(cat err)" 'chpst: fatal: unable to switch to directory: none: file does not exist'
ln -s nowhere e/L
exits '-e: a link that leads nowhere' 111 chpst -e e true
is '-e: it is named' "$(cat err)" 'chpst: fatal: unable to read e/L: file does not exist'
rm e/L
echo "$T/dir" > e/PATH
is '-e: the old PATH is searched' "$(chpst -e e chainshow env PATH)" "[$T/dir]"
rm e/PATH

is '-U: ids to the environment' "$(UID_=x GID=x chpst -U root chainshow env UID env GID | tr '\n' ' ')" '[0] [0] '
is '-U: numbers, the first group' "$(chpst -U :5:6:7 chainshow env UID env GID | tr '\n' ' ')" '[5] [6] '
is '-U: no id changes' "$(chpst -U :5:6:7 chainshow ids)" "$(chainshow ids)"
echo 99 > e/UID
is '-U: after -e' "$(chpst -U root -e e chainshow env UID)" '[0]'
rm e/UID
for o in u U ; do
  for w in : :: :5 ::5 :5: :5x:6 :5:6x :-1:5 :4294967295:5 :5:4294967296 ; do
    exits "-$o: no numbers: '$w'" 111 chpst -$o "$w" touch made
    is "-$o: that is said" "$(cat err)" "chpst: fatal: invalid uid/gids: ${w#:}"
  done
  for w in '' no-such-account root: root:no-such-group root:root:no-such-group root:5 5:5 ; do
    exits "-$o: no names: '$w'" 111 chpst -$o "$w" touch made
    is "-$o: that is said" "$(cat err)" "chpst: fatal: unknown user/group: $w"
  done
done
refuse 'nothing was run' test -e made

exits '-l: a lock that cannot be opened' 111 chpst -l none/x true
is '-l: it is named' "$(cat err)" 'chpst: fatal: unable to open lock: none/x: file does not exist'
exits '-L: the lock is held' 111 chpst -l lock chpst -L lock true
is '-L: it is named' "$(cat err)" 'chpst: fatal: unable to lock: lock: temporary failure'
is 'the lock is a descriptor more' "$(chpst -l lock chainshow fds 3>&- 4>&-)" "$(chainshow fds 3<lock 4>&-)"
is 'the lock is for its owner' "$(umask 0 ; chpst -l fresh true ; stat -c %a fresh)" 600
is 'descriptors are closed after the lock is open' "$(chpst -0 -l lock chainshow fds 3>&- 4>&-)" "$(chainshow fds 3<lock 0<&- 4>&-)"

# The names of daemontools.
mkdir names
for n in setuidgid envuidgid envdir pgrphack setlock softlimit ; do
  ln -s "$T/bin/chpst" names/$n ; ln -s "$T/bin/chpst" names/d$n
  exits "$n: usage is 100" 100 names/$n
  like "$n: as that tool, in chpst's manner" "$(both)" "usage: $n *

."
  exits "d$n: the same" 100 names/d$n
  like "d$n: the same words" "$(both)" "usage: $n *

."
done
for n in setuidgid envuidgid ; do
  exits "$n: an unknown account" 111 names/$n no-such-account true
  is "$n: chpst's message" "$(cat err)" 'chpst: fatal: unknown account: no-such-account'
  exits "$n: names alone" 111 names/$n root:root true
done
is 'envuidgid' "$(names/envuidgid root chainshow env UID env GID | tr '\n' ' ')" '[0] [0] '
exits 'envdir: a directory is fatal' 111 names/envdir e true
is 'envdir: it is named' "$(cat err)" 'chpst: fatal: unable to read e/sub: is a directory'
rmdir e/sub
is 'envdir' "$(names/denvdir e chainshow env A)" '[value]'
is 'pgrphack' "$(names/pgrphack chainshow session)" yes
exits 'setlock' 5 names/setlock lock sh -c 'exit 5'
exits 'setlock -n fails at once' 111 names/setlock lock names/setlock -n lock true
exits 'setlock -nx is silent' 0 names/setlock lock names/setlock -nx lock false
exits 'setlock -x hides a failed exec' 0 names/setlock -x lock ./nothing-here
exits 'setlock without -x does not' 111 names/setlock lock ./nothing-here
exits 'setlock: a wrong option' 100 names/dsetlock -z lock true
is 'setlock: it is named' "$(head -n 1 err)" 'dsetlock: illegal option -- z'
is 'softlimit' "$(names/softlimit -o 33 names/softlimit -o = sh -c 'ulimit -n')" "$h"
exits 'softlimit: no number' 100 names/softlimit -m x true
is "softlimit: chpst's usage" "$(both)" "usage: softlimit$usage

."

if test "$(id -u)" != 0 ; then
  exits 'an ordinary user cannot -u' 111 chpst -u root touch made
  is 'it is said which step failed' "$(cat err)" 'chpst: fatal: unable to setgroups: permission denied'
  exits 'nor -/' 111 chpst -/ . touch made
  exits 'nor -n down' 111 chpst -n -20 touch made
  is 'that is said' "$(cat err)" 'chpst: fatal: unable to set nice level: permission denied'
  refuse 'nothing was run' test -e made
  skip 'the ids, the order of things' 'needs root'
  done_testing
fi

nobody=$(id -u nobody) nogroup=$(id -g nobody)
is '-u: an account' "$(setpriv --groups 5,6 "$T/bin/chpst" -u nobody chainshow ids)" \
  "uid=$nobody,$nobody,$nobody gid=$nogroup,$nogroup,$nogroup groups=$nogroup root=never"
is '-u: groups' "$(chpst -u nobody:daemon:bin chainshow ids)" \
  "uid=$nobody,$nobody,$nobody gid=$(id -g daemon),$(id -g daemon),$(id -g daemon) groups=$(id -g daemon),$(id -g bin) root=never"
is '-u: numbers' "$(chpst -u :10:20:30:25 chainshow ids)" 'uid=10,10,10 gid=20,20,20 groups=20,25,30 root=never'
list=20 i=0 ; while test $i -lt 80 ; do list=$list:$((100 + i)) ; i=$((i + 1)) ; done
is '-u: more than sixty groups' "$(chpst -u ":10:$list" chainshow ids | tr , '\n' | wc -l)" 85
is 'setuidgid' "$(names/setuidgid nobody chainshow ids)" "$(setuidgid nobody chainshow ids)"
if test "$was" -lt 15 ; then is '-n: less' "$(chpst -n -2 nice)" $((was - 2)) ; fi

# The order: -e, -/, -C, -n, -U, -u, lock, limits, whatever the order of the words.
mkdir -m 777 open ; mkdir -m 700 closed
chpst -l open/lock -u nobody true
is 'the lock is opened as the new user' "$(stat -c %u open/lock)" "$nobody"
exits 'and fails as that user' 111 chpst -l closed/lock -u nobody true
is 'directories are changed as the old user' "$(chpst -u nobody -C closed chainshow ids | cut -d , -f 1)" "uid=$nobody"
is 'niceness goes down as the old user' "$(chpst -u nobody -n -1 nice)" $((was > -20 ? was - 1 : was))
mkdir -p root/bin root/in ; cp bin/chainshow root/bin/
exits 'names are looked up inside the root' 111 chpst -u nobody -/ root /bin/chainshow ids
is 'that is said' "$(cat err)" 'chpst: fatal: unknown user/group: nobody'
if chroot root /bin/chainshow 2>/dev/null ; then
  is '-/: with numbers' "$(chpst -u :5:6 -/ root /bin/chainshow ids)" 'uid=5,5,5 gid=6,6,6 groups=6 root=never'
  is '-e is read outside' "$(chpst -/ root -e e /bin/chainshow env A)" '[value]'
  is '-C is inside' "$(cp "$BUILD/bin/chpst" root/bin/ && PATH=/bin "$T/bin/chpst" -/ root -C /in ../bin/chpst -C ../in /bin/chainshow name)" /bin/chainshow
  exits '-C: what is outside is not there' 111 chpst -/ root -C "$T/open" /bin/chainshow
else
  skip 'inside the root' 'this build is not static'
fi
done_testing
