#!/bin/sh
. "${0%/*}/../lib.sh"
umask 022

look() { stat -c '%a %u:%g' "$@" ; }
me=$(id -u):$(id -g)
mkdir root

mkdirs -R "$T/root" -r web -m 750 -s web/data -m 2700 -c web -m 1777 -l web sh -c \
  'echo "$RUNTIME_DIRECTORY $STATE_DIRECTORY $CACHE_DIRECTORY $LOGS_DIRECTORY"' >out 2>err
is 'the program gets the paths' "$(cat out)" "$T/root/run/web $T/root/var/lib/web/data $T/root/var/cache/web $T/root/var/log/web"
is 'the runtime directory' "$(look root/run/web)" "755 $me"
is 'the state directory' "$(look root/var/lib/web/data)" "750 $me"
is 'what is on the way has 0755' "$(look root/var/lib/web root/run | tr '\n' ' ')" "755 $me 755 $me "
is 'the cache directory, set-id kept' "$(look root/var/cache/web)" "2700 $me"
is 'the log directory, sticky' "$(look root/var/log/web)" "1777 $me"
is 'several of a kind' "$(mkdirs -R "$T/root" -r a -r b/c -r a sh -c 'echo "$RUNTIME_DIRECTORY"')" "$T/root/run/a:$T/root/run/b/c:$T/root/run/a"
is 'no other variable is set' "$(mkdirs -R "$T/root" -r a sh -c 'echo "${STATE_DIRECTORY-none}"')" none
is 'a plain path sets none' "$(env -u RUNTIME_DIRECTORY mkdirs -d x/y -m 700 -d "$T/z" sh -c 'echo "${RUNTIME_DIRECTORY-none}"')" none
is 'paths, relative and absolute' "$(look x x/y z | tr '\n' ' ')" "755 $me 755 $me 700 $me "
mkdir -m 700 old ; echo keep > old/file ; chmod 600 old/file
is 'an existing one gets the mode' "$(mkdirs -m 711 -d old look 2>/dev/null ; mkdirs -m 711 -d old true ; look old)" "711 $me"
is 'what is in it is left alone' "$(look old/file) $(cat old/file)" "600 $me keep"
is 'the umask does not matter' "$(umask 077 ; mkdirs -m 777 -d u true ; look u)" "777 $me"
is 'twice is as once' "$(mkdirs -m 777 -d u mkdirs -m 777 -d u true ; look u)" "777 $me"

# Links.
mkdir real ; chmod 700 real ; ln -s real link ; ln -s nowhere dangling
exits 'a link is not followed at the end' 111 mkdirs -m 777 -d link true
like 'and is named' "$(cat err)" 'mkdirs: fatal: unable to make directory link: *'
is 'its target keeps its mode' "$(look real)" "700 $me"
exits 'nor a dangling one' 111 mkdirs -d dangling true
refuse 'whose target is not made' test -e nowhere
exits 'on the way to a path it is' 0 mkdirs -d link/sub true
check 'and leads there' test -d real/sub
mkdir -p root/run/evil ; ln -s "$T/real" root/run/evil/in
exits 'on the way of a name it is not' 111 mkdirs -R "$T/root" -r evil/in/deep true
refuse 'and nothing is made there' test -e real/deep
echo > plain
exits 'a file is no directory' 111 mkdirs -d plain true
exits 'nor on the way' 111 mkdirs -d plain/x true

if test "$(id -u)" = 0 ; then
  mkdirs -R "$T/root" -u 1234:2345 -r own/deep -u :77 -m 4755 -d "/grp" true
  is 'owner and group by number' "$(look root/run/own/deep)" '755 1234:2345'
  is 'the way there stays ours' "$(look root/run/own)" "755 0:0"
  is 'the group alone' "$(look root/grp)" '4755 0:77'
  mkdirs -u nobody -m 2750 -d nob true
  is 'a name brings its login group, the mode survives' "$(look nob)" "2750 $(id -u nobody):$(id -g nobody)"
else
  exits 'a user cannot give away' 111 mkdirs -u 0 -d mine true
  like 'and is told so' "$(cat err)" 'mkdirs: fatal: unable to change the owner of mine: permission denied'
  exits 'nor make one where it may not' 111 mkdirs -d /proc/nowhere true
  exits 'its own name is fine' 0 mkdirs -u "$(id -u):$(id -g)" -d mine true
fi

bad() { exits "bad: $*" 100 mkdirs "$@" true ; }
bad -r /abs ; bad -r '' ; bad -r ../up ; bad -r a/../b ; bad -r a//b ; bad -r a/ ; bad -r . ; bad -d / ; bad -d ..
bad -m 9 -d x ; bad -m 10000 -d x ; bad -m '' -d x ; bad -u '' -d x ; bad -u nobody: -d x ; bad -x -d x
exits 'a long name' 100 mkdirs -d "$(printf '%05000d' 1)" true
exits 'an unknown user' 111 mkdirs -u no-such-user -d never true
like 'is named' "$(cat err)" 'mkdirs: fatal: unknown user or group: no-such-user'
refuse 'and nothing is made' test -e never
exits 'an unknown group' 111 mkdirs -u 0:no-such-group -d never true
exits 'a bad word makes nothing' 100 mkdirs -d never -d .. true
refuse 'nothing indeed' test -e never
exits 'no program' 100 mkdirs -d never
exits 'no directory' 100 mkdirs true
exits 'program not found' 127 mkdirs -d u "$T/none"
exits 'program not executable' 126 mkdirs -d u /dev/null
done_testing
