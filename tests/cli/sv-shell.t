#!/bin/sh
# sv shell, by a pipe and at a terminal; the line of what is awaited.
. "${0%/*}/../lib.sh"
. "$SRC/tests/cli/sv-services.sh"
sleeper alpha ; sleeper beta down=
service never down= notification-fd=3 <<'END'
#!/bin/sh
exec sleep 1000
END
supervise alpha beta never

printf 'status alpha\n# nothing\n\n  status   "beta" \nbogus\nstatus "al\nexit\nstatus alpha\n' | sv shell >out 2>err
is 'each line a command' "$(sed 's/:.*//' out | tr '\n' ' ')" 'run down '
check 'a mistyped one changes nothing and ends nothing' has '^usage: sv' err
check 'a quote that is not closed is told' has 'a quote is not closed' err
printf 'start beta\n' | sv shell >out
like 'the end of the input is the end' "$(cat out)" 'ok: run: beta: *'
printf 'status nonesuch' | sv shell >out
is 'the exit code is that of the last command' "$?" 1
sv -w 20 down beta >out

if command -v script >/dev/null && script -qec true /dev/null >/dev/null 2>&1 ; then
  # Keys are sent one line after the other: the shell must have its prompt before they come.
  mkfifo keys
  TERM=xterm script -qfec 'sv shell' typed <keys >/dev/null 2>&1 & s=$! ; track $s
  exec 8>keys
  prompts() { test "$(grep -o 'sv> ' typed | wc -l)" -ge "$1" ; }
  until_ok 10 prompts 1 || exit 1
  printf 'stat\t alp\t\r' >&8
  ran() { grep -q "$1" typed ; }
  check 'completion of commands and names' until_ok 10 ran 'run: alpha: '
  until_ok 10 prompts 4
  printf 'up bexa\033[D\177t\033[4~\r' >&8
  check 'editing in the middle' until_ok 10 is_up beta
  until_ok 10 prompts 6
  printf 'down beta\r' >&8
  check 'and again' until_ok 10 is_down beta
  until_ok 10 prompts 8
  printf '\033[A\033[A\r' >&8
  check 'history' until_ok 10 is_up beta
  printf 'junk\025exit\r' >&8
  exec 8>&-
  wait $s
  is 'and an end' "$?" 0
  TERM=xterm script -qec 'sv -w 3 start never' typed </dev/null >/dev/null 2>&1
  check 'what is awaited is shown on a terminal' has 'waiting for never: 2s' typed
  sv -w 2 start never >out 2>err
  refuse 'and not elsewhere' has 'waiting for' err
else
  for i in 'completion of commands and names' 'editing in the middle' 'and again' history 'and an end' 'what is awaited is shown on a terminal' 'and not elsewhere' ; do
    skip "$i" 'no script(1)'
  done
fi
done_testing
