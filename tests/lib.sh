# Sourced by every shell test: TAP, a directory of the test's own, waiting with a deadline,
# and an end that leaves nothing behind.
#
#   . "${0%/*}/../lib.sh"
#   check 'words' command...        passes if the command succeeds
#   refuse 'words' command...       passes if it fails
#   is 'words' "$got" "$want"       passes if equal
#   like 'words' "$got" 'pattern'   passes if the shell pattern matches
#   exits 'words' CODE command...   passes if it exits with CODE; output in $T/out and $T/err
#   until_ok SECONDS command...     tries until the command succeeds or time is up
#   track PID                       to be ended with the test
#   built linux|musl|sanitizers     true if the build under test is such a one
#   free_port                       prints a TCP port that nothing listens on
#   skip 'words' 'reason'           one test that cannot run here
#   skip_all 'reason'               none of this file can run here
#   done_testing                    last line: prints the plan
#
# $T is the directory (the test starts in it), $BUILD the build, $SRC the source tree; the
# programs under test come first in PATH.

set -u
SRC=$(CDPATH= cd -- "${0%/*}/../.." && pwd -P)
: "${BUILD:=$SRC/build}"
export BUILD SRC
PATH=$BUILD/bin:$BUILD/helpers:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH LC_ALL=C
unset SVDIR SVWAIT HF_STATEDIR NOTIFY_SOCKET LISTEN_FDS LISTEN_PID LISTEN_FDNAMES NO_COLOR 2>/dev/null || :
T=$(mktemp -d "${TMPDIR:-/tmp}/hf-test.XXXXXX") || exit 1
T=$(CDPATH= cd -- "$T" && pwd -P)
cd "$T" || exit 1
hf_count=0 hf_failed=0 hf_pids= hf_planned=no

check() {
  hf_words=$1 ; shift
  hf_count=$((hf_count + 1))
  if "$@" ; then echo "ok $hf_count - $hf_words"
  else
    hf_code=$?
    hf_failed=$((hf_failed + 1))
    echo "not ok $hf_count - $hf_words"
    echo "# failed ($hf_code): $*" | head -c 2000
    echo
    return 0
  fi
}
refuse() { hf_w=$1 ; shift ; check "$hf_w" hf_not "$@" ; }
hf_not() { if "$@" ; then return 1 ; else return 0 ; fi ; }
is() {
  check "$1" test "x$2" = "x$3"
}
hf_like() { case $1 in $2) return 0 ;; *) return 1 ;; esac ; }
like() { check "$1" hf_like "$2" "$3" ; }
hf_exits() {
  hf_want=$1 ; shift
  "$@" >"$T/out" 2>"$T/err" ; hf_got=$?
  test "$hf_got" = "$hf_want" && return 0
  echo "# exit $hf_got, not $hf_want; stderr: $(head -c 500 "$T/err" | tr '\n' '|')"
  return 1
}
exits() { hf_w=$1 ; shift ; check "$hf_w" hf_exits "$@" ; }
until_ok() {
  hf_end=$(( $(hf_now) + $1 * 1000 )) ; shift
  while ! "$@" 2>/dev/null ; do
    test "$(hf_now)" -lt "$hf_end" || { echo "# not within the time: $*" ; return 1 ; }
    sleep 0.02
  done
}
hf_now() { # milliseconds of uptime
  read -r hf_up hf_rest < /proc/uptime
  echo $(( ${hf_up%.*} * 1000 + 1${hf_up#*.} * 10 - 1000 ))
}
built() {
  case $1 in
    linux) grep -q 'HF_LINUX 1' "$BUILD/config.h" ;;
    musl) grep -q '^CC := musl-gcc' "$BUILD/config.mak" ;;
    sanitizers) grep -q 'fsanitize' "$BUILD/config.mak" ;;
  esac
}
free_port() { # below the range that the kernel gives to clients
  while : ; do
    hf_p=$(( 20000 + $(od -An -N2 -tu2 /dev/urandom) % 12000 ))
    cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | grep -q "$(printf ':%04X ' $hf_p)" || break
  done
  echo $hf_p
}
# A pid may be another process's by the time the test ends: the start time goes with it.
hf_start() { # start time of a process, in ticks since boot
  hf_s=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
  hf_s=${hf_s##*) }
  set -- $hf_s
  echo "${20}"
}
track() {
  for hf_p ; do
    hf_s=$(hf_start "$hf_p") && hf_pids="$hf_pids $hf_p:$hf_s"
  done
}
hf_tracked() { # those that still are what they were
  for hf_p in $hf_pids ; do
    test "$(hf_start "${hf_p%:*}")" = "${hf_p#*:}" && echo "${hf_p%:*}"
  done
}
skip() { hf_count=$((hf_count + 1)) ; echo "ok $hf_count - $1 # SKIP $2" ; }
skip_all() { echo "1..0 # SKIP $1" ; hf_planned=yes ; exit 0 ; }
done_testing() {
  echo "1..$hf_count"
  hf_planned=yes
  test "$hf_failed" = 0 || exit 1
  exit 0
}

# Ends what the test started: tracked pids first, then whatever still lives in $T (its cwd is
# there, so this test started it).
hf_in_dir() {
  for hf_p in /proc/[0-9]* ; do
    hf_d=$(readlink "$hf_p/cwd" 2>/dev/null) || continue
    case $hf_d in "$T"|"$T"/*) test "${hf_p#/proc/}" = "$$" || echo "${hf_p#/proc/}" ;; esac
  done
}
hf_cleanup() {
  hf_code=$?
  trap - EXIT INT TERM HUP
  cd /
  for hf_p in $(hf_tracked) ; do kill -TERM "$hf_p" 2>/dev/null && kill -CONT "$hf_p" 2>/dev/null ; done
  hf_try=0
  while hf_left=$(hf_in_dir) && test -n "$hf_left" && test $hf_try -lt 40 ; do
    test $hf_try -lt 8 || kill -KILL $hf_left 2>/dev/null
    hf_try=$((hf_try + 1))
    sleep 0.02
  done
  for hf_p in $(hf_tracked) ; do kill -KILL "$hf_p" 2>/dev/null ; done
  chmod -R u+rwX "$T" 2>/dev/null
  rm -rf "$T"
  test $hf_planned = yes || { echo "# the test ended before its plan" ; hf_code=1 ; }
  exit $hf_code
}
trap hf_cleanup EXIT
trap 'exit 143' INT TERM HUP
