#!/bin/sh
# What a link does before it runs the next program: exactly these system calls, no other. (The
# first two after execve are musl's own.)
. "${0%/*}/../lib.sh"
command -v strace >/dev/null || skip_all 'strace is not installed'
grep -q '^CC := .*musl' "$BUILD/config.mak" || skip_all 'not a musl build'
grep -q '^#define HF_LINUX 1' "$BUILD/config.h" || skip_all 'the fallbacks cost more'
case $(uname -m) in x86_64) start='execve arch_prctl set_tid_address' ;; aarch64) start='execve set_tid_address' ;; *) skip_all 'another machine' ;; esac
strace -o trace nothing >/dev/null 2>&1 && grep -q '^execve' trace || skip_all 'strace may not trace here'

calls() { # the calls of a link, until it has run "nothing"
  strace -o trace "$BUILD/bin/$@" "$BUILD/helpers/nothing" >out 2>err || { cat err ; return ; }
  awk -F '(' '/^execve/ { n++ } /^[a-z]/ { printf "%s%s", (NR > 1 ? " " : ""), $1 } n == 2 { exit }' trace
}
expect() { # expect 'CALLS' WORDS...
  hf_calls=$1 ; shift
  is "$*" "$(calls "$@")" "$start${hf_calls:+ $hf_calls} execve"
}

mkdir empty three ; for i in A B C ; do echo v > three/$i ; done
expect '' softlimit
expect 'prlimit64 prlimit64' softlimit -o 50
expect 'prlimit64 prlimit64' softlimit -o 40 -o 50
expect 'prlimit64' softlimit -H -o 50
expect "$(for i in 1 2 3 4 ; do printf 'prlimit64 prlimit64 ' ; done | sed 's/ $//')" softlimit -m 3000000000
expect 'prlimit64 prlimit64' chpst -o 50
expect '' chpst
expect 'setsid' pgrphack
expect 'openat flock fcntl' setlock lock
expect 'openat getdents64 getdents64 close' envdir empty
expect 'openat getdents64 openat read close openat read close openat read close getdents64 close' envdir three
expect 'openat read read close' envuidgid root
if test "$(id -u)" = 0 ; then
  ids='setgroups setresgid setresuid getresuid getresgid getgroups'
  expect "openat read read close $ids" setuidgid root
  expect "openat read read close $ids" chpst -u root
  chmod 755 . ; cp "$BUILD/bin/setuidgid" "$BUILD/helpers/nothing" .
  strace -o trace ./setuidgid nobody ./nothing >out 2>&1
  is 'setuidgid nobody: one more, which must fail' \
    "$(grep -A 1 '^getgroups' trace | sed -n '2s/).*= \(.[^ ]*\).*/) \1/p')" 'setresuid(0, 0, 0) -1'
  expect 'chroot chdir' chroot /
else skip 'what needs root' 'not root' ; fi
done_testing
