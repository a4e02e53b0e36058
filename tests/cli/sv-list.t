#!/bin/sh
# What sv tells of many services: the table, JSON, metrics; for people and for programs.
. "${0%/*}/../lib.sh"
. "$SRC/tests/cli/sv-services.sh"

sleeper up
executable "$SVDIR/up/log/run" <<'END'
#!/bin/sh
exec cat >/dev/null
END
sleeper down down=
service ready notification-fd=3 <<'END'
#!/bin/sh
echo >&3
exec sleep 1000
END
service failed down= 'give-up=1 60' <<'END'
#!/bin/sh
exit 7
END
service killed down= restart=never <<'END'
#!/bin/sh
kill -USR1 $$
END
mkdir "$SVDIR/alone" "$SVDIR/tmpl@"
odd=$(printf 'q"\\\001\nx')
mkdir "$SVDIR/$odd"
supervise up down ready failed killed
is_ready() { sv list --json ready | grep -q '"ready":true' ; }
until_ok 10 is_ready || exit 1
sv -w 20 start failed killed >/dev/null 2>&1

sv list >list
is 'list: a line for each service, and a head' "$(wc -l <list)" 8
refuse 'a template is no service' has 'tmpl@' list
check 'no colours in a file' sh -c '! grep -q "$(printf "\033")" list'
line() { grep "^$1 " list | tr -s ' ' ; }
like 'up' "$(line up)" 'up up - *s [1-9]* 0 up -'
like 'down' "$(line down)" 'down down no *s - 0 - not-started*'
like 'ready' "$(line ready)" 'ready up yes *'
like 'failed' "$(line failed)" 'failed down no *s - 0 - gave-up, last exit code 7*'
like 'killed' "$(line killed)" 'killed down no *s - 0 - failed, last signal USR1*'
like 'unsupervised' "$(line alone)" 'alone unsupervised *'
is 'a pattern' "$(sv list 're*' | wc -l)" 2
if command -v script >/dev/null && script -qec true /dev/null >/dev/null 2>&1 ; then
  TERM=xterm script -qec 'sv list' /dev/null </dev/null >tty
  check 'colours on a terminal' sh -c 'grep -q "$(printf "\033\[3")" tty'
  NO_COLOR=1 TERM=xterm script -qec 'sv list' /dev/null </dev/null >tty
  refuse 'but not with NO_COLOR' sh -c 'grep -q "$(printf "\033\[3")" tty'
  long=a-service-whose-name-is-much-too-long-for-a-table-that-is-to-fit-into-a-terminal
  mkdir "$SVDIR/$long"
  NO_COLOR=1 script -qec 'stty cols 80 ; sv list' /dev/null </dev/null | tr -d '\r' >tty
  check 'a long name does not push the table off a terminal' has "^$long\$" tty
  is 'which stays within its width' "$(awk 'length > 80 && !/much-too-long/' tty)" ''
  check 'elsewhere it is one line' sh -c "sv list | grep -q '^$long  unsupervised '"
  rmdir "$SVDIR/$long"
else
  skip 'a long name does not push the table off a terminal' 'no script(1)'
  skip 'which stays within its width' 'no script(1)'
  skip 'elsewhere it is one line' 'no script(1)'
  skip 'colours on a terminal' 'no script(1)'
  skip 'but not with NO_COLOR' 'no script(1)'
fi

exits 'JSON: an unsupervised service counts as a failure' 2 sv status --json
cp out json
like 'a path has a logger, too' "$(sv status --json "$SVDIR/up")" '*"log":{"name":"*/up/log",*'
exits 'of some' 0 sv status --json up failed
if command -v python3 >/dev/null ; then
  cat >read.py <<'END'
import json, os, sys
d = json.loads(open('json', 'rb').read())
assert d['format'] == 1 and d['scan_directory'] == os.environ['SVDIR']
s = { x['name']: x for x in d['services'] }
def same(name, **k):
  for key in k:
    assert s[name][key] == k[key], (name, key, s[name][key])
same('up', state='up', supervised=True, wanted='up', ready=None, paused=False, error=None, why=None, starts=1, deaths=0, normally='up')
assert s['up']['pid'] > 1 and s['up']['log']['state'] == 'up' and s['up']['log']['name'] == 'up/log'
assert abs(s['up']['since'] - s['up']['last_start']) < 1 and s['up']['directory'] == os.environ['SVDIR'] + '/up'
assert s['up']['supervisor']['version'] == sys.argv[1]
same('down', state='down', pid=None, normally='down', why='not-started', last_end=None, last_end_status=None)
same('ready', ready=True)
assert s['ready']['ready_since'] >= s['ready']['since'] - 0.002
same('failed', why='gave-up', last_end_status={'exit_code': 7}, deaths=1)
same('killed', why='failed', last_end_status={'signal': 'USR1', 'signal_number': 10, 'core_dumped': False})
same('alone', state='unsupervised', supervised=False, error='file does not exist')
assert 'q"\\\x01\nx' in s
END
  check 'JSON is what it says it is' python3 read.py "$(. "$SRC/package/info" ; echo "$version")"
else skip 'JSON is what it says it is' 'no python3' ; fi

sv metrics >metrics
check 'metrics: up' has '^holdfast_service_up{service="up"} 1$' metrics
check 'down' has '^holdfast_service_up{service="down"} 0$' metrics
check 'starts are a counter' has '^# TYPE holdfast_service_starts counter$' metrics
check 'with a total' has '^holdfast_service_starts_total{service="failed"} 1$' metrics
check 'the last exit code' has '^holdfast_service_last_exit_code{service="failed"} 7$' metrics
check 'a signal' has '^holdfast_service_last_exit_code{service="killed"} 138$' metrics
check 'no supervisor' has '^holdfast_service_supervised{service="alone"} 0$' metrics
is 'the end is marked' "$(tail -n 1 metrics)" '# EOF'
refuse 'nothing but samples and comments' sh -c 'grep -v "^#" metrics | grep -vq "^holdfast_service_[a-z_]*{service=\".*\"} [0-9.]*$"'
if command -v python3 >/dev/null ; then
  cat >openmetrics.py <<'END'
import re, sys
text = open('metrics', 'rb').read().decode()
assert text.endswith('# EOF\n') and text.count('# EOF') == 1
label = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*"'
family, kind, done, series, names = None, None, set(), set(), set()
for l in text.split('\n')[:-2]:
  m = re.fullmatch(r'# (TYPE|UNIT|HELP) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)', l)
  if m:
    if m[2] != family:
      assert m[1] == 'TYPE' and m[2] not in done and m[3] in ('gauge', 'counter'), l
      family, kind = m[2], m[3]
      done.add(family)
    assert m[1] != 'UNIT' or family.endswith('_' + m[3]), l
    continue
  m = re.fullmatch(r'([a-zA-Z_:][a-zA-Z0-9_:]*)\{(' + label + r')\} ([0-9]+(?:\.[0-9]+)?)', l)
  assert m and m[1] == family + ('_total' if kind == 'counter' else ''), l
  assert (m[1], m[2]) not in series, l
  series.add((m[1], m[2]))
  names.add(m[2])
assert len(names) == int(sys.argv[1]), names
END
  check 'valid OpenMetrics' python3 openmetrics.py 7
else skip 'valid OpenMetrics' 'no python3' ; fi
exits 'into a file' 0 sv metrics -o sv.prom
check 'as a whole' sh -c 'sed "/since/d" sv.prom >a ; sed "/since/d" metrics >b ; cmp -s a b'

# What a logger lost, wherever it writes to.
sleeper lossy
executable "$SVDIR/lossy/log/run" <<END
#!/bin/sh
cd there
exec svlogd $T/elsewhere .
END
mkdir elsewhere "$SVDIR/lossy/log/there"
supervise lossy
until_ok 10 test -e "$SVDIR/lossy/log/there/current" || exit 1
echo 'lines 5' >elsewhere/lost
echo 'lines 7' >"$SVDIR/lossy/log/there/lost"
check 'lines lost in directories of all kinds' sh -c "sv list lossy | grep -q '12 log lines lost'"
sv -w 10 exit lossy >/dev/null
printf 'bad\377' | { read -r bad ; mkdir "$SVDIR/$bad" ; sv metrics "$bad" "$bad" >metrics ; rmdir "$SVDIR/$bad" ; }
check 'metrics: bytes that are no text are made text' has 'supervised{service="bad\\\\xff"} 0$' metrics
is 'no sample twice' "$(grep -c supervised{ metrics)" 1

# Runit's supervisor tells less.
if test -x /usr/bin/runsv ; then
  sleeper foreign
  ( cd "$SVDIR" && exec setsid /usr/bin/runsv foreign ) >/dev/null 2>&1 & track $!
  until_ok 10 is_up foreign
  like "runit's runsv in the table" "$(sv list foreign | tail -n 1 | tr -s ' ')" 'foreign up - *s [1-9]* - - -'
  like 'and in JSON' "$(sv status --json foreign)" '*"state":"up","supervised":true,*"wanted":"up"}*'
  sv x foreign
else
  skip "runit's runsv in the table" 'runit is not installed'
  skip 'and in JSON' 'runit is not installed'
fi

# Words.
exits 'list of one that is not there' 1 sv list up nonesuch
like 'says so' "$(tail -n 1 out)" 'nonesuch * file does not exist'
exits 'an option that is not one' 100 sv list --bogus
exits 'a word that is nearly one' 100 sv lists
check 'changes nothing and says so' has '^usage: sv' err
HOME=$T/home XDG_CONFIG_HOME= ; export HOME XDG_CONFIG_HOME
mkdir -p "$HOME/.config/service/mine/supervise"
is '--user: the services of the user' "$(sv --user list | tail -n 1 | cut -d ' ' -f 1)" mine
done_testing
