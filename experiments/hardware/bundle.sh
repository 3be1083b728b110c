#!/usr/bin/env bash
# Packs palsim, its GPU tests and its GPU benchmark with the libraries that they need but for CUDA's,
# for a machine with GPUs where nothing can be installed:
#   experiments/hardware/bundle.sh build/bundle 90     # for compute capability 9.0
#   experiments/hardware/run_gpu.sh --prebuilt build/bundle
set -euo pipefail
if [ $# -ne 2 ]; then
  echo "bundle.sh: write a folder and a compute capability without its point: bundle.sh build/bundle 90" >&2
  exit 2
fi
mkdir -p "$1"
folder=$(realpath "$1")
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."

build=build/for_bundle
cmake --preset release -B "$build" -DPALSIM_CUDA=ON -DPALSIM_CPU=x86-64-v3 \
  -DCMAKE_CUDA_ARCHITECTURES="$2" >/dev/null
cmake --build "$build" --target palsim palsim_cuda real_cuda_test palsim_cuda_bench >&2

rm -rf "${folder:?}"/{bin,lib}
mkdir -p "$folder"/{bin,lib}
cp "$build"/experiments/palsim "$build"/real/cuda/libpalsim_cuda.so \
  "$build"/tests/{real_cuda_test,palsim_cuda_bench} "$folder/bin/"
strip "$folder"/bin/*
# Not the C library, which belongs to the machine, nor what comes with CUDA.
ldd "$folder"/bin/* | awk '/=> \// {print $3}' | sort -u |
  grep -Ev '/(ld-linux[^/]*|lib(c|m|dl|rt|pthread|resolv)\.so[^/]*|lib(cuda|cublas|cudnn|nccl|nvrtc|nvJitLink)[^/]*)$' |
  xargs -I {} cp -L {} "$folder/lib/"
du -sh "$folder"
