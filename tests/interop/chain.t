#!/bin/sh
# The links beside the real ones of runit and daemontools: the same command line must give the
# same output, the same message and the same exit code.
. "${0%/*}/../lib.sh"
peers=/usr/bin
for p in chpst softlimit setuidgid envuidgid envdir setlock pgrphack fghack ; do
  test -x $peers/$p || skip_all "$peers/$p is not installed (runit, daemontools)"
done
chmod 755 .
mkdir ours theirs dir
cp "$BUILD/helpers/chainshow" . ; PATH=$T:$PATH
for p in softlimit setuidgid envuidgid envdir setlock pgrphack fghack chpst ; do
  cp "$BUILD/bin/$p" ours/ ; ln -s $peers/$p theirs/$p
done
for a in setuidgid envuidgid envdir pgrphack setlock softlimit ; do
  ln "$T/ours/chpst" ours/d$a ; ln -s $peers/chpst theirs/d$a
done
mkdir -p e bad f ; printf 'x \t\n' > e/A ; printf 'a\0b' > e/B ; printf '\n' > e/C ; : > e/D ; echo h > e/.H
mkdir bad/sub ; printf ' \tcr\r\nsecond' > f/A ; echo x > plain

run() { # run WHOSE TOOL WORDS...: all there is to see of it
  hf_whose=$1 hf_tool=$2 ; shift 2
  D=set "$T/$hf_whose/$hf_tool" "$@" >"$T/stdout" 2>"$T/stderr" </dev/null
  echo "exit $?"
  cat "$T/stdout" ; echo "--" ; cat "$T/stderr"
}
same() { # same TOOL WORDS...
  hf_ours=$(run ours "$@") hf_theirs=$(run theirs "$@")
  is "$*" "$hf_ours" "$hf_theirs"
}
code() { # code TOOL WORDS...: usage texts differ where there are more options
  hf_ours=$(run ours "$@" | head -n 1) hf_theirs=$(run theirs "$@" | head -n 1)
  is "$* (exit code)" "$hf_ours" "$hf_theirs"
}
show='chainshow ids env A env B env C env D env .H env UID env GID name fds session'

for t in chpst softlimit setuidgid envuidgid envdir setlock pgrphack fghack ; do code $t ; done
for t in dsetuidgid denvuidgid denvdir dpgrphack dsetlock dsoftlimit ; do same $t ; done
same chpst $show
same chpst ./nothing-here
same chpst nothing-here
same chpst ./plain
same chpst ./dir
code chpst -z true ; code chpst -s 5 true ; code chpst -a 5 true ; code chpst -m ; code chpst -m 5x true ; code chpst -o = true
code chpst -n 5x true ; code chpst -l x -L y true
for n in '' - + +2 2 100 ; do same chpst -n "$n" nice ; done
same chpst -b argv0 $show
same chpst -P $show
same chpst -e e $show
same chpst -e f $show
same chpst -e bad $show
same chpst -v -e bad $show
same chpst -e none $show
same chpst -e plain $show
same chpst -/ none $show
same chpst -0 $show
same chpst -o 50 sh -c 'ulimit -n ; ulimit -Hn'
same chpst -o 99999999 sh -c 'ulimit -n ; ulimit -Hn'
same chpst -m 3000000000 cat /proc/self/limits
same chpst -d 300000000 -f 100000 -c 0 -t 77 -r 999999999 cat /proc/self/limits
same chpst -U root $show
same chpst -U root:daemon:bin $show
same chpst -U :5:6:7 $show
for w in no-such-account root: root:no-such-group root:5 '' : :5 :5x:6 ; do same chpst -U "$w" true ; same chpst -u "$w" true ; done
same chpst -l lock $show
same chpst -L lock $show
same chpst -l none/lock true
same chpst -L none/lock true
same chpst -l lock "$T/ours/chpst" -L lock true
same chpst -l lock "$T/theirs/chpst" -L lock true
# The order of chpst's changes, with two that fail: the message tells which came first.
same chpst -/ none -e none true
same chpst -u no-such-account -/ none true
same chpst -l none/lock -u no-such-account true
same chpst -U no-such-account -u : true

for p in '' d ; do
  same ${p}setuidgid no-such-account true
  same ${p}setuidgid root:root true
  same ${p}setuidgid :0:0 true
  same ${p}envuidgid root $show
  same ${p}envuidgid no-such-account true
  same ${p}envdir e $show
  same ${p}envdir f $show
  same ${p}envdir bad true
  same ${p}envdir none true
  same ${p}envdir plain true
  same ${p}envdir e ./nothing-here
  same ${p}pgrphack $show
  same ${p}pgrphack ./nothing-here
  same ${p}setlock lock $show
  same ${p}setlock -x lock $show
  same ${p}setlock none/lock true
  same ${p}setlock -x none/lock true
  same ${p}setlock lock ./nothing-here
  same ${p}setlock -x lock ./nothing-here
  code ${p}setlock -z lock true
  same ${p}softlimit -o 50 -d = sh -c 'ulimit -n ; ulimit -Hn ; ulimit -d'
  same ${p}softlimit -a 2000000000 -c 1 -d 400000000 -f 5000000 -l 8192 -o 44 -p 5000 -r 7777777 -s 4000000 -t 99 cat /proc/self/limits
  same ${p}softlimit -m 2000000000 cat /proc/self/limits
  same ${p}softlimit $show
  same ${p}softlimit -o 50 ./nothing-here
  code ${p}softlimit -z 5 true
  code ${p}softlimit -m x true
  code ${p}softlimit -m
done
same setlock lock "$T/theirs/setlock" -n lock true
same setlock lock "$T/ours/setlock" -n lock true
same setlock lock "$T/ours/setlock" -nx lock true
same fghack sh -c 'exit 3'
same fghack sh -c 'kill -KILL $$'
same fghack ./nothing-here

if command -v s6-setlock >/dev/null ; then
  exits 's6 is excluded' 1 ours/setlock lock s6-setlock -n lock true
  exits 's6 excludes' 111 s6-setlock lock "$T/ours/setlock" -n lock true
else skip 's6-setlock' 'not installed' ; fi
if command -v flock >/dev/null ; then
  exits 'flock is excluded' 1 ours/setlock lock flock -n lock true
  exits 'flock excludes' 111 flock lock "$T/ours/setlock" -n lock true
else skip 'flock' 'not installed' ; fi

if test "$(id -u)" = 0 ; then
  mkdir -m 777 open
  for u in nobody nobody:daemon:bin :10:20:30 root ; do
    same chpst -u $u $show
    same chpst -u $u -U root $show
  done
  same chpst -u nobody -l open/lock stat -c '%u %g %a' open/lock ; rm -f open/lock
  same setuidgid nobody $show ; same dsetuidgid nobody $show
  code chpst -/ dir -u nobody true
  same chpst -/ / -e e pwd
  same chpst -n -3 nice
  as='setpriv --reuid=65534 --regid=65534 --clear-groups'
  for t in ours theirs ; do
    $as $t/chpst -u nobody true 2>>$t.err ; $as $t/chpst -n -5 true 2>>$t.err ; $as $t/setuidgid nobody true 2>>$t.err
  done
  is 'an ordinary user is refused, with the last word of the message the same' \
    "$(sed 's/.*: //' ours.err)" "$(sed 's/.*: //' theirs.err)"
else
  for u in nobody :10:20 ; do same chpst -u $u $show ; done
  same chpst -n -3 nice
fi
done_testing
