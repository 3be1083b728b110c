#!/usr/bin/env bash
# Everything that needs a GPU, in one go of under ten minutes: builds, tests (also under
# compute-sanitizer), kernel benchmark beside PyTorch, calibration, and predictions held against
# training at 1, 2, 4 and 8 workers that share the first GPU. What came out lies in one folder.
#   experiments/hardware/run_gpu.sh [--prebuilt FOLDER] [OUT]
# FOLDER is what bundle.sh packed; OUT is experiments/hardware/NAME_OF_THE_GPU unless given.
set -uo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."

prebuilt=""
if [ "${1:-}" = --prebuilt ]; then
  [ -d "${2:-}/bin" ] || { echo "run_gpu.sh: --prebuilt ${2:-}: not a folder of bundle.sh" >&2; exit 2; }
  prebuilt=$(realpath "$2")
  shift 2
fi
if ! gpu=$(nvidia-smi --query-gpu=name --format=csv,noheader 2>/dev/null | head -1) || [ -z "$gpu" ]; then
  echo "run_gpu.sh: no GPU here (nvidia-smi lists none); run it on a machine that has one" >&2
  exit 2
fi
out=${1:-experiments/hardware/$(tr 'A-Z ' 'a-z_' <<<"$gpu")}
mkdir -p "$out"

failed=()
step() { # name limit_s command...: says what it took; a failure is noted, and the rest goes on
  local name=$1 limit=$2 begin=$SECONDS status=0
  shift 2
  timeout "$limit" "$@" || status=$?
  printf '%-34s %4d s  %s\n' "$name" $((SECONDS - begin)) \
    "$([ $status -eq 0 ] && echo done || echo "FAILED ($status)")" | tee -a "$out/steps.txt"
  [ $status -eq 0 ] || failed+=("$name")
}
: >"$out/steps.txt"

# Folders of CUDA's libraries that the loader does not know: a toolkit's, or PyTorch's.
library_folders() {
  local name
  for name in libcublas.so libcudnn.so libnccl.so; do
    ldconfig -p | grep -q "$name" && continue
    find /usr/local/cuda*/ $(python3 -c 'import site; print(*site.getsitepackages())' 2>/dev/null) \
      -name "$name.*" -printf '%h\n' -quit 2>/dev/null
  done | sort -u | paste -sd:
}
export LD_LIBRARY_PATH="${prebuilt:+$prebuilt/lib:}$(library_folders):${LD_LIBRARY_PATH:-}"
export PALSIM_HOME=$PWD

build() {
  cmake --preset release -B build/gpu -DPALSIM_CUDA=ON \
    -DCMAKE_CUDA_ARCHITECTURES="$(nvidia-smi --query-gpu=compute_cap --format=csv,noheader | head -1 | tr -d .)" &&
    cmake --build build/gpu --target palsim palsim_cuda real_cuda_test palsim_cuda_bench
}
if [ -n "$prebuilt" ]; then
  palsim=$prebuilt/bin/palsim tests=$prebuilt/bin/real_cuda_test bench=$prebuilt/bin/palsim_cuda_bench
else
  export -f build
  step build 300 bash -c build >"$out/build.log" 2>&1
  palsim=build/gpu/experiments/palsim tests=build/gpu/tests/real_cuda_test
  bench=build/gpu/tests/palsim_cuda_bench
fi

{
  echo "date      $(date -u +%Y-%m-%d)"
  echo "commit    $(git rev-parse HEAD 2>/dev/null || echo unknown)"
  echo "GPU       $(nvidia-smi --query-gpu=name,memory.total --format=csv,noheader | paste -sd';')"
  echo "driver    $(nvidia-smi --query-gpu=driver_version --format=csv,noheader | head -1)"
  echo "CPU       $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1), $(nproc) cores"
} | tee "$out/machine.txt"

to() { # file command...: what it prints goes there too
  local file=$1
  shift
  "$@" 2>&1 | tee "$file" | tail -25
  return "${PIPESTATUS[0]}"
}
export -f to

step tests 120 bash -c 'to "$@"' - "$out/tests.txt" "$tests"
if command -v compute-sanitizer >/dev/null; then
  # Each kernel at its smallest sizes: the tools slow it down some hundred times.
  for tool in memcheck racecheck; do
    PALSIM_SHORT_TESTS=1 step "$tool" 60 bash -c 'to "$@"' - "$out/$tool.txt" \
      compute-sanitizer --tool "$tool" --error-exitcode 1 "$tests" --test-case='*kernel*'
  done
fi
step benchmark 90 bash -c 'to "$@"' - "$out/benchmark.txt" "$bench" --json "$out/benchmark.json"
if python3 -c 'import torch' 2>/dev/null; then
  step 'benchmark of PyTorch' 60 bash -c 'to "$@"' - "$out/benchmark_pytorch.txt" \
    python3 experiments/hardware/pytorch_bench.py --json "$out/benchmark_pytorch.json"
  step 'palsim beside PyTorch' 10 bash -c 'to "$@"' - "$out/palsim_beside_pytorch.txt" \
    python3 experiments/hardware/compare.py "$out/benchmark.json" "$out/benchmark_pytorch.json"
fi
step calibration 60 bash -c 'to "$@"' - "$out/calibration.txt" \
  "$palsim" calibrate machine --backend cuda --emulate --workers 8 --out "$out/topology.toml"
for model in small_cnn gptneo_8m gptneo_125m resnet50; do
  step "validation of $model" 75 bash -c 'to "$@"' - "$out/validation_$model.json" \
    "$palsim" validate "experiments/hardware/$model.toml" --backend cuda --emulate \
    --calibration "$out/topology.toml" --repeats 2 --format json
done

if [ ${#failed[@]} -gt 0 ]; then
  echo "run_gpu.sh: failed: ${failed[*]}" >&2
  exit 1
fi
