#!/usr/bin/env bash
# Packs palsim, its GPU tests and its GPU benchmark with the libraries that they need but for CUDA's,
# for a machine with GPUs where nothing can be installed:
#   experiments/hardware/bundle.sh build/bundle 9.0    # the GPUs' compute capability
#   experiments/hardware/run_gpu.sh --prebuilt build/bundle
set -euo pipefail
refuse() {
  echo "bundle.sh: $*" >&2
  exit 2
}
[ $# -eq 2 ] || refuse "write a folder and a compute capability: bundle.sh build/bundle 9.0"
capability=${2//./}
[[ $capability =~ ^[0-9]{2,3}$ ]] || refuse "$2: not a compute capability; write one as 9.0"
folder=$(realpath -m "$1")
# What is there is taken away, so it has to be a bundle.
if [ -e "$folder" ] && [ ! -e "$folder/palsim_bundle" ] && [ -n "$(ls -A "$folder")" ]; then
  refuse "$1: not empty and no bundle; write a new folder"
fi
mkdir -p "$folder" || exit 2
touch "$folder/palsim_bundle"
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."

build=build/for_bundle
cmake --preset release -B "$build" -DPALSIM_CUDA=ON -DPALSIM_CPU=x86-64-v3 \
  -DCMAKE_CUDA_ARCHITECTURES="$capability" >/dev/null
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
