#!/bin/sh
# A job that must not disturb: idle, on one CPU, at most a minute, skipped while the last one runs.
exec 2>&1 < /dev/null
exec setlock -nx ./lock timeout -k 5 60 nice -n 19 ionice -c 3 taskset -c 0 mydaemon
