#!/usr/bin/env bash
# configure.sh PRESET [TARGET…]: configures and builds a preset in build/PRESET. Without TARGET builds everything.
set -euo pipefail
cd "$(dirname "$0")/../.."
preset=$1
shift
targets=()
[ $# -eq 0 ] || targets=(--target "$@")
cmake --preset "$preset"
cmake --build "build/$preset" "${targets[@]}"
