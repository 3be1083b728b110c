#!/bin/bash
# Writes slow_worker.csv, jitter.csv and stalls.csv.
#   experiments/stragglers/run.sh [FOLDER_FOR_RESULTS [OPTION_OF_PALSIM]...]
source "$(dirname "$0")/../study.sh"
out=${1:-$here}
options=("${@:2}")

# A list of slow workers has commas of its own, so it is no axis of a sweep.
slow_worker() {
  for factor in 1 1.1 1.2 1.3 1.5 1.75 2; do
    palsim predict "$here/stragglers.toml" --format csv "${options[@]}" \
      --set "compute.slow_workers=[{ rank = 0, factor = $factor }]" |
      if [ $factor = 1 ]; then sed "1s/^/factor,/; 2,\$s/^/$factor,/"; else sed "1d; s/^/$factor,/"; fi
  done
}

record "$out/slow_worker.csv" slow_worker
record "$out/jitter.csv" palsim sweep "$here/stragglers.toml" "${options[@]}" \
  --over compute.jitter=0..0.3+0.05
record "$out/stalls.csv" palsim sweep "$here/stragglers.toml" "${options[@]}" \
  --over compute.stalls.rate=0.1/h,1/h,10/h --over compute.stalls.duration=1s,10s,60s
