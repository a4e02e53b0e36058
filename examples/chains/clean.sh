#!/bin/sh
# Nothing inherited but descriptors 0 to 2 and the variables of ./env; standard input empty.
exec < /dev/null
exec cleanslate pgrphack env -i PATH="$PATH" envdir -p APP_ ./env mydaemon
