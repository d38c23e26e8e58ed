#!/usr/bin/env bash
# configure.sh PRESET [TARGET…]: configures and builds a preset in build/PRESET. Without TARGET builds everything.
set -euo pipefail
cd "$(dirname "$0")/../.."
preset=$1
shift
mkdir -p build
exec 9>"build/.$preset.lock" # suites run side by side
flock 9
targets=()
[ $# -eq 0 ] || targets=(--target "$@")
if [[ $preset =~ ^(static|glibc)-(.*)$ ]]; then
    # CMake keeps the paths of what it found; other libraries need a fresh start.
    libc=${BASH_REMATCH[1]/static/musl}
    prefix=$(python3 build_support/static_libs.py --cpu "${BASH_REMATCH[2]}" --libc "$libc")
    grep -qsF "$prefix/" "build/$preset/CMakeCache.txt" || rm -rf "build/$preset"
fi
cmake --preset "$preset"
cmake --build "build/$preset" "${targets[@]}"
