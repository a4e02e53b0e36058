#!/bin/sh
# chroot, pgrphack, fghack.
. "${0%/*}/../lib.sh"

exits 'chroot: usage, as coreutils' 125 chroot
is 'chroot: the usage line' "$(cat err)" 'chroot: usage: chroot dir [prog...]'
exits 'chroot: options of coreutils are not known' 125 chroot --userspec=root . true
exits 'chroot: no such directory' 125 chroot ./none true
if test "$(id -u)" = 0 ; then
  is 'chroot: it is named' "$(cat err)" 'chroot: fatal: unable to change root directory to ./none: file does not exist'
  echo x > file
  exits 'chroot: no directory' 125 chroot file true
  exits 'chroot: a program that is not there' 127 chroot / ./nothing-here
  is 'chroot: it is named' "$(cat err)" 'chroot: fatal: unable to run: ./nothing-here: file does not exist'
  exits 'chroot: a program that is none' 126 chroot / /etc/passwd
  exits 'chroot: the exit code is that of the program' 8 chroot / sh -c 'exit 8'
  is 'chroot: it goes there' "$(chroot / pwd)" /
  mkdir -p root/bin ; cp "$BUILD/helpers/chainshow" root/bin/
  if "$BUILD/bin/chroot" root /bin/chainshow 2>err ; then
    is 'chroot: inside' "$(chroot root /bin/chainshow name)" /bin/chainshow
    is 'chroot: PATH is searched inside' "$(PATH=$PATH:/bin "$BUILD/bin/chroot" root chainshow name)" chainshow
    exits 'chroot: what is outside is not there' 127 chroot root "$BUILD/helpers/chainshow" name
    if ldd /bin/cat >/dev/null 2>&1 ; then
      cp /bin/cat root/bin/
      exits 'chroot: no dynamic loader inside' 127 "$BUILD/bin/chroot" root /bin/cat
      is 'chroot: that is said' "$(cat err)" 'chroot: fatal: unable to run: /bin/cat (needs its dynamic loader): file does not exist'
    fi
  else skip 'chroot: inside' 'this build is not static' ; fi
  is 'chroot: without a program, the shell' "$(echo 'echo in shell' | SHELL=/bin/cat chroot / 2>&1)" \
    "$(SHELL=/bin/cat ; echo 'echo in shell' | "$SHELL" -i 2>&1)"
else
  is 'chroot: an ordinary user cannot' "$(chroot / true 2>&1)" 'chroot: fatal: unable to change root directory to /: permission denied'
fi

# Every link says why its program does not run.
printf '#!/no/such/interpreter -x\necho no\n' > script ; chmod 755 script
exits 'pgrphack: no interpreter' 111 pgrphack ./script
is 'pgrphack: it is named' "$(cat err)" 'pgrphack: fatal: unable to run ./script (needs /no/such/interpreter): file does not exist'
exits 'chpst: no interpreter' 111 chpst ./script
is 'chpst: it is named' "$(cat err)" 'chpst: fatal: unable to run: ./script (needs /no/such/interpreter): file does not exist'

exits 'pgrphack: usage' 100 pgrphack
is 'pgrphack: the usage line' "$(cat err)" 'pgrphack: usage: pgrphack prog...'
is 'pgrphack: a session' "$(pgrphack chainshow session)" yes
is 'pgrphack: without it, none' "$(chainshow session)" no
is 'pgrphack: twice is no error' "$(pgrphack pgrphack chainshow session)" yes
exits 'pgrphack: the exit code is that of the program' 8 pgrphack sh -c 'exit 8'
exits 'pgrphack: a program that is not there' 111 pgrphack ./nothing-here
is 'pgrphack: it is named' "$(cat err)" 'pgrphack: fatal: unable to run ./nothing-here: file does not exist'

exits 'fghack: usage' 100 fghack
is 'fghack: the usage line' "$(cat err)" 'fghack: usage: fghack prog...'
exits 'fghack: the exit code is that of the program' 3 fghack sh -c 'exit 3'
exits 'fghack: killed' 111 fghack sh -c 'kill -KILL $$'
is 'fghack: that is said' "$(cat err)" 'fghack: fatal: child crashed'
exits 'fghack: a program that is not there' 111 fghack ./nothing-here
is 'fghack: it is named' "$(cat err)" 'fghack: fatal: unable to run ./nothing-here: file does not exist'
mkfifo go
exec 8<>go
fghack sh -c 'echo started > ran ; (exec 0<&- 1>&- 2>&- 8>&- ; read -r x < go ; echo ended > ran) & exit 4' 8>&- & pid=$!
track $pid
until_ok 20 test -s ran
until_ok 20 sh -c 'test "$(cat /proc/'$pid'/comm)" = fghack'
is 'fghack: it stays when the program has gone' "$(cat ran)" started
check 'fghack: it stays' kill -0 $pid
echo >&8
wait $pid
is 'fghack: and ends with the last of its processes, with the code of the first' "$? $(cat ran)" '4 ended'
done_testing
