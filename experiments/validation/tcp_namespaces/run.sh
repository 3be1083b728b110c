#!/usr/bin/env bash
# DDP, DiLoCo and PALSGD between real hosts on a real network, as predicted and as measured.
#
# Hosts are network namespaces of this machine, each joined by a veth pair to a bridge in a
# namespace of its own; both ends of each pair are shaped by tc's token bucket, so that each link
# has the rate in either direction. Nothing outside these namespaces is touched, and a trap removes
# them. For each number of hosts and each rate, one mpirun of palsim_tcp_validation, a process a
# host, measures links and local steps, predicts, and only then trains; see main.cpp.
#
#   run.sh [--short] [PROGRAM]      as root, with iproute2 and Open MPI; three to four minutes
#
# PROGRAM is palsim_tcp_validation, by default build/release's. --short: two hosts, one rate, a few
# steps, to see that it works. Prints one table; writes results.csv here, but not if --short. The
# machine should have nothing else to do: all hosts share its cores, which the prediction knows, but
# it knows of no others.
set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")

short=no
[ "${1:-}" = --short ] && { short=yes; shift; }
program=$(readlink -f "${1:-$here/../../../build/release/experiments/palsim_tcp_validation}")

skip() { # reason
  echo "skipped: $1"
  exit 0
}
[ "$(uname)" = Linux ] || skip "network namespaces are Linux's"
[ "$(id -u)" -eq 0 ] || skip "only root may make network namespaces"
for command in ip tc mpirun unshare; do
  command -v "$command" >/dev/null ||
    skip "no '$command'; install iproute2, util-linux and openmpi-bin"
done
[ -x "$program" ] || { echo "run.sh: $program: build it first" >&2; exit 2; }

prefix=palsim$$
switch=$prefix-switch
folder=$(mktemp -d)

remove_hosts() {
  local namespace
  for namespace in $(ip netns list | awk '{ print $1 }' | grep "^$prefix-"); do
    ip netns delete "$namespace"
  done
}
trap 'remove_hosts; rm -rf "$folder"' EXIT

# The queue behind the bucket holds a whole model: packets that are lost where two hosts send to one
# are no part of what is predicted.
shape() { # namespace, interface, rate
  tc -n "$1" qdisc replace dev "$2" root tbf rate "$3" burst 128kb limit 8mb
}

start_switch() {
  ip netns add "$switch"
  ip -n "$switch" link set lo up
  ip -n "$switch" link add bridge type bridge
  ip -n "$switch" link set bridge up
  ip -n "$switch" address add 10.0.0.254/24 dev bridge # mpirun's own, to start hosts from
}

start_host() { # number, rate
  local host=$prefix-host$1
  ip netns add "$host"
  ip -n "$host" link set lo up
  ip -n "$switch" link add "port$1" type veth peer name eth0 netns "$host"
  ip -n "$switch" link set "port$1" master bridge up
  ip -n "$host" address add "10.0.0.$(($1 + 1))/24" dev eth0
  ip -n "$host" link set eth0 up
  # What Linux has by default, whatever this machine prefers; BBR guesses at rates.
  ip -n "$host" route change 10.0.0.0/24 dev eth0 src "10.0.0.$(($1 + 1))" congctl cubic
  shape "$switch" "port$1" "$2"
  shape "$host" eth0 "$2"
}

train() { # hosts, rate as tc writes it, as palsim writes it, steps, repeats
  local hosts=$1 names="" i
  start_switch
  for ((i = 0; i < hosts; ++i)); do
    start_host "$i" "$2"
    names+=,$prefix-host$i
  done
  # Open MPI takes hosts of one name for one machine: each has its own, this one, too. Each host
  # takes the machine for its own: bound to cores, all would crowd on the first. Threads that
  # predict would linger while processes train.
  ip netns exec "$switch" unshare --uts sh -c 'hostname "$0" && exec "$@"' "$switch" \
    mpirun --host "${names#,}" -np "$hosts" --bind-to none \
    --mca plm_rsh_agent "$here/netns-agent.sh" --mca orte_tmpdir_base "$folder" \
    --mca oob_tcp_if_include 10.0.0.0/24 --mca btl_tcp_if_include 10.0.0.0/24 \
    --mca btl tcp,self --mca pml ob1 --mca mpi_yield_when_idle 1 \
    -x OMP_NUM_THREADS=1 \
    "$program" "$here/experiment.toml" "$3" "$4" "$5" "$folder"
  remove_hosts
}

(start_switch && start_host 0 1gbit) 2>"$folder/refusal" ||
  skip "no namespaces or no shaping here: $(head -1 "$folder/refusal")"
remove_hosts

export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
if [ "$short" = yes ]; then
  train 2 1gbit 1Gbit/s 8 1
else
  for hosts in 2 4; do
    train "$hosts" 100mbit 100Mbit/s 16 3
    train "$hosts" 1gbit 1Gbit/s 64 3
  done
fi

"$program" "$folder/results.csv"
[ "$short" = yes ] || {
  cat <<END
# experiments/validation/tcp_namespaces/run.sh, $(date +%F), on $(nproc) cores
# ($(sed -n '/^model name/{s/.*: //p;q}' /proc/cpuinfo)).
END
  cat "$folder/results.csv"
} >"$here/results.csv"
