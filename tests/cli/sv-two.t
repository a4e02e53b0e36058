#!/bin/sh
# Two administrators at once: two restarts give one or two new runs, whole ones, and both are
# told the truth; a stop beside a restart leaves one of the two.

. "${0%/*}/../lib.sh"
. "$SRC/tests/service.sh"

script two/run <<'R'
read -r last < ../last && kill -0 "$last" 2>/dev/null && echo "$last and $$" >> ../overlap
echo $$ > ../last
echo start >> ../story
echo >&3
exec sleep 1000
R
echo 3 > two/notification-fd
echo 0 > two/restart-delay
begin two
until_ok 20 sv -w 20 start ./two >/dev/null

both() { # sv's words for either, the time, and the outcome in $ra and $rb
  sv -w $3 $1 ./two >a 2>&1 & hf_a=$!
  sv -w $3 $2 ./two >b 2>&1 ; rb=$?
  wait $hf_a ; ra=$?
}
starts() { grep -c start story ; }

wrong=
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 ; do
  n=$(starts)
  both restart restart 30
  n=$(( $(starts) - n ))
  p=$(pid_of two)
  test "$ra$rb" = 00 || wrong="$wrong exits:$ra,$rb"
  test $n = 1 || test $n = 2 || wrong="$wrong starts:$n"
  stat_is two run || wrong="$wrong stat:$(cat two/supervise/stat)"
  cat a b | grep -q "(pid $p)" || wrong="$wrong nobody-was-told-of:$p"
done
is 'two restarts at once: one or two new runs, and both succeed' "$wrong" ''

wrong=
for i in 1 2 3 ; do
  both stop restart 1
  case $ra$rb:$(cat two/supervise/stat) in
    00:run|00:down|0[!0]:down|[!0]0:run) ;;
    [!0][!0]:*) ;; # no time, for either
    *) wrong="$wrong exits:$ra,$rb,$(cat two/supervise/stat)" ;;
  esac
  sv -w 30 start ./two >/dev/null 2>&1 || wrong="$wrong start"
done
is 'a stop beside a restart: up or down, and who is not told so fails' "$wrong" ''
is 'no run began before the last had ended' "$(cat overlap 2>/dev/null)" ''
end $sup
done_testing
