#!/bin/sh
# The socket comes from the holder; nginx is told its number by a variable of its own.
exec 2>&1
exec mkdirs -m 700 -d tmp opensock -f ./hold.sock env 'NGINX=3;' nginx -p . -e stderr -c nginx.conf
