#!/bin/bash
# Writes l40s.csv, t4.csv and the same without latency: l40s_no_latency.csv, t4_no_latency.csv.
#   experiments/scaling/run.sh [FOLDER_FOR_RESULTS [OPTION_OF_PALSIM]...]
source "$(dirname "$0")/../study.sh"
out=${1:-$here}
options=("${@:2}")

# sweep EXPERIMENT [OPTION]...; 1 Pbit/s stands for links between nodes that cost nothing.
sweep() {
  palsim sweep "$here/$1.toml" "${@:2}" "${options[@]}" --set cluster.nodes=1024 \
    --over cluster.fabric.bandwidth=1Gbit/s,10Gbit/s,100Gbit/s,1Pbit/s \
    --over compute.jitter=0.02,0 --over workers=4..4096*2
}

for cluster in l40s t4; do
  record "$out/$cluster.csv" sweep $cluster
  # Without latency, rings by Simple are the fastest; NCCL would still choose by its own latencies.
  record "$out/${cluster}_no_latency.csv" sweep $cluster \
    --set cluster.transport.latency_factor=0.000001 \
    --set cluster.transport.algorithm=ring --set cluster.transport.protocol=Simple
done
