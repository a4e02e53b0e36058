#!/bin/sh
# sv verify: each mistake is found, and nothing else.
. "${0%/*}/../lib.sh"
SVDIR=$T/s ; export SVDIR
make() { # NAME [FILE=TEXT...]
  n=$1 ; shift
  mkdir -p "$SVDIR/$n"
  printf '#!/bin/sh\nexec sleep 1000\n' >"$SVDIR/$n/run" ; chmod 755 "$SVDIR/$n/run"
  for f ; do echo "${f#*=}" >"$SVDIR/$n/${f%%=*}" ; done
}
finds() { # WORDS NAME PATTERN
  sv verify "$2" >out 2>err ; code=$?
  like "$1" "$code $(cat out)" "1 $2*: $3"
}
clean() { exits "$1: nothing to say" 0 sv verify "$2" ; is "$1: nothing said" "$(cat out err)" '' ; }

make good 'restart=on-failure' 'restart-delay=100 5000' 'give-up=5 60' notification-fd=3 timeout-kill=5000 down-signal=INT README=x
printf '#!/bin/sh\n' >"$SVDIR/good/finish" ; chmod 755 "$SVDIR/good/finish"
make good/log
mkdir "$SVDIR/good/log/main"
printf '#!/bin/sh\nexec 2>&1\nexec svlogd -tt -l 100 ./main\n' >"$SVDIR/good/log/run"
clean 'a good one' good

mkdir "$SVDIR/empty" ; finds 'no run' empty 'run: file does not exist'
make mode ; chmod 644 "$SVDIR/mode/run" ; finds 'run is not executable' mode 'run: not executable'
make fin finish=x ; finds 'finish is not executable' fin 'finish: not executable'
make chk check=x ; finds 'check is not executable' chk 'check: not executable'
make ctl ; mkdir "$SVDIR/ctl/control" ; echo x >"$SVDIR/ctl/control/t" ; finds 'a control script is not executable' ctl 'control/t: not executable'
make int ; echo '#! /no/such/python -u' >"$SVDIR/int/run" ; finds 'a missing interpreter' int 'run: its interpreter /no/such/python does not exist'
make open ; chmod 757 "$SVDIR/open/run" ; finds 'a script that anybody may write' open 'run: anybody may write it'
make user ; printf '#!/bin/sh\nexec setuidgid no-such-one prog\n' >"$SVDIR/user/run" ; finds 'an unknown user' user 'run: there is no user no-such-one'
make chpst ; printf '#!/bin/sh\nexec chpst -u no-such-one:staff prog\n' >"$SVDIR/chpst/run" ; finds 'also of chpst' chpst 'run: there is no user no-such-one'
make comment ; printf '#!/bin/sh\n# setuidgid no-such-one\nexec setuidgid $USER x\n' >"$SVDIR/comment/run" ; clean 'comments and variables' comment
make num timeout-kill=soon ; finds 'not a number' num 'timeout-kill: *'
make sig down-signal=TREM ; finds 'not a signal' sig 'down-signal: *'
make sp1 timeout_kill=1 ; finds 'a misspelt name' sp1 'timeout_kill: means nothing; is timeout-kill meant?'
make sp2 fnish=x ; finds 'a letter missing' sp2 'fnish: means nothing; is finish meant?'
make sp3 notificaiton-fd=3 ; finds 'letters that changed places' sp3 'notificaiton-fd: means nothing; is notification-fd meant?'
make sp4 Restart=always ; finds 'a capital' sp4 'Restart: means nothing; is restart meant?'
make need needs=nothing-there ; finds 'a need that does not exist' need 'needs: there is no service *nothing-there'
make c1 needs=c2 ; make c2 needs=c3 ; make c3 needs=c1 ; finds 'a cycle of needs' c1 'needs: a cycle leads back to c1'
make lg ; make lg/log ; printf '#!/bin/sh\nexec svlogd -b 4096 ./main\n' >"$SVDIR/lg/log/run"
finds 'a log directory that is not there' lg 'log directory ./main: file does not exist'
make hd ; printf 'exec sleep 1\n' >"$SVDIR/hd/run" ; finds 'a script without #!' hd 'run: no program, and its first line does not begin with #!'
make no ; : >"$SVDIR/no/run" ; finds 'an empty run' no 'run: no program*'
make cr ; printf '#!/bin/sh\r\nexec x\r\n' >"$SVDIR/cr/run" ; finds 'lines that end as on Windows' cr 'run: its interpreter /bin/sh? does not exist'
make im ; echo '#!/etc/passwd' >"$SVDIR/im/run" ; finds 'an interpreter that is no program' im 'run: its interpreter /etc/passwd cannot be executed'
make fl ; ln -s "$T/nowhere" "$SVDIR/fl/finish" ; finds 'a script that is a link to nowhere' fl 'finish: a link that leads nowhere'
make pl ; ln -s "$T/nowhere" "$SVDIR/pl/restart" ; finds 'a policy file that is one' pl 'restart: a link that leads nowhere'
make nl ; ln -s "$T/nowhere" "$SVDIR/nl/needs" ; finds 'needs that are one' nl 'needs: file does not exist'
make cf control=x ; finds 'control is a file' cf 'control: not a directory'
make cn ; mkdir "$SVDIR/cn/control" ; cp "$SVDIR/good/run" "$SVDIR/cn/control/TERM" ; finds 'a control script of no command' cn 'control/TERM: means nothing*'
make cg control-group=no-such-group ; finds 'an unknown group' cg 'control-group: there is no group no-such-group'
make ps pause-signal=STOPP ; finds 'no signal to pause with' ps 'pause-signal: invalid value'
make lk lock-fd=3 notification-fd=3 ; finds 'two descriptors of one number' lk 'lock-fd: invalid value'
make np flag-newpidns= ; finds 'what is not supported' np 'flag-newpidns: not supported'
make ty type=oneshot ; finds 'the type of another suite' ty 'type: oneshot means nothing*'
make tk timeout-kill=10 ; finds 'seconds that are milliseconds' tk 'timeout-kill: 10 milliseconds; are seconds meant?'
make bd ; mkdir "$SVDIR/bd/background" ; finds 'a mark without readable contents' bd 'background: is a directory'
make es success= ; finds 'an empty list' es 'success: invalid value'
make me needs=me ; finds 'a service that needs itself' me 'needs: a cycle leads back to me'
make 'web@' ; make nt 'needs=web@' ; finds 'a template is needed' nt 'needs: web@ is a template*'
ln -s good "$SVDIR/in@1" ; finds 'an instance of what is no template' in@1 'no link to a template*'
rm "$SVDIR/in@1" ; ln -s web@ "$SVDIR/web@1" ; clean 'one of a template' web@1
make ln ; make ln/log needs=good ; sv verify ln >out ; like 'needs of a logger' "$(cat out)" 'ln/log: needs: means nothing for a logger'
make sl ; ln -s "$T/nowhere/sl" "$SVDIR/sl/supervise" ; finds 'supervise leads into nothing' sl "supervise: leads to $T/nowhere: file does not exist"
make l2 ; make l2/log ; mkdir "$SVDIR/l2/log/main" ; printf '#!/bin/sh\nsvlogd ./main\nexit 1\n' >"$SVDIR/l2/log/run" ; clean 'the next line is another command' l2
make su supervise=x ; finds 'supervise is a file' su 'supervise: not a directory'
mkdir "$SVDIR/tgt" ; echo good >"$SVDIR/tgt/needs" ; clean 'a target' tgt
ln -s /no/such/place "$SVDIR/dang"
make lf log=x ; finds 'log is a file' lf 'not a directory'
if test "$(id -u)" = 0 ; then
  make lu ; make lu/log ; mkdir "$SVDIR/lu/log/main" ; chmod 755 "$SVDIR/lu/log/main"
  printf '#!/bin/sh\nexec setuidgid nobody svlogd ./main\n' >"$SVDIR/lu/log/run"
  finds 'a log directory that is not writable' lu 'log directory ./main: not writable by nobody'
  chown nobody "$SVDIR/lu/log/main"
  clean 'one that is' lu
else
  skip 'a log directory that is not writable' 'not root'
  skip 'one that is' 'not root'
fi
bad=$(( $(ls "$SVDIR" | wc -l) - $(for i in good comment lu tgt l2 web@ web@1 ; do test ! -e "$SVDIR/$i" || echo x ; done | wc -l) ))
exits 'all: the number of bad ones' "$bad" sv verify
check 'a link that leads nowhere is named' grep -qx 'dang: a link that leads nowhere' out
exits 'a directory of services' "$bad" sv verify ./s
check 'and here' grep -q 's/dang: a link that leads nowhere' out
exits 'a service directory from here' 1 sv verify ./s/empty
exits 'one that is not there' 1 sv verify nowhere
done_testing
