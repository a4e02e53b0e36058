#!/bin/sh
# Has redis save, disturbing nobody: ten seconds at most, three attempts.
exec 2>&1
exec setsched -n 10 -i idle try -g -t 10 -k 2 -n 3 -d 0.2:1 redis-cli -e -s ./data/redis.sock save
