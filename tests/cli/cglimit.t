#!/bin/sh
. "${0%/*}/../lib.sh"

# A hierarchy of plain files, which shows what is written, in all conditions.
group() { # group DIRECTORY CONTROLLERS PASSED-DOWN
  mkdir -p "$1" ; echo "$2" >"$1/cgroup.controllers" ; echo "$3" >"$1/cgroup.subtree_control"
  for f in cgroup.procs cgroup.threads memory.max memory.high memory.swap.max cpu.max cpu.weight pids.max io.max ; do : >"$1/$f" ; done
}
all='cpuset cpu io memory hugetlb pids'
group top "$all" "$all" ; group top/svc "$all" "cpu" ; group top/svc/web cpu ''
cg() { cglimit -r "$T/top" "$@" ; }
is 'the program runs' "$(cg -m 200M /svc/web echo yes)" yes
is 'the process goes in' "$(cat top/svc/web/cgroup.procs)" 0
is 'the most memory' "$(cat top/svc/web/memory.max)" 200M
is 'the controller is passed down by the group above' "$(cat top/svc/cgroup.subtree_control)" +memory
is 'but not where it is already' "$(cat top/cgroup.subtree_control)" "$all"
group top/svc "$all" "$all"
cg -m max -H 1000000 -c 150 -w 50 -p 20 -i '8:0 rbps=1000' -s memory.swap.max=0 /svc/web true
for f in memory.max=max memory.high=1000000 'cpu.max=150000 100000' cpu.weight=50 pids.max=20 'io.max=8:0 rbps=1000' memory.swap.max=0 ; do
  is "$f" "$(cat "top/svc/web/${f%%=*}")" "${f#*=}"
done
is 'nothing is passed down that is' "$(cat top/svc/cgroup.subtree_control)" "$all"
is 'no limit of processor time' "$(cg -c max -p max svc/web true ; cat top/svc/web/cpu.max)" 'max 100000'
is 'with a root, a relative name is the same' "$(: >top/svc/web/pids.max ; cg -p 7 svc/web true ; cat top/svc/web/pids.max)" 7
disk=$(find /dev -maxdepth 1 -type b 2>/dev/null | sort | head -n 1)
if test -n "$disk" ; then
  is 'a disk by its path' "$(cg -i "$disk wbps=5" svc/web true ; cat top/svc/web/io.max)" "$((0x$(stat -c %t "$disk"))):$((0x$(stat -c %T "$disk"))) wbps=5"
else skip 'a disk by its path' 'no block device here'
fi

# What cannot be.
group top/old 'cpu' '' ; group top/old/x '' ''
exits 'a controller that is not there' 111 cg -m 1M old/x true
is 'is named' "$(cat err)" "cglimit: fatal: unable to use controller memory in $T/top/old: it is not there (version 1 may have it, or it is not delegated)"
exits 'with -k the program runs' 3 cg -k -m 1M old/x sh -c 'exit 3'
like 'with a warning' "$(cat err)" 'cglimit: warning: unable to use controller memory in *, carrying on without'
is 'and not in the group' "$(cat top/old/x/cgroup.procs)" ''
exits 'a file that is not there' 111 cg -s cpu.none=1 svc/web true
like 'is named' "$(cat err)" "cglimit: fatal: unable to set cpu.none in $T/top/svc/web: file does not exist"
exits 'a group that is no group' 111 cg new/deep/er true
like 'is told' "$(cat err)" "cglimit: fatal: unable to enter group $T/top/new/deep/er: *"
refuse 'and what was made in vain is gone' test -e top/new
exits 'a way that is no directory' 111 cg new/cgroup.procs/x true
refuse 'here too' test -e top/new
exits 'no such hierarchy' 111 cglimit -r "$T/none" x true
exits 'with -k the program runs' 0 cglimit -k -r "$T/none" x true
test -e top/svc/web/cgroup.procs ; is 'a group that was there stays' $? 0
if test "$(id -u)" != 0 ; then
  mkdir ro ; chmod 555 ro
  exits 'what is not delegated' 111 cglimit -r "$T/ro" x true
  is 'is told' "$(cat err)" "cglimit: fatal: unable to make group $T/ro/x: not delegated to this user"
else
  cg -u 1234:77 svc/web true
  is 'delegated' "$(stat -c %u:%g top/svc/web top/svc/web/cgroup.procs top/svc/web/cgroup.subtree_control top/svc/web/cgroup.threads top/svc/web/memory.max | tr '\n' ' ')" \
    '1234:77 1234:77 1234:77 1234:77 0:0 '
fi

bad() { exits "bad: $*" 100 cg "$@" true ; }
bad -m 12X svc/web ; bad -m '' svc/web ; bad -m -1 svc/web ; bad -H 1MM svc/web ; bad -c 0 svc/web ; bad -c x svc/web ; bad -w 0 svc/web
bad -w 10001 svc/web ; bad -p 0 svc/web ; bad -p x svc/web ; bad -i 8:0 svc/web ; bad -i '' svc/web ; bad -s memory.max svc/web
bad -s nodot=1 svc/web ; bad -s a/b.c=1 svc/web ; bad -s .x=1 svc/web ; bad -u '' svc/web ; bad -z svc/web
bad '' ; bad / ; bad a//b ; bad a/../b ; bad /a/. ; bad a/ ; bad ../a
exits 'a path that is no disk' 111 cg -i '/dev/null rbps=1' svc/web true
exits 'a disk that is not there' 111 cg -i '/none rbps=1' svc/web true
exits 'an unknown user' 111 cg -u no-such-user svc/web true
exits 'no group' 100 cg
exits 'no program' 100 cg svc/web
exits 'program not found' 127 cg svc/web "$T/none"
exits 'program not executable' 126 cg svc/web /dev/null

# The kernel's own.
point=$(awk '/ - cgroup2 / && $4 == "/" { print $5 ; exit }' /proc/self/mountinfo 2>/dev/null)
own=$(sed -n 's/^0:://p' /proc/self/cgroup 2>/dev/null)
name=hf-test-$$
if ! built linux || test -z "$point" || test -z "$own" ; then skip 'real groups' 'no control groups of version 2 are mounted here'
elif ! mkdir "$point/$name" 2>/dev/null ; then
  skip 'real groups' 'may not make any'
  exits 'groups that may not be made' 111 cglimit "/$name" true
  like 'are told' "$(cat err)" "cglimit: fatal: unable to make group $point/$name: *"
  exits 'with -k the program runs' 0 cglimit -k "/$name" true
else
  rmdir "$point/$name"
  own_group() { "$@" sed -n 's/^0:://p' /proc/self/cgroup ; }
  is 'a group from the top' "$(own_group cglimit "/$name/a")" "/$name/a"
  check 'which has been made' test -d "$point/$name/a"
  is 'entered again' "$(own_group cglimit "/$name/a")" "/$name/a"
  is 'a group from the own one' "$(own_group cglimit "/$name/a" cglimit b)" "/$name/a/b"
  is 'one beside the own one' "$(own_group cglimit "/$name/a" cglimit ../c/d)" "/$name/c/d"
  exits 'one above the top' 111 cglimit "/$name" cglimit ../../x true
  exits 'none above the top with -k' 0 cglimit "/$name" cglimit -k ../../x true
  is 'a plain relative one' "$(own_group cglimit "$name-own")" "${own%/}/$name-own"
  rmdir "$point${own%/}/$name-own"
  exits 'a limit of a controller that is elsewhere, in a group to be made' 111 cglimit -s none.max=1 "/$name/vain/x" true
  refuse 'leaves no group' test -e "$point/$name/vain"
  is 'delegated, a user makes groups in it' "$(own_group cglimit -u nobody "/$name/user/here" setpriv --reuid=nobody cglimit there)" "/$name/user/here/there"
  is 'but not beside it' "$(own_group cglimit -u nobody "/$name/user/here" setpriv --reuid=nobody cglimit -k ../where 2>err)" "/$name/user/here"
  like 'and is told why' "$(cat err)" "cglimit: warning: unable to make group $point/$name/user/where: not delegated to this user, carrying on without"
  passed=$(cat "$point/cgroup.subtree_control")
  case " $passed " in
    *' pids '*) is 'a real limit' "$(cglimit -p 5 "/$name/limit" true ; cat "$point/$name/limit/pids.max")" 5 ;;
    *) skip 'a real limit' 'the controller pids is not in use at the top' ;;
  esac
  if unshare -m true 2>/dev/null ; then
    mounted() { hf_s=$1 ; shift ; unshare -m sh -c "$hf_s"' ; shift ; exec "$@"' - "$point" "$@" ; }
    exits 'read-only groups' 111 mounted 'mount -o remount,bind,ro "$1"' cglimit "/$name/new" true
    is 'are told' "$(cat err)" "cglimit: fatal: unable to make group $point/$name/new: control groups are read-only here"
    exits 'with -k the program runs' 0 mounted 'mount -o remount,bind,ro "$1"' cglimit -k "/$name/new" true
    exits 'no groups of version 2' 111 mounted 'umount -l "$1"' cglimit "/$name/new" true
    like 'are told' "$(cat err)" "cglimit: fatal: unable to find group /$name/new: * mounted here"
    exits 'with -k the program runs' 0 mounted 'umount -l "$1"' cglimit -k "/$name/new" true
  else skip 'other mounts' 'no mount namespaces here'
  fi
  emptied() { find "$point/$name" -depth -type d -exec rmdir {} \; 2>/dev/null ; ! test -e "$point/$name" ; }
  check 'all groups can be removed' until_ok 10 emptied
fi
done_testing
