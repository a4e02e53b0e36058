#!/bin/sh
# svscan: pairs of supervises, the pipe between them, entries that come and go.
. "${0%/*}/../lib.sh"

gone() { # a zombie is gone
  ! grep -q '^State:[[:space:]]*[^ZX[:space:]]' "/proc/$1/status" 2>/dev/null
}
exits 'no such directory' 111 svscan nonexistent
like 'says so' "$(cat err)" 'svscan: fatal: unable to chdir to nonexistent: file does not exist'
exits 'usage' 100 svscan -Z
exits 'usage: two directories' 100 svscan a b

service() { # service DIR: with a logger
  mkdir -p "$1/log"
  cat > "$1/run" <<END
#!/bin/sh
echo "start"
trap 'echo stop ; exit 0' TERM
while : ; do sleep 0.05 ; done
END
  cat > "$1/log/run" <<END
#!/bin/sh
exec cat >> out
END
  chmod +x "$1/run" "$1/log/run"
}
pid() { svstat "$1" | sed -n 's/.*up (pid \([0-9]*\).*/\1/p' ; }
supervisor() { awk '/^PPid/{print $2}' "/proc/$(pid "$1")/status" ; }

mkdir store scan
service store/web
service 'store/a b'
mkdir store/plain && cp store/web/run store/plain/run
mkdir scan/.hidden && cp store/web/run scan/.hidden/run
ln -s ../store/web 'scan/web'
ln -s '../store/a b' 'scan/a b'
: > scan/file
svscan -t scan 2> err.svscan & scan=$! ; track $scan
until_ok 10 svup scan/web
until_ok 10 svup scan/web/log
until_ok 10 svup 'scan/a b'
check 'a service and its logger' svup scan/web/log
check 'a name with a space' svup 'scan/a b'
refuse 'a hidden one is not started' svok scan/.hidden
until_ok 10 grep -q start store/web/log/out
check 'the pipe' grep -q start store/web/log/out

ln -s ../store/plain scan/plain
until_ok 10 svup scan/plain
check 'a new one is seen' svup scan/plain
service scan/inplace
until_ok 10 svup scan/inplace/log
check 'so is one that is made in place, with its logger' svup scan/inplace/log

# a dead supervise comes back; its service is one copy, its logger's pipe the same
old=$(pid scan/web) s=$(supervisor scan/web)
kill -KILL "$s"
until_ok 15 sh -c "svok scan/web && test \$(awk '/^PPid/{print \$2}' /proc/$old/status) != $s"
until_ok 15 svup scan/web
is 'a dead supervise is replaced, its service is not' "$(pid scan/web)" "$old"
s=$(supervisor scan/web/log)
kill -KILL "$s"
until_ok 15 svup scan/web/log
svc -t scan/web
until_ok 10 sh -c 'test $(grep -c start store/web/log/out) = 2'
is 'the log goes on' "$(tr '\n' ' ' < store/web/log/out)" 'start stop start '

# removal: the processes stay until told, and then are not started again
p=$(pid scan/plain) s=$(supervisor scan/plain)
rm scan/plain
check 'a removed one goes on' kill -0 "$p"
svc -dx store/plain
until_ok 10 gone "$s"
check 'until told to exit' gone "$s"
ln -s ../store/plain scan/plain2
until_ok 10 svup scan/plain2
check 'and may come back under another name' svup scan/plain2

# the idiom of daemontools, and an entry that is on its way out when all is stopped
service scan/old ; service scan/older
until_ok 10 svup scan/old/log ; until_ok 10 svup scan/older/log
mv scan/old scan/.old ; mv scan/older scan/.older
s=$(supervisor scan/.old)
svc -dx scan/.old scan/.old/log
until_ok 10 gone "$s"
check 'mv and svc -dx' gone "$s"
o=$(pid scan/.older)
w=$(pid scan/web) l=$(pid scan/web/log)
kill -TERM $scan
wait $scan
is 'TERM with -t exits 0' $? 0
check 'and has stopped the services' gone "$w"
check 'and the loggers' gone "$l"
check 'also what was renamed' gone "$o"
is 'with the last line' "$(tail -n 1 store/web/log/out)" stop

# without -t it dies and leaves them
rm -rf 'scan/a b' scan/inplace scan/plain2
svscan scan 2>> err.svscan & scan=$! ; track $scan
until_ok 10 svup scan/web
kill -TERM $scan
wait $scan 2>/dev/null
is 'TERM without -t kills it' $? 143
check 'and nothing else' svup scan/web
svc -dx scan/web scan/web/log
until_ok 10 sh -c '! svok scan/web && ! svok scan/web/log'
check 'the supervises go when told' sh -c '! svok scan/web && ! svok scan/web/log'
done_testing
