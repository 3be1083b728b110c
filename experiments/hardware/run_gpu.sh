#!/usr/bin/env bash
# Everything that needs a GPU, in one go of under ten minutes: builds, tests (also under
# compute-sanitizer), kernel benchmark beside PyTorch, calibration, and predictions held against
# training at 1, 2, 4 and 8 workers that share the first GPU. What came out lies in one folder.
#   experiments/hardware/run_gpu.sh [--prebuilt FOLDER] [OUT]
# FOLDER is what bundle.sh packed; OUT is experiments/hardware/NAME_OF_THE_GPU unless given.
set -uo pipefail

refuse() {
  echo "run_gpu.sh: $*" >&2
  exit 2
}
prebuilt=""
if [ "${1:-}" = --prebuilt ]; then
  [ -e "${2:-}/palsim_bundle" ] || refuse "--prebuilt ${2:-}: not a folder of bundle.sh"
  prebuilt=$(realpath "$2")
  shift 2
fi
[ $# -le 1 ] && [[ "${1:-}" != -* ]] || refuse "$*: write run_gpu.sh [--prebuilt FOLDER] [OUT]"
out=${1:+$(realpath -m "$1")}
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." || exit
gpus=$(nvidia-smi --query-gpu=name --format=csv,noheader 2>/dev/null) || gpus=""
[ -n "$gpus" ] || refuse "no GPU here (nvidia-smi lists none); run it on a machine that has one"
out=${out:-$PWD/experiments/hardware/$(head -1 <<<"$gpus" | tr 'A-Z ' 'a-z_')}
mkdir -p "$out" || exit 2

# Steps, the most telling first; one has its limit, and what is left of ten minutes.
deadline=590
failed=()
note() { printf '%-28s %s\n' "$1" "$2" | tee -a "$out/steps.txt"; }
step() { # name limit_s file command...: what it prints goes into the file, complaints beside it
  local name=$1 limit=$2 file=$out/$3 left=$((deadline - SECONDS)) begin=$SECONDS status=0
  shift 3
  if [ "$left" -lt 10 ]; then
    failed+=("$name")
    note "$name" "left out: no time"
    return 1
  fi
  timeout $((limit < left ? limit : left)) "$@" >"$file" 2>"$file.log" || status=$?
  [ -s "$file.log" ] || rm -f "$file.log"
  if [ "$status" -eq 0 ]; then
    note "$name" "$((SECONDS - begin)) s"
  else
    failed+=("$name")
    note "$name" "failed ($status) after $((SECONDS - begin)) s: $(tail -1 "$file.log" 2>/dev/null)"
  fi
  return "$status"
}
has() { command -v "$1" >/dev/null; }
: >"$out/steps.txt"

# Folders of CUDA's libraries that the loader does not know: a toolkit's, or PyTorch's.
library_folders() {
  local known name places
  known=$(ldconfig -p)
  mapfile -t places < <(ls -d /usr/local/cuda*/ 2>/dev/null
    python3 -c 'import site; print(*site.getsitepackages(), sep="\n")' 2>/dev/null)
  [ ${#places[@]} -gt 0 ] || return 0
  for name in libcublas.so libcudnn.so libnccl.so; do
    [[ $known == *$name* ]] ||
      find "${places[@]}" -name "$name.*" -printf '%h\n' -quit 2>/dev/null
  done | sort -u | paste -sd:
}
LD_LIBRARY_PATH="${prebuilt:+$prebuilt/lib:}$(library_folders):${LD_LIBRARY_PATH:-}"
PATH=$PATH:/usr/local/cuda/bin
export LD_LIBRARY_PATH PATH PALSIM_HOME=$PWD

if [ -n "$prebuilt" ]; then
  palsim=$prebuilt/bin/palsim tests=$prebuilt/bin/real_cuda_test bench=$prebuilt/bin/palsim_cuda_bench
else
  capability=$(nvidia-smi --query-gpu=compute_cap --format=csv,noheader)
  step build 580 build.txt bash -c 'cmake --preset release -B build/gpu -DPALSIM_CUDA=ON \
    -DCMAKE_CUDA_ARCHITECTURES="$1" &&
    cmake --build build/gpu --target palsim palsim_cuda real_cuda_test palsim_cuda_bench' \
    build "$(head -1 <<<"$capability" | tr -d .)" || exit 1
  palsim=build/gpu/experiments/palsim tests=build/gpu/tests/real_cuda_test
  bench=build/gpu/tests/palsim_cuda_bench
fi

{
  echo "date    $(date -u +%Y-%m-%d)"
  echo "commit  $(git rev-parse HEAD 2>/dev/null || echo unknown)"
  echo "GPUs    $(nvidia-smi --query-gpu=name,memory.total --format=csv,noheader | paste -sd';')"
  echo "driver  $(nvidia-smi --query-gpu=driver_version --format=csv,noheader | paste -sd';')"
  echo "CPU     $(sed -n 's/^model name.*: //p' /proc/cpuinfo | sort -u | paste -sd';'), $(nproc) cores"
} | tee "$out/machine.txt"

step tests 60 tests.txt "$tests"
step benchmark 75 benchmark.txt "$bench" --json "$out/benchmark.json"
step calibration 45 calibration.json "$palsim" calibrate machine --backend cuda --emulate \
  --workers 8 --out "$out/topology.toml" --format json

# At as many workers as have room.
validate() { # model repeats
  local workers status
  for workers in '[1, 2, 4, 8]' '[1, 2, 4]' '[1, 2]' '[1]'; do
    "$palsim" validate "experiments/hardware/$1.toml" --backend cuda --emulate \
      --calibration "$out/topology.toml" --repeats "$2" --set "workers=$workers" --format json
    status=$?
    [ $status -eq 2 ] || return $status
  done
  return 2
}
export -f validate
export palsim out
if [ -f "$out/topology.toml" ]; then
  step 'validation of small_cnn' 60 validation_small_cnn.json bash -c 'validate small_cnn 3'
  step 'validation of gptneo_125m' 75 validation_gptneo_125m.json bash -c 'validate gptneo_125m 1'
  step 'validation of resnet50' 75 validation_resnet50.json bash -c 'validate resnet50 1'
  step 'validation of gptneo_8m' 60 validation_gptneo_8m.json bash -c 'validate gptneo_8m 3'
fi

if python3 -c 'import torch' 2>/dev/null; then
  step 'benchmark of PyTorch' 60 benchmark_pytorch.txt \
    python3 experiments/hardware/pytorch_bench.py --json "$out/benchmark_pytorch.json" &&
    step 'comparison' 10 palsim_beside_pytorch.txt python3 experiments/hardware/compare.py \
      "$out/benchmark.json" "$out/benchmark_pytorch.json"
else
  note 'benchmark of PyTorch' 'left out: no PyTorch here'
fi

if has compute-sanitizer; then
  # Kernels and groups; whole trainings would take the tools too long.
  for tool in memcheck racecheck; do
    step "$tool" 75 "$tool.txt" compute-sanitizer --tool "$tool" --error-exitcode 1 "$tests" \
      --source-file-exclude='*train*,*model*'
    if grep -q 'test cases: *0 ' "$out/$tool.txt"; then
      failed+=("$tool")
      note "$tool" 'failed: no test ran'
    fi
  done
else
  note 'memcheck, racecheck' 'left out: no compute-sanitizer here'
fi

if [ ${#failed[@]} -gt 0 ]; then
  echo "run_gpu.sh: failed: ${failed[*]}" >&2
  exit 1
fi
