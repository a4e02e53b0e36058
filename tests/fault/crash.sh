# Sourced by the tests that kill runsv before its n-th system call, for every n: see
# tests/helpers/crashtest.c, which does it.
#
#   crash 'words' SCENARIO [FILE=CONTENT...]        every moment, in two processes
#   crash_some K 'words' SCENARIO [FILE=CONTENT...] every K-th moment; all with CRASH_ALL=1

crashtest probe >/dev/null || skip_all 'processes cannot be traced here'

crash_halves() {
  CRASHTEST_PART=1/2 crashtest "$@" > one.out & hf_half=$!
  CRASHTEST_PART=2/2 crashtest "$@" > two.out ; hf_two=$?
  wait $hf_half ; hf_one=$?
  cat one.out two.out
  test "$hf_one$hf_two" = 00
}
crash() { hf_w=$1 ; shift ; check "$hf_w" crash_halves "$@" ; }
crash_some() {
  hf_k=$1 ; hf_w=$2 ; shift 2
  test -z "${CRASH_ALL-}" || { crash "$hf_w" "$@" ; return ; }
  check "$hf_w" env CRASHTEST_PART="1/$hf_k" crashtest "$@"
}
