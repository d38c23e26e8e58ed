#!/usr/bin/env bash
# programs.sh CPU DIRECTORY: builds the programs that run on any Linux of CPU and installs them into DIRECTORY. Exit
# status 4: what their libraries are made from cannot be fetched here.
set -euo pipefail
cd "$(dirname "$0")/../.."
cpu=$1 directory=$2
for libc in musl glibc; do
    python3 build_support/static_libs.py --cpu "$cpu" --libc "$libc" >/dev/null
done
mkdir -p "$directory"
for preset in "static-$cpu" "glibc-$cpu"; do
    tests/run/configure.sh "$preset" programs
    for program in "build/$preset/bin"/*; do
        cmp -s "$program" "$directory/${program##*/}" || install -m 755 "$program" "$directory/"
    done
done
