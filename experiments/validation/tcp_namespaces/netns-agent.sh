#!/bin/sh
# What mpirun starts a host's processes with, in place of ssh: netns-agent.sh HOST COMMAND...
# A host is the network namespace of that name, with a host name of its own, so that Open MPI does
# not take it for the machine that it is on.
host=$1
shift
exec ip netns exec "$host" unshare --uts sh -c "hostname $host && $*"
