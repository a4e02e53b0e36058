#!/bin/sh
# configure and make: what they refuse and say, what is installed, that nothing is done twice.
. "${0%/*}/../lib.sh"
command -v make >/dev/null || skip_all 'make is not installed'

exits 'configure --help' 0 "$SRC/configure" --help
check 'tells the usage' grep -q '^usage: ./configure' out
mkdir b
cd b || exit 1
exits 'an option that does not exist' 1 "$SRC/configure" --with-everything
like 'is named' "$(cat "$T/err")" '*--with-everything*'
exits 'no skalibs where it was said to be' 1 "$SRC/configure" --with-libc=musl --with-skalibs="$T/nowhere"
like 'is told, and what to do' "$(cat "$T/err")" '*skalibs*package/deps*'
exits 'a compiler that does not exist' 1 "$SRC/configure" CC="$T/nocc"
like 'is named' "$(cat "$T/err")" "*$T/nocc*"

if built musl && test -e "$SRC/.skalibs/musl/lib/libskarnet.a" ; then
  exits 'configure, from another folder' 0 "$SRC/configure" --prefix=/opt/hf --mandir=/opt/man
  check 'writes config.h and config.mak there' test -e config.h -a -e config.mak
  touch -d '2001-01-01 00:00' config.h config.mak
  exits 'configure, the same again' 0 "$SRC/configure" --prefix=/opt/hf --mandir=/opt/man
  is 'changes neither file' "$(find . -name 'config.[hm]*' -newermt 2002-01-01)" ''
  exits 'configure, another prefix' 0 "$SRC/configure" --prefix=/opt/other --mandir=/opt/man
  check 'changes them' grep -q '/opt/other/bin' config.h
else
  skip 'configure from another folder' 'for the build against musl'
fi

cd "$T" || exit 1
prefix=$(sed -n 's/^bindir := //p' "$BUILD/config.mak") man=$(sed -n 's/^mandir := //p' "$BUILD/config.mak")
exits 'make has nothing to do' 0 make -C "$SRC" build="$BUILD" progs
refuse 'and compiles nothing' grep -q -e ' -c ' out
exits 'make install, with DESTDIR' 0 make -s -C "$SRC" build="$BUILD" install DESTDIR="$T/dest"
wrong=
for f in "$SRC"/src/*/deps-exe/* ; do
  n=${f##*/}
  cmp -s "$BUILD/bin/$n" "dest$prefix/$n" && test -x "dest$prefix/$n" || wrong="$wrong $n"
done
is 'every program is there' "$wrong" ''
wrong=
for f in "$SRC"/doc/man/*.[1-9] ; do
  n=${f##*/}
  cmp -s "$f" "dest$man/man${n##*.}/$n" || wrong="$wrong $n"
done
is 'every page is there' "$wrong" ''
is 'and nothing half made' "$(find dest -name '*.new*')" ''
# A program that runs can be replaced.
printf '#!/bin/sh\nexec sleep 1000\n' > run
mkdir s && mv run s/ && chmod +x s/run
"dest$prefix/runsv" s & p=$!
track $p
until_ok 20 test -s s/supervise/pid
exits 'make install again, while a program runs' 0 make -s -C "$SRC" build="$BUILD" install DESTDIR="$T/dest"
check 'the program still runs' kill -0 $p
sv -w 20 exit ./s >/dev/null
until_ok 20 hf_not kill -0 $p

# Static means static.
if built sanitizers ; then skip 'programs are static' 'this build is not'
elif command -v readelf >/dev/null ; then
  wrong=
  for f in "$BUILD"/bin/* ; do readelf -l "$f" 2>/dev/null | grep -q INTERP && wrong="$wrong ${f##*/}" ; done
  is 'programs are static' "$wrong" ''
else skip 'programs are static' 'readelf is not installed' ; fi
done_testing
