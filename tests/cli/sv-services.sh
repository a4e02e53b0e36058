# Sourced after lib.sh by the tests of sv: services in $SVDIR under our own runsv.
#
#   service NAME [FILE=TEXT...] <run     makes one
#   supervise NAME...                    starts a runsv for each and waits until it is there

test -x "$BUILD/bin/runsv" || skip_all 'runsv is not built'
SVDIR=$T/s ; export SVDIR
mkdir -p "$SVDIR"

executable() { # FILE, text on stdin
  mkdir -p "${1%/*}" && cat >"$1" && chmod +x "$1"
}
service() {
  sv_name=$1 ; shift
  executable "$SVDIR/$sv_name/run"
  for sv_file in "$@" ; do echo "${sv_file#*=}" >"$SVDIR/$sv_name/${sv_file%%=*}" ; done
}
sleeper() { # NAME [FILE=TEXT...]
  printf '#!/bin/sh\nexec sleep 1000\n' | service "$@"
}
is_supervised() { test -p "$SVDIR/$1/supervise/ok" && sv status "$1" >/dev/null 2>&1 ; }
supervise() {
  for sv_name ; do
    ( cd "$SVDIR" && exec setsid runsv "$sv_name" ) >>"$T/runsv.log" 2>&1 </dev/null & track $!
  done
  for sv_name ; do until_ok 10 is_supervised "$sv_name" || exit 1 ; done
}
pid_of() { cat "$SVDIR/$1/supervise/pid" ; }
is_up() { test -s "$SVDIR/$1/supervise/pid" && sv status "$1" | grep -q '^run:' ; }
is_down() { sv status "$1" | grep -q '^down:' ; }
has() { grep -q -e "$1" "$2" ; }
