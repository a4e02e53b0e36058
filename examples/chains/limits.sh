#!/bin/sh
# Limits that the administrator edits: a file each, "=" for as much as is allowed.
exec softlimit -o @./limits/openfiles -c @./limits/core -H -p 3000 mydaemon
