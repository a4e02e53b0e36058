#!/bin/sh
# The tree itself: every program has its parts and says what it must, pages and scripts are
# sound, no piece has grown too long.
. "${0%/*}/../lib.sh"
cd "$SRC" || exit 1

progs=$(for f in src/*/deps-exe/* ; do test ! -e "$f" || echo "${f##*/}" ; done | sort)
scripts=$(for f in src/*/scripts/* ; do test ! -e "$f" || echo "${f##*/}" ; done | sort)

# Programs: a source, a page, an answer to -V, the page's synopsis as usage.
page() { for hf_f in doc/man/"$1".[1-9] ; do test -e "$hf_f" && echo "$hf_f" && return 0 ; done ; return 1 ; }
missing=
for f in src/*/deps-exe/* ; do
  test -e "$f" || continue
  p=${f##*/} d=${f%/deps-exe/*}
  test -e "$d/$p.c" || missing="$missing $d/$p.c"
  page "$p" >"$T/page" || missing="$missing doc/man/$p.8"
done
for p in $scripts ; do page "$p" >"$T/page" || missing="$missing doc/man/$p.8" ; done
is 'each program has its source and its page' "$missing" ''
wrong=
for f in src/*/*.c ; do
  d=${f%/*} p=${f##*/} p=${p%.c}
  case $d in src/libholdfast) continue ;; esac
  grep -q '^main (\|int main (' "$f" || continue
  test -e "$d/deps-exe/$p" || wrong="$wrong $f"
done
is 'each source with a main has its dependency file' "$wrong" ''

. package/info
wrong=
for p in $progs ; do
  got=$(timeout 10 "$BUILD/bin/$p" -V </dev/null 2>&1) || wrong="$wrong $p(exit $?)"
  case $got in "$p: $package $version"*|"$p $version"*|"$package $p $version"*|"$p ($package) $version"*) ;;
    *) wrong="$wrong [$p -V says: $got]" ;; esac
done
is 'each program answers -V with its name and the version' "$wrong" ''

# Pages.
if command -v mandoc >/dev/null ; then
  mandoc -T lint -W warning doc/man/*.[1-9] >"$T/lint" 2>&1
  is 'the pages are clean under mandoc -T lint' "$(cat "$T/lint")" ''
else skip 'the pages are clean under mandoc -T lint' 'mandoc is not installed' ; fi
wrong=
for f in doc/man/*.[1-9] ; do
  n=${f##*/} s=${n##*.}
  grep -q "^\.Dt .* $s\$" "$f" && grep -q '^\.Sh NAME' "$f" || wrong="$wrong $n"
done
is 'each page has its section and a NAME' "$wrong" ''
wrong=
for p in $progs $scripts ; do
  f=$(page "$p") || continue
  for h in SYNOPSIS DESCRIPTION 'EXIT STATUS' ; do
    grep -q "^\.Sh $h\$" "$f" || wrong="$wrong $p:$h"
  done
done
is 'each page of a program has a synopsis, a description and exit codes' "$wrong" ''
wrong=
for f in doc/man/*.[1-9] ; do
  sed -n 's/^\.Xr \([^ ]*\) \([1-9]\).*/\1.\2/p' "$f" | sort -u | while read -r x ; do
    case $x in *.[23]) continue ;; esac # the system's own
    grep -q "^$x\$" "$SRC/tests/system/pages-elsewhere" && continue
    test -e "doc/man/$x" || echo "${f##*/}:$x"
  done
done >"$T/xr"
is 'pages refer to pages that exist' "$(cat "$T/xr")" ''

# A wrong option makes each program print its usage: that is the page's synopsis.
if command -v mandoc >/dev/null ; then
  squeeze() { sed -e 's/|/ /g' -e 's/\.\.\.//g' | tr -d ' \n' ; }
  wrong=
  for p in $progs ; do
    f=$(page "$p") || continue
    usage=$(timeout 10 "$BUILD/bin/$p" -% </dev/null 2>&1 | sed -n 's/^.*usage: //p' | head -n 1)
    if test -z "$usage" ; then # daemontools' filters have none
      case $p in multilog|tai64n|tai64nlocal) ;; *) wrong="$wrong $p prints no usage;" ;; esac
      continue
    fi
    synopsis=$(mandoc -T ascii "$f" | sed -e 's/.\x08//g' | sed -n '/^SYNOPSIS/,/^[A-RT-Z]/p' | sed -e 1d -e '$d' | squeeze)
    case $synopsis in *"$(echo "$usage" | squeeze)"*) ;; *) wrong="$wrong
$p: usage:    $(echo "$usage" | squeeze)
$p: synopsis: $synopsis" ;; esac
  done
  is 'the usage each program prints is its synopsis' "$wrong" ''
else skip 'the usage each program prints is its synopsis' 'mandoc is not installed' ; fi

# Scripts.
wrong=
for f in $(find . -path "./build*" -prune -o -path "./.[!c]*" -prune -o -type f -perm -u+x -print | sort) ; do
  head -n 1 "$f" | grep -q '^#!/bin/sh' || continue
  sh -n "$f" || wrong="$wrong $f"
done
is 'each sh script parses' "$wrong" ''

# Size: a program that has grown too long, or a function, wants to be taken apart.
find src -name '*.c' -exec wc -l {} + | grep -v ' total$' | sort -n >"$T/lengths"
is 'no program has more than 600 lines, no file of the library more than 800' \
  "$(awk '$1 > ($2 ~ /libholdfast/ ? 800 : 600)' "$T/lengths")" ''
# A function starts at a line "{" in the first column and ends at "}" there.
find src -name '*.c' | sort | while read -r f ; do
  awk -v f="$f" '/^{/ { s = NR } /^}/ && s { print NR - s - 1, f ":" s ; s = 0 }' "$f"
done | sort -n >"$T/functions"
is 'no function has more than 120 lines' "$(awk '$1 > 120' "$T/functions")" ''
awk '{ n[NR] = $1 } END { if (NR) print "# " NR " functions: median " n[int((NR + 1) / 2)] \
  " lines, nine of ten within " n[int((NR * 9 + 9) / 10)] ", longest " n[NR] }' "$T/functions"
awk '{ n[NR] = $1 ; s += $1 } END { if (NR) print "# " NR " source files, " s " lines: median " n[int((NR + 1) / 2)] \
  ", longest " n[NR] }' "$T/lengths"

# Habits.
list() { git ls-files 2>/dev/null || find . -type f -not -path './build*' -not -path './.*' ; }
list >"$T/files"
wrong=$(while read -r f ; do test -f "$f" && test ! -h "$f" && grep -lIE '/(work|workspace|Users)/[a-z]|/home/[a-z]+/(src|git|work|build)' "$f" ; done <"$T/files")
is 'no path of one machine is written anywhere' "$wrong" ''
wrong=$(for f in $(find src tests -name '*.c') ; do head -n 1 "$f" | grep -q 'ISC license' || echo "$f" ; done)
is 'each C file names its licence' "$wrong" ''
wrong=$(grep -nE '\<(sprintf|gets|system|popen|alloca)[ ]*\(' -r src --include='*.c' | head)
is 'no call that a small program must not make' "$wrong" ''
done_testing
