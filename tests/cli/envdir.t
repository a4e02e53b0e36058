#!/bin/sh
# envdir: the rules for the files, and what is refused.
. "${0%/*}/../lib.sh"
chmod 755 .

exits 'no words: usage, 111 as in daemontools' 111 envdir
is 'the usage line' "$(cat err)" 'envdir: usage: envdir [-c] [-p prefix] dir prog...'
exits 'no program: usage' 111 envdir .
exits 'a wrong option' 111 envdir -z . true
exits 'no directory' 111 envdir ./none true
is 'it is named' "$(cat err)" 'envdir: fatal: unable to switch to directory ./none: file does not exist'
echo x > file
exits 'a file for a directory' 111 envdir file true
is 'that is said' "$(cat err)" 'envdir: fatal: unable to switch to directory file: not a directory'

mkdir e
value() { # value NAME: as envdir sets it
  X=old envdir e chainshow env "$1" 2>err
}
printf 'simple\n' > e/A ;            is 'a line is the value' "$(value A)" '[simple]'
printf 'no newline' > e/A ;          is 'a line without an end too' "$(value A)" '[no newline]'
printf 'one\ntwo\n' > e/A ;          is 'the first line alone' "$(value A)" '[one]'
printf ' \tlead \t \n' > e/A ;       is 'blanks are dropped at the end, not at the start' "$(value A)" "[ $(printf '\t')lead]"
printf 'cr\r\n' > e/A ;              is 'other white space is kept' "$(value A)" "[$(printf 'cr\r')]"
printf 'a\0b\0\0c\n' > e/A ;         is 'null bytes become newlines' "$(value A)" '[a
b

c]'
printf 'a\0 \n' > e/A ;              is 'blanks first, then null bytes' "$(value A)" '[a
]'
printf '\n' > e/X ;                  is 'an empty line sets an empty value' "$(value X)" '[]'
printf ' \t' > e/X ;                 is 'so do blanks' "$(value X)" '[]'
: > e/X ;                            is 'no byte at all removes the variable' "$(value X)" 'unset'
rm e/X ;                             is 'no file, no change' "$(value X)" '[old]'
printf 'new\n' > e/X ;               is 'a file changes a variable' "$(value X)" '[new]'
is 'it is there once' "$(X=old envdir e env | grep -c '^X=')" 1
echo hidden > e/.H ;                 is 'names with a dot are not looked at' "$(value .H)" 'unset'
echo name > 'e/with space' ;         is 'other names are taken as they are' "$(value 'with space')" '[name]'
printf 'x\n' > 'e/WITH=EQ'
is 'a name with = makes no variable' "$(value WITH)" 'unset'
is 'it is warned of' "$(cat err)" 'envdir: warning: no variable can be named WITH=EQ: ignored'
rm 'e/WITH=EQ'
head -c 100000 /dev/zero | tr '\0' v > e/LONG
check 'a long value' test "$(value LONG | wc -c)" = 100003
head -c 200000 /dev/zero | tr '\0' v > e/LONG
exits 'a value that no exec takes' 111 envdir e true
is 'that is said' "$(cat err)" 'envdir: fatal: unable to run true: argument list too long'
rm e/LONG
mkfifo e/FIFO
is 'a FIFO does not hang' "$(timeout 10 envdir e chainshow env FIFO)" unset
rm e/FIFO
i=0 ; while test $i -lt 500 ; do echo "v$i" > e/N$i ; i=$((i + 1)) ; done
is 'many files' "$(envdir e env | grep -c '^N[0-9]*=v')" 500
rm e/N*

mkdir e/sub
exits 'a directory among the files' 111 envdir e true
is 'it is named' "$(cat err)" 'envdir: fatal: unable to read e/sub: is a directory'
rmdir e/sub
ln -s nowhere e/DANGLING
exits 'a link that leads nowhere' 111 envdir e touch made
is 'it is named' "$(cat err)" 'envdir: fatal: unable to read e/DANGLING: file does not exist'
refuse 'nothing was run' test -e made
rm e/DANGLING
ln -s A e/LINK
printf 'linked\n' > e/A
is 'a link that leads somewhere' "$(value LINK)" '[linked]'
rm e/LINK
if test "$(id -u)" != 0 ; then as=
else as='setpriv --reuid=65534 --regid=65534 --clear-groups' ; fi
cp "$BUILD/bin/envdir" mine
chmod 0 e/A
exits 'a file that may not be read' 111 $as ./mine e true
is 'it is named' "$(cat err)" 'envdir: fatal: unable to read e/A: access denied'
rm -f e/A

is '-c: nothing but the files' "$(X=old Y=old envdir -c e "$BUILD/helpers/chainshow" env X env Y env PATH | tr '\n' ' ')" '[new] unset unset '
is '-p: a prefix' "$(X=old envdir -p MY_ e chainshow env X env MY_X | tr '\n' ' ')" '[old] [new] '
: > e/X
is '-p: removing takes the prefix too' "$(X=old MY_X=old envdir -p MY_ e chainshow env X env MY_X | tr '\n' ' ')" '[old] unset '
exits '-p: no = in it' 111 envdir -p A=B e true
mkdir other ; printf '#!/bin/sh\necho other\n' > other/chainshow ; chmod 755 other/chainshow
echo "$T/other" > e/PATH
is 'the program is searched in the old PATH' "$(envdir e chainshow env PATH)" "[$T/other]"
exits 'the exit code is that of the program' 9 envdir e /bin/sh -c 'exit 9'
exits 'a program that is not there' 111 envdir e ./nothing-here
is 'it is named' "$(cat err)" 'envdir: fatal: unable to run ./nothing-here: file does not exist'
exits 'a program that is none' 111 envdir e ./file
is 'that is said' "$(cat err)" 'envdir: fatal: unable to run ./file: access denied'
done_testing
