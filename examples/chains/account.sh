#!/bin/sh
# As an account with its groups and its HOME, in its own directory, for ever without privileges.
exec 2>&1
exec mkdirs -u nobody -m 700 -d data setuidgid -s -h nobody setpriv --no-new-privs env -C ./data mydaemon
