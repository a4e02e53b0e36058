#!/bin/sh
# svlogd: selection, patterns, replacement, prefix, stderr.
. "${0%/*}/../lib.sh"

fresh() { rm -rf d ; mkdir d ; test $# = 0 || printf '%s\n' "$@" > d/config ; }
# selects 'words' 'want' 'line\nline\n' config...
selects() {
  w=$1 want=$2 lines=$3 ; shift 3
  fresh "$@"
  printf "$lines" | svlogd d 2>err
  is "$w" "$(cat d/current)" "$(printf "$want")"
}

selects 'all lines by default' 'a\nb' 'a\nb\n'
selects '-* and nothing else' '' 'a\nb\n' '-*'
selects 'the last match decides' 'a\nab' 'a\nb\nab\n' '-*' '+a*'
selects 'in either direction' 'b' 'a\nb\nab\n' '-a*'
selects 'and three deep' 'a\nabc' 'a\nab\nabc\n' '-*' '+a*' '-ab' 
selects 'the whole line must match' 'ab\nba' 'a\nab\nba\n' '-a'
selects 'an empty line by -' 'a' 'a\n\n' '-'
selects 'an empty line by +' '' 'a\n\n' '-*' '+'
selects 'star: the first X, no way back' 'tcpsvd: info: pid 1' 'tcpsvd: info: pid 1\nx pid 2\n' '-*pid*'
selects 'as the manual of runit advises' '' 'tcpsvd: info: pid 1977 from\n' '-*: *: pid *'
selects '*ab does not match aab' 'aab' 'aab\nab\nxab\n' '-*ab'
selects 'star at the end matches nothing, too' '' 'ab\nabc\n' '-ab*'
selects 'plus: one or more' 'b\nba' 'a\naa\nb\nba\n' '-+a'
selects 'matched to the end (B-20)' 'a\naaa' 'a\naaa\nab\naab\n' '-+ab'
selects 'plus eats all it can, and does not give back' 'ab\na\na' 'ab\na\nabb\na\n' '-a+bb' '-abb'
selects 'a+b and an earlier longer line (B-20)' 'a' 'ab\na\nabbb\n' '-a+b'
selects '++ is plus signs' 'a' '+\n++\na\n' '-++'
selects 'a**b' 'ab\naab' 'a*b\nab\naab\n' '-a**b'
selects 'no escape, no question mark' 'ab' 'a?\nab\n' '-a?'
selects 'blanks belong to the pattern' 'a' 'a\na \n' '-a '
selects 'a leading blank makes a line unknown' 'a' 'a\n' ' -a'
selects 'comments and unknown letters' 'a' 'a\n' '#-a' 'z-a' 'Q*' ''
fresh ; printf -- '-a' > d/config ; printf 'a\nb\n' | svlogd d
is 'a last line without newline' "$(cat d/current)" b
fresh '-*x' ; printf 'aaaax\naaaaay\nx\naaaaaaaaax\n' | svlogd -l 5 d
is 'patterns see len bytes, lines are written whole' "$(cat d/current)" 'aaaaay
aaaaaaaaax'
fresh '-aaaaa' ; printf 'aaaaa\naaaaab\naaaa\n' | svlogd -l 5 d
is 'a line of len bytes or more' "$(cat d/current)" aaaa
fresh '-*' '+b*' pP: ; printf 'b1\na\n' | svlogd -tt d
like 'patterns see neither stamp nor prefix; prefix after the stamp' "$(cat d/current)" '????-??-??_??:??:??.????? P:b1'
mkdir d2
selects 'unreadable config: defaults' a 'a\n'
for f in absent ; do refuse 'no config is made' test -e d/config ; done

# partial lines: a pattern must see them whole
fresh '-*' '+keep*'
mkfifo fifo
svlogd d < fifo & track $!
exec 9>fifo
printf ke >&9
printf 'ep this\ndro' >&9
until_ok 10 grep -q 'keep this' d/current
printf 'p\nkeep' >&9
exec 9>&-
wait
is 'pieces are put together' "$(cat d/current)" 'keep this
keep'

# replacement
fresh ; printf 'a\001\177\377b\tc~ \n' | svlogd -r . d
is '-r' "$(cat d/current)" 'a...b.c~ '
fresh ; printf 'a:b\001\n' | svlogd -R :b d
is '-R, with _' "$(cat d/current)" 'a___'
fresh ; printf 'a:b\001\n' | svlogd -r - -R :b d
is '-r and -R' "$(cat d/current)" 'a---'
fresh ; printf 'abc\001d\001\001\001ef\001\n' | svlogd -l 4 -r . d
is 'past len, too (B-21)' "$(cat d/current)" 'abc.d...ef.'
fresh '-a.*' ; printf 'a\001b\nb\n' | svlogd -r . d
is 'patterns see the replacement' "$(cat d/current)" b
fresh ; head -c 300000 /dev/urandom > bytes ; svlogd -r . d < bytes
is 'a lot of it' "$(tr '\000-\011\013-\037\177-\377' . < bytes | sed '$a\' | cksum)" "$(cksum < d/current)"

# stderr
fresh 'e*alarm*' 'Efalse*'
printf 'x alarm\nfalse alarm\nnothing\n' | svlogd d 2>err
is 'e and E' "$(cat err)" 'x alarm'
is 'the log has all of them' "$(wc -l < d/current)" 3
fresh 'e*' '-*' pP:
printf '12345\n1234\n123456\n\n' | svlogd -l 5 d 2>err
is 'stderr gets len bytes and dots' "$(cat err)" 'P:12345...
P:1234
P:12345...
P:'
is 'and what the log does not have' "$(cat d/current)" ''
fresh 'e*' ; echo x | svlogd -tt d 2>err
like 'with a stamp' "$(cat err)" '????-??-??_??:??:??.????? x'
fresh 'e*'
mkfifo errfifo
( exec 8<errfifo ; until_ok 20 test -e done ) & track $!
seq 1 60000 | svlogd d 2>errfifo
: > done
is 'a stuck stderr does not stop the log for ever' "$(wc -l < d/current)" 60000
done_testing
