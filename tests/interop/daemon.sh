# Sourced by the tests of real daemons: the life of one service directory of examples/services.
# Wants $name, $shipped (the port in its files), $said (a line of its log when it has started),
# and a function served.

. "${0%/*}/../lib.sh"

for hf_c in $wants ; do
  command -v "$hf_c" >/dev/null || skip_all "$hf_c is not installed"
done
chmod 755 "$T" # daemons that give up root still read their files
cp -R "$SRC/examples/services/$name" "$name"
rm -rf "$name/supervise" "$name/log/supervise"
port=$(free_port)
sed -i "s/$shipped/$port/" "$name"/check "$name"/*.conf
test "$(id -u)" = 0 && chown -R "$(id -u)" "$name"

pid() { cat "$name/supervise/pid" ; }
is_up() { test -n "$(pid)" && "./$name/check" ; }
is_new() { test -n "$(pid)" && test "$(pid)" != "$old" && ( cd "$name" && ./check ) ; }
started() { test "$(cat "$name"/log/main/current "$name"/log/main/@* 2>/dev/null | grep -c "$said")" -ge "$1" ; }
rotated() { ls "$name"/log/main/@*.s >/dev/null ; }

life() {
  runsv "$name" & supervisor=$!
  track $supervisor
  until_ok 20 test -p "$name/supervise/ok"
  check 'up and usable' until_ok 30 sh -c "sv -w 20 check ./$name >out"
  like 'and sv says so' "$(cat out)" "ok: run: ./$name: (pid $(pid)) *s*"
  check 'it serves' served first

  old=$(pid)
  kill -KILL "$old"
  check 'killed, it is back as another process' until_ok 30 is_new
  check 'and serves again' served again
  check 'what both said is in the log' until_ok 20 started 2

  sv alarm "./$name/log" >/dev/null
  check 'the log was rotated' until_ok 20 rotated

  sv -w 20 stop "./$name" >out 2>err
  is 'sv stop succeeds' $? 0
  like 'and says down' "$(cat out)" "ok: down: ./$name: *"
  refuse 'it serves no more' served no
  sv -w 20 start "./$name" >out 2>err
  is 'sv start succeeds' $? 0
  check 'it serves' until_ok 20 served last

  sv -w 20 shutdown "./$name" >out 2>err
  is 'sv shutdown succeeds' $? 0
  like 'and says so' "$(cat out)" "ok: ./$name: runsv not running"
  until_ok 20 hf_not kill -0 $supervisor
  refuse 'nothing listens on the port' served no
}
