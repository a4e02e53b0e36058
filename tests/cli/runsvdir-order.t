#!/bin/sh
# runsvdir: many services are started, and stopped, in the order of their files needs.
. "${0%/*}/../lib.sh"

# A runsv that only tells when it was started: process ids say the order.
mkdir bin sv
printf '#!/bin/sh\necho "$$ $1" >> "%s/started"\nexec sleep 1000\n' "$T" > bin/runsv
chmod +x bin/runsv
PATH=$T/bin:$PATH

all=120
name() { printf 's%03d' "$1" ; }
n=0
while test $n -lt $all ; do mkdir "sv/$(name $n)" ; n=$((n + 1)) ; done
# Each needs its neighbour in a chain as long as the tree: longer than any guess at a depth.
# (7 and 120 have no factor in common: so the names come in no order.)
n=0
while test $n -lt $((all - 1)) ; do
  name $(( (n + 1) * 7 % all )) > "sv/$(name $(( n * 7 % all )))/needs"
  n=$((n + 1))
done
# Blanks around a name, an empty line, a comment, a name that is none, itself: as svneed reads it.
printf '# what it needs\n\n \t%s \t\nnowhere\n%s\n' "$(name 7)" "$(name 0)" > "sv/$(name 0)/needs"
# A name with a blank in it; and a circle, which somebody needs.
mkdir 'sv/a name' 'sv/0 needs a name' sv/round sv/about sv/0
echo 'a name' > 'sv/0 needs a name/needs'
echo about > sv/round/needs
echo round > sv/about/needs
echo round > sv/0/needs
all=$((all + 5))

started() { test "$(wc -l < started)" = $all ; }
wrapped() { sort -n started | awk 'NR == 1 { a = $1 } END { exit !($1 - a > 10000) }' ; }
run() {
  : > started
  runsvdir sv 2>err.dir & dir=$!
  track $dir
  until_ok 30 started || return 1
  track $(cut -d' ' -f1 started)
  sort -n started | cut -d' ' -f2- > order
  kill -HUP $dir
  wait $dir ; test $? = 111
}
check 'all are started' run
wrapped && run # process ids began anew meanwhile
place() { grep -nx "$1" order | cut -d: -f1 ; }
before() { test "$(place "$1")" -lt "$(place "$2")" ; }
wrong=
n=0
while test $n -lt 119 ; do
  before "$(name $(( (n + 1) * 7 % 120 )))" "$(name $(( n * 7 % 120 )))" || wrong="$wrong $n"
  n=$((n + 1))
done
is 'those that are needed first, a chain of 120' "$wrong" ''
check 'blanks inside a name belong to it' before 'a name' '0 needs a name'
check 'a circle is started, and before the one that needs it' before round 0

done_testing
