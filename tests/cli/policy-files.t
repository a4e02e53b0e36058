#!/bin/sh
# Every policy file with every kind of wrong contents: reported once, by name, and its default
# holds.

. "${0%/*}/../lib.sh"
. "$SRC/tests/service.sh"

values='restart restart-delay restart-from restart-jitter give-up success never-retry max-age
  down-signal reload-signal stop-ladder timeout-kill timeout-finish timeout-sweep kill-mode
  notification-fd lock-fd max-death-tally convention flag-newpidns'


wrong() { # KIND FILE
  case $1 in
    empty) : >"$2" ;;
    junk) echo 'no value !' >"$2" ;;
    huge) head -c 3000 /dev/zero | tr '\0' 9 >"$2" ;;
    number) echo 99999999999 >"$2" ;;
    negative) echo -1 >"$2" ;;
    binary) printf '\001\377\376\200\r\0\001\n' >"$2" ;;
    directory) mkdir "$2" ;;
    dangling) ln -s "$T/nowhere" "$2" ;;
    loop) ln -s "${2##*/}" "$2" ;;
    fifo) mkfifo "$2" ;;
    unreadable) echo 1 >"$2" ; chmod 0 "$2" ;;
  esac
}
kinds='empty junk huge number negative binary directory dangling loop fifo'
test "$(id -u)" = 0 || kinds="$kinds unreadable"
sups=
for k in $kinds ; do
  script $k/run <<R
echo x >> ../$k.runs
exec sleep 0.05
R
  for f in $values control-group ; do wrong $k $k/$f ; done
  begin $k
  sups="$sups $sup"
done
for k in $kinds ; do
  check "$k: it runs, again and again" until_ok 20 lines $k.runs 2
  is "$k: each is named, once" "$(sed -n "s/^runsv $k: warning: ignoring \([a-z-]*\): .*/\1/p" $k.err | sort | tr '\n' ' ')" \
    "$(printf '%s\n' $values control-group | sort | tr '\n' ' ')"
  is "$k: and nothing else is said" "$(grep -v ': ignoring ' $k.err)" ''
done
end $sups

# Markers count whatever they are.
if built linux ; then
  sups=
  for k in $kinds ; do
    test $k != unreadable || k=empty
    script m-$k/run <<'R'
sleep 1000 & echo $! >> pids
R
    wrong $k m-$k/background
    begin m-$k
    sups="$sups $sup"
  done
  daemon() { test -s "$1/pids" && stat_is "$1" run && test "$(pid_of "$1")" = "$(cat "$1/pids")" ; }
  for k in $kinds ; do
    test $k = unreadable || check "background, $k: the daemon is the service, and the only one" until_ok 20 daemon m-$k
  done
  end $sups
else skip 'background' 'this build uses no Linux facility' ; fi

# What a dangling needs asks for is not known, so nothing is started.
script n/run <<'R'
echo x > ../n.ran
R
ln -s "$T/nowhere" n/needs
begin n
check 'needs that cannot be read are named' until_ok 20 grep -q 'needs' n.err
refuse 'and the service does not run without them' test -e n.ran
end $sup

# Said again after it was right in between.
script again/run <<'R'
echo x >> ../again.runs
exit 1
R
echo 10 > again/restart-delay
echo x > again/max-age
begin again
until_ok 20 lines again.runs 3
echo 1000 > again/max-age
n=$(wc -l < again.runs)
until_ok 20 lines again.runs $((n + 3))
echo y > again/max-age
check 'what is wrong again is said again' until_ok 20 sh -c 'test "$(grep -c "ignoring max-age" again.err)" = 2'
end $sup
done_testing
