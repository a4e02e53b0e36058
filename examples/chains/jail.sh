#!/bin/sh
# In a root of its own, with nothing inside but the program: numbers, since no /etc/passwd is there.
exec env -i PATH="$PATH" chpst -e ./env -/ ./root -u :4000:4000 -o 100 /bin/mydaemon
