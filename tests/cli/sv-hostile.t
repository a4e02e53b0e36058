#!/bin/sh
# Whatever lies in a service directory, sv ends in time, by itself, with a code of its own.
. "${0%/*}/../lib.sh"
. "$SRC/tests/cli/sv-services.sh"

sleeper live
supervise live
cp -R "$SVDIR/live/supervise/state" "$SVDIR/live/supervise/status" .
random() { head -c "$1" /dev/urandom ; }

sane() { # WORDS CODE command...: ends with a code that is not a crash, printing no escape sequence
  timeout 20 "$@" >out 2>err ; code=$?
  test $code -lt 113 || { echo "# $code: $*" ; return 1 ; }
}
all_verbs() { # NAME
  for verb in status list 'status --json' metrics why 'log -n 5' tree verify 'log --since 1h' check up ; do
    sane sv -w 0 $verb "$1" || return 1
  done
}

# A supervisor that seems to live, over files full of anything.
n=0
for size in 0 1 17 18 19 20 21 31 32 33 767 768 1535 1536 1537 5000 ; do
  d=$SVDIR/f$size
  mkdir -p "$d/supervise"
  cp "$SVDIR/live/run" "$d/run"
  rm -f "$d/supervise/ok" ; mkfifo "$d/supervise/ok" "$d/supervise/control"
  for f in status state deaths notify pid stat lock event ; do random $size >"$d/supervise/$f" ; done
  for f in needs down-signal restart give-up notification-fd convention pause-signal ; do random $size | tr '/' '_' >"$d/$f" ; done
done
hold() { # keeps the FIFOs open: somebody seems to be there
  for d in "$SVDIR"/f* ; do
    sleep 1000 <>"$d/supervise/ok" & track $!
    sleep 1000 <>"$d/supervise/control" & track $!
  done
}
hold
for d in "$SVDIR"/f* ; do check "random bytes: ${d##*/f}" all_verbs "${d##*/}" ; done

# A real record with some bytes changed: the checksum, or the limits, must catch it.
d=$SVDIR/f20
for i in 1 2 3 4 5 6 7 8 ; do
  cp state "$d/supervise/state" ; cp status "$d/supervise/status"
  for f in state status ; do
    dd if=/dev/urandom of="$d/supervise/$f" bs=1 count=4 seek=$((i * 2)) conv=notrunc 2>/dev/null
  done
  all_verbs f20 || { echo "# changed at $((i * 2))" ; bad=1 ; }
done
is 'some bytes changed' "${bad-0}" 0

# Things of the wrong kind.
d=$SVDIR/kinds
mkdir -p "$d/log/main" "$d/supervise/status" "$d/check"
mkfifo "$d/run" "$d/needs" "$d/down" "$d/log/main/current" "$d/log/run" "$d/notification-fd" "$d/supervise/ok" "$d/supervise/deaths"
ln -s state "$d/supervise/state"
check 'FIFOs and directories where files should be' all_verbs kinds
ln -s loop "$SVDIR/loop"
check 'a link to itself' all_verbs loop
mkdir "$SVDIR/dot" ; echo . >"$SVDIR/dot/needs"
check 'a need that is the directory itself' all_verbs dot
long=$(printf '%0300d' 7)
check 'a name that is too long' all_verbs "$long"
check 'a path that is too long' all_verbs "/$(printf '%05000d' 7)"
nasty=$(printf 'n\033[2J\na"\\b')
mkdir -p "$SVDIR/$nasty/supervise"
check 'a name with control characters' all_verbs "$nasty"
sv status "$nasty" >out 2>&1
is 'is printed in one line, without them' "$(wc -l <out; tr -d '\n -~' <out | od -An -tx1)" 1
for p in '[' '[a' '***************a' '\' '*/*/*' ; do check "a pattern: $p" all_verbs "$p" ; done

# Lines.
d=$SVDIR/live/log/main
mkdir -p "$d"
random 300000 | tr '\n' '.' >"$d/current"
printf 'x' >>"$d/current"
for i in 1 2 3 ; do random 1000 >"$d/@40000000$(printf %08x $((1600000000 + i)))00000000.s" ; done
: >"$d/@zzzz.s" ; mkdir "$d/@4000000065000000000000000.u"
check 'a log of one long line' sane sv log live
is 'of which no byte is lost' "$(sv log -n 1 live | wc -c)" 300002
check 'and its end' sane sv log -n 1 live
check 'since' sane sv log --since 2100-01-01 live
check 'with local stamps' sane sv log -l live
done_testing
