#!/bin/sh
# A host name and System V IPC of its own.
exec unshare --uts --ipc sh -c 'hostname inner && exec "$@"' sh chpst -u nobody mydaemon
