#!/bin/bash
# Writes resnet50.csv, gptneo_125m.csv and gptneo_8m.csv: DDP's and PALSGD's rows.
#   experiments/paper/run.sh [FOLDER_FOR_RESULTS [OPTION_OF_PALSIM]...]
source "$(dirname "$0")/../study.sh"
out=${1:-$here}
options=("${@:2}")

# sweep EXPERIMENT [OPTION]...
sweep() {
  palsim sweep "$@" "${options[@]}" --over compute.jitter=0,0.02,0.1 \
    --over method.PALSGD.warm_up=blocking,ddp --over method.DDP.overlap=full,none \
    --over cluster.transport.bandwidth_factor=0.5,1 |
    grep -v ',DiLoCo,\|,Local SGD,\|,SlowMo,'
}

record "$out/resnet50.csv" sweep resnet50_imagenet_l40s --set seeds=1 \
  --over compute.step_time=81ms,162ms,324ms --over compute.data_time=0ms,100ms
record "$out/gptneo_125m.csv" sweep gptneo_125m_tinystories_v100 \
  --over cluster=v100_nvlink_x8,v100_dgx_station_x4x2 \
  --over compute.step_time=8.5s,9.5s,19s --over compute.data_time=0ms,500ms
record "$out/gptneo_8m.csv" sweep gptneo_8m_tinystories_t4 \
  --over compute.step_time=3.5s,3.8s,7.6s --over compute.data_time=0ms,500ms
