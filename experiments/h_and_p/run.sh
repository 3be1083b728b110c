#!/bin/bash
# Trains the small CNN for real at each H, p and eta, and writes losses.csv and held_out.csv here.
# Runs that are already in the folder for raw results are not made again.
#   experiments/h_and_p/run.sh [FOLDER_FOR_RAW_RESULTS]
source "$(dirname "$0")/../study.sh"
raw=${1:-$here/raw}
mkdir -p "$raw"

# cell LABEL_OF_THE_METHOD SYNC_INTERVAL MIX_PROBABILITY MIX_RATE; what a method has not is "-".
cell() {
  local label=$1 interval=$2 probability=$3 rate=$4
  local name="${label// /_}_H${interval}_p${probability}_eta${rate}_seed${seed}"
  if [ -e "$raw/$name.json" ] || [ -e "$raw/$name.failed" ]; then return; fi
  local key=method."$label" changes=(--set seed="$seed" --set seeds=1)
  if [ "$interval" != - ]; then changes+=(--set "$key.sync_interval=$interval"); fi
  if [ "$probability" != - ]; then changes+=(--set "$key.mix_probability=$probability"); fi
  if [ "$rate" != - ]; then changes+=(--set "$key.mix_rate=$rate"); fi
  if nice -n 15 palsim train "$here/small_cnn.toml" --method "$label" "${changes[@]}" \
    --log "$raw/$name.csv" --format json > "$raw/$name.tmp" 2> "$raw/errors.txt"; then
    mv "$raw/$name.tmp" "$raw/$name.json"
    echo "$name"
  else  # a loss that is no longer a number, or Ctrl-C
    grep "the loss is" "$raw/errors.txt" || exit 1
    mv "$raw/errors.txt" "$raw/$name.failed"
  fi
}

for seed in 2023 2024 2025 2026 2027; do
  cell DDP - - -
  for interval in 32 64 128 256; do
    cell DiLoCo $interval - -
    for probability in 0.025 0.05 0.1 0.25 0.5; do
      cell PALSGD $interval $probability 1
    done
    cell "PALSGD shared" $interval 0.25 1
  done
  for rate in 0.25 4 16 64; do cell PALSGD 32 0.25 $rate; done
  cell PALSGD 256 0.25 0.25  # as much pull in a round as eta = 1 at H = 64
  for probability in 0.025 0.05 0.1 0.5; do cell "PALSGD shared" 32 $probability 1; done
done
python3 "$here/collect.py" "$raw" "$here"
