#!/bin/sh
# By root. A control group beside the supervisor's where there are any; an account that can get
# nothing back.
exec 2>&1
exec cglimit -k -m 500M -p 100 ../redis mkdirs -u nobody -m 700 -d data \
  privlimit -u nobody -b none -n \
  redis-server --port 0 --dir ./data --unixsocket redis.sock --save ''
