#!/bin/sh
# One copy at a time, nice, no core files, configured by the files of ./env.
exec 2>&1
umask 077
# shellcheck disable=SC2016
exec setlock -n ./lock nice -n 5 softlimit -c 0 -o 200 envdir ./env sh -c 'exec mydaemon --port "$PORT"'
