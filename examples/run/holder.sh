#!/bin/sh
# Holds the web server's socket, and gives it to its own user at ./hold.sock.
exec 2>&1
exec opensock -m 600 -s unix:./hold.sock -n http -m 666 -s unix:./web.sock holdsock
