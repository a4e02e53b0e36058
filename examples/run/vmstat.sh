#!/bin/sh
# A line a second, each in the log when it is written.
exec 2>&1
exec ptyout vmstat -n 1
