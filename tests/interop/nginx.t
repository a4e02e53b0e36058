#!/bin/sh
# nginx from the distribution, by the service directory in examples/services.
name=nginx shipped=8080 said='GET / HTTP' wants='nginx perl'
. "${0%/*}/daemon.sh"
get='
  $s = IO::Socket::INET->new(PeerAddr => "127.0.0.1", PeerPort => shift, Timeout => 10) or exit 1;
  print $s "GET / HTTP/1.0\r\n\r\n";
  print <$s>;'
served() { timeout 20 perl -MIO::Socket::INET -e "$get" "$port" | grep -q 'holdfast keeps this page up' ; }
life
done_testing
