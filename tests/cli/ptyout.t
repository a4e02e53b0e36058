#!/bin/sh
. "${0%/*}/../lib.sh"
ptyout true >out 2>err || skip_all "no pseudo-terminals here: $(cat err)"

is 'output is a terminal' "$(ptyout sh -c 'test -t 1 && echo yes')" yes
is 'input is not' "$(ptyout sh -c 'test -t 0 || echo no' </dev/null)" no
is 'nor is an error output of its own' "$(ptyout sh -c 'test -t 2 || echo no' 2>err)" no
is 'an error output that is the same is' "$(ptyout sh -c 'test -t 2 && echo yes' 2>&1)" yes
is 'and so it is with -e' "$(ptyout -e sh -c 'test -t 2 && echo yes >&2' 2>err)" yes
is 'lines keep their order' "$(ptyout sh -c 'echo 1 ; echo 2 >&2 ; echo 3 ; echo 4 >&2' 2>&1 | tr '\n' ' ')" '1 2 3 4 '
is 'input passes' "$(echo in | ptyout cat)" in
i=0 sums=
want=$(seq 20000 | cksum)
while test $i -lt 5 ; do
  test "$(ptyout seq 20000 | cksum)" = "$want" || sums="$sums $i"
  i=$((i + 1))
done
is 'all of much output comes, five times' "$sums" ''
is 'bytes are as they were' "$(ptyout printf 'a\r\n\tb\001\003\004\021\023\032\377\000x' | od -An -tx1)" "$(printf 'a\r\n\tb\001\003\004\021\023\032\377\000x' | od -An -tx1)"
ptyout seq 100000 | { read -r first ; sleep 0.2 ; cat ; } | cksum >slow
is 'a slow reader gets it all' "$(cat slow)" "$(seq 2 100000 | cksum)"

# A program that would hold its line back shows it while it still runs.
mkfifo gate pipe
ptyout sed -n 'p' <gate >pipe & track $!
exec 7>gate 8<pipe
echo first >&7
check 'a line comes at once' test "$(head -n 1 <&8)" = first
exec 7>&- 8<&-

# The process.
is 'the pid stays' "$(sh -c 'echo $$ ; exec ptyout sh -c "echo \$\$"' | uniq | wc -l)" 1
exits 'the exit code' 7 ptyout sh -c 'exit 7'
exits 'the signal' 137 ptyout sh -c 'kill -KILL $$'
is 'no child it does not know' "$(ptyout sh -c 'exec grep -ls "^PPid:.$$\$" /proc/[0-9]*/status')" ''
is 'what a grandchild writes later comes too' "$( { ptyout sh -c '(sleep 0.2 ; echo late) & echo early' ; } | tr '\n' ' ')" 'early late '
is 'it is not the controlling terminal' "$(ptyout sh -c 'cut -d" " -f7 /proc/$$/stat')" "$(sh -c 'cut -d" " -f7 /proc/$$/stat')"
exits 'an output that breaks is noticed' 0 sh -c 'ptyout sh -c "trap \"\" HUP ; while echo x ; do : ; done 2>/dev/null ; echo \$? >end" | head -n 1'
check 'by the program' until_ok 10 test -s end
sh -c 'flock 6 ; ptyout sh -c "sleep 600 6>&- & echo \$! >pid"' 6>mark >/dev/null
check 'the copier holds no descriptor of others' until_ok 10 flock -n mark true
check 'while it carries on' kill -0 "$(cat pid)"
kill "$(cat pid)"
is 'default disposition of SIGCHLD is as before' "$( (trap '' CHLD ; ptyout sed -n 's/^SigIgn:.//p' /proc/self/status) )" "$( (trap '' CHLD ; sed -n 's/^SigIgn:.//p' /proc/self/status) )"

exits 'no program' 100 ptyout
exits 'unknown option' 100 ptyout -z true
exits 'program not found' 127 ptyout "$T/none"
exits 'program not executable' 126 ptyout /dev/null
done_testing
