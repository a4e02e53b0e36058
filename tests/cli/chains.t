#!/bin/sh
# Each sentence of examples/chains, for sh and for execlineb, with a daemon that tells what has
# become of it.
. "${0%/*}/../lib.sh"
chmod 755 .
mkdir bin service
# Our links and helpers, where an ordinary user can reach them.
cp "$BUILD"/bin/* "$BUILD/helpers/chainshow" bin/
cat > bin/mydaemon <<'END'
#!/bin/sh
# No PATH is taken for granted: some chains run this as somebody else.
echo "args: $*"
echo "open files: $(ulimit -n) $(ulimit -Hn) core: $(ulimit -c) umask: $(umask)"
echo "nice: $(nice) io: $(ionice 2>/dev/null) cpus: $(sed -n 's/^Cpus_allowed_list:[^0-9]*//p' /proc/self/status)"
echo "ids: $(chainshow ids) newprivs: $(sed -n 's/^NoNewPrivs:[^0-9]*//p' /proc/self/status)"
echo "dir: $(pwd) home: ${HOME-unset} user: ${USER-unset} port: ${PORT-unset} app port: ${APP_PORT-unset} other: ${OTHER-unset}"
echo "session: $(test "$(cut -d " " -f 6 /proc/$$/stat)" = $$ && echo yes || echo no) stdin: $(readlink /proc/self/fd/0) host: $(cat /proc/sys/kernel/hostname)"
echo "lock held: $(cd "$SERVICE" 2>/dev/null && holdlock fcntl lock </dev/null >/dev/null 2>&1 && echo no || echo yes)"
echo "complaint" >&2
END
chmod 755 bin/mydaemon bin
cp "$BUILD/helpers/holdlock" bin/
PATH=$T/bin:$PATH SERVICE=$T/service
export PATH SERVICE
cd service || exit 1
mkdir env limits root root/bin
echo 8080 > env/PORT ; echo = > limits/core ; echo 123 > limits/openfiles
cp "$T/bin/chainshow" root/bin/mydaemon
ran=
example() { # example FILE: what it prints, in $got
  ran="$ran $1"
  got=$(OTHER=set "$SRC/examples/chains/$1" 2>"$T/err") ; code=$?
  is "$1: exit code" "$code" 0
}
says() { like "$example_name: $1" "$got" "*$2*" ; }
root=no ; test "$(id -u)" = 0 && root=yes

for kind in sh execline ; do
  if test $kind = execline && ! command -v execlineb >/dev/null ; then
    for f in "$SRC"/examples/chains/*.execline ; do ran="$ran ${f##*/}" ; skip "${f##*/}" 'execline is not installed' ; done
    continue
  fi
  example_name=worker.$kind ; example $example_name
  says 'the port from ./env in the command line' 'args: --port 8080'
  says 'limits' "open files: 200 $(ulimit -Hn) core: 0 umask: 0077"
  says 'nice' "nice: $(($(nice) + 5 > 19 ? 19 : $(nice) + 5)) "
  says 'stderr goes where stdout goes' complaint
  if holdlock ofd "$T/probe" </dev/null >/dev/null 2>&1 && ! setlock "$T/probe" holdlock fcntl "$T/probe" </dev/null >/dev/null ; then
    says 'the lock is held' 'lock held: yes'
  fi
  example_name=limits.$kind ; example $example_name
  says 'from files' "open files: 123 $(ulimit -Hn) core: $(ulimit -Hc) "
  if command -v ionice >/dev/null && command -v taskset >/dev/null && taskset -c 0 true 2>/dev/null ; then
    example_name=batch.$kind ; example $example_name
    says 'idle, on one CPU' 'nice: 19 io: idle* cpus: 0'
    says 'no input' 'stdin: /dev/null'
    if test "$(setlock lock "$SRC/examples/chains/$example_name" 2>&1)" = '' ; then code=skipped ; else code=run ; fi
    is "$example_name: skipped while one runs" $code skipped
  else ran="$ran batch.$kind" ; skip "batch.$kind" 'no ionice or taskset here' ; fi
  example_name=clean.$kind ; example $example_name
  says 'variables of ./env alone, with a prefix' 'home: unset user: unset port: unset app port: 8080 other: unset'
  says 'a session, no input' 'session: yes stdin: /dev/null'
  if test $root = no ; then
    for n in account jail private ; do ran="$ran $n.$kind" ; skip "$n.$kind" 'needs root' ; done
    continue
  fi
  example_name=account.$kind ; example $example_name
  says 'the account, for good' "ids: uid=$(id -u nobody),$(id -u nobody),$(id -u nobody) *root=never newprivs: 1"
  says 'its directory and HOME' "dir: $T/service/data home: $(awk -F: '$1 == "nobody" { print $6 }' /etc/passwd) user: nobody"
  is "$example_name: the directory" "$(stat -c '%U %a' data)" 'nobody 700'
  rmdir data
  if "$T/bin/chroot" root /bin/mydaemon 2>/dev/null ; then
    example_name=jail.$kind ; example $example_name
  else ran="$ran jail.$kind" ; skip "jail.$kind" 'this build is not static' ; fi
  if unshare --uts --ipc true 2>/dev/null && command -v hostname >/dev/null ; then
    example_name=private.$kind ; example $example_name
    says 'its own host name' 'host: inner'
  else ran="$ran private.$kind" ; skip "private.$kind" 'no namespaces for us' ; fi
done
missing=
for f in "$SRC"/examples/chains/*.sh "$SRC"/examples/chains/*.execline ; do
  case " $ran " in *" ${f##*/} "*) ;; *) missing="$missing ${f##*/}" ;; esac
done
is 'each example has been run' "$missing" ''
done_testing
