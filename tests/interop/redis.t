#!/bin/sh
# redis from the distribution, by the service directory in examples/services.
name=redis shipped=6379 said='Ready to accept connections' wants='redis-server redis-cli'
. "${0%/*}/daemon.sh"
cli() { timeout 10 redis-cli -h 127.0.0.1 -p "$port" "$@" 2>/dev/null ; }
served() {
  case $1 in
    first) test "$(cli set colour blue)" = OK ;;
    *) test "$(cli get colour)" = blue ;; # what it was told before it was killed
  esac
}
life
done_testing
