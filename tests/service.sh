# Sourced after lib.sh by tests that make services and run them under runsv.

# script FILE: an executable sh script from standard input
script() {
  mkdir -p "$(dirname "$1")"
  { echo '#!/bin/sh' ; cat ; } > "$1.new"
  chmod +x "$1.new"
  mv "$1.new" "$1"
}
stat_is() { test "$(cat "$1/supervise/stat" 2>/dev/null)" = "$2" ; }
pid_of() { cat "$1/supervise/pid" ; }
say() { printf %s "$2" > "$1/supervise/control" ; }
# another DIR PID: DIR runs under a pid that is not PID
# By the one file that tells both at once.
another() {
  hf_old=$2
  set -- $(od -An -v -tu1 -j12 -N8 "$1/supervise/status" 2>/dev/null)
  test $# = 8 && test "$8" = 1 && test $(( $1 + 256 * ($2 + 256 * ($3 + 256 * $4)) )) != "$hf_old"
}
gone() { ! test -e "/proc/$1" || test "$(sed 's/.*) //; s/ .*//' "/proc/$1/stat" 2>/dev/null)" = Z ; }
# lines FILE N: the file has at least N lines
lines() { test "$(wc -l < "$1" 2>/dev/null || echo 0)" -ge "$2" ; }
# begin [OPTION...] DIR: a runsv in the background, its pid in $sup, its messages in DIR.err
begin() {
  for hf_dir ; do : ; done
  runsv "$@" 2>>"$T/$(basename "$hf_dir").err" &
  sup=$!
  track $sup
}
# finish_all PID...: ends supervisors and waits for them
end() {
  for hf_s ; do kill -TERM "$hf_s" 2>/dev/null ; done
  for hf_s ; do wait "$hf_s" 2>/dev/null ; done
}
