#!/bin/sh
# What mpirun starts a host's processes with, in place of ssh: netns-agent.sh HOST COMMAND...
# A host is the network namespace of that name, with that host name of its own, lest Open MPI take
# all of them for one machine. As ssh does, a shell splits the command once more.
host=$1
shift
exec ip netns exec "$host" unshare --uts sh -c "hostname $host && $*"
