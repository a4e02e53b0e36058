#!/bin/sh
. "${0%/*}/../lib.sh"

# What a program sees of its signals: lines of /proc/self/status, read without a child.
status() { # status WORD COMMAND...
  hf_word=$1 ; shift
  "$@" sed -n "s/^$hf_word:[^0-9a-f]*//p" /proc/self/status
}
fds() { "$@" openfds ; }

is 'ignored signals are reset' "$(trap '' PIPE USR1 HUP ; status SigIgn cleanslate)" 0000000000000000
is 'with -S they stay ignored' "$(trap '' USR1 ; status SigIgn cleanslate -S)" 0000000000000200
built linux && is 'realtime signals are reset too' "$(sigstate ignore 33 64 -- cleanslate sed -n 's/^SigIgn:.//p' /proc/self/status)" 0000000000000000
is 'the mask is emptied' "$(sigstate block 10 15 34 -- cleanslate sed -n 's/^SigBlk:.//p' /proc/self/status)" 0000000000000000
is 'the helper did block them' "$(sigstate block 10 15 -- sed -n 's/^SigBlk:.//p' /proc/self/status)" 0000000000004200
is 'a pending alarm is cancelled' "$(sigstate alarm 1 -- cleanslate sh -c 'sleep 1.2 ; echo alive')" alive

is 'other descriptors are closed' "$(exec 4</dev/null 5</dev/null 7</dev/null ; fds cleanslate)" '0 1 2 '
is 'those named are kept' "$(exec 4</dev/null 5</dev/null 7</dev/null ; fds cleanslate -k 7,4)" '0 1 2 4 7 '
is 'named twice, in two options' "$(exec 4</dev/null 5</dev/null 7</dev/null ; fds cleanslate -k 7 -k 7 -k 4)" '0 1 2 4 7 '
is 'a standard one may be named' "$(exec 4</dev/null ; fds cleanslate -k 1)" '0 1 2 '
like 'with -F they stay' "$(exec 4</dev/null 7</dev/null ; fds cleanslate -F)" '0 1 2 *4 7 *'
is 'closed standard descriptors are opened' "$(fds cleanslate <&-)" '0 1 2 '
listen() { env LISTEN_FDS=2 sh -c 'exec 3</dev/null 4</dev/null 5</dev/null ; export LISTEN_PID=$$ ; exec "$@"' - "$@" ; }
is '-l keeps the passed sockets' "$(fds listen cleanslate -l)" '0 1 2 3 4 '
is '-l ignores those of another process' "$(LISTEN_PID=1 LISTEN_FDS=1 ; export LISTEN_PID LISTEN_FDS ; exec 3</dev/null ; fds cleanslate -l)" '0 1 2 '
if ! built sanitizers && command -v strace >/dev/null && strace -o /dev/null -e inject=close_range:error=ENOSYS true 2>/dev/null ; then
  is 'without close_range the same are closed' \
    "$(exec 4</dev/null 7</dev/null 9</dev/null ; fds strace -f -o /dev/null -e inject=close_range:error=ENOSYS cleanslate -k 7)" '0 1 2 7 '
else skip 'without close_range the same are closed' 'strace cannot inject here, or a sanitizer forbids it'
fi

exits 'a closed descriptor cannot be kept' 111 cleanslate -k 77 true
like 'and is named' "$(cat err)" 'cleanslate: fatal: unable to keep descriptor 77: file descriptor not open'
exits 'not a number' 100 cleanslate -k 3x true
exits 'an empty word' 100 cleanslate -k '' true
exits 'an absurd number' 100 cleanslate -k 4294967295 true
exits 'no program' 100 cleanslate
like 'usage is told' "$(cat err)" 'cleanslate: usage: cleanslate *'
exits 'unknown option' 100 cleanslate -x true
exits 'program not found' 127 cleanslate "$T/none"
exits 'program not executable' 126 cleanslate /dev/null
exits 'version' 0 cleanslate -V
exits 'exit code of the program' 7 cleanslate sh -c 'exit 7'
done_testing
