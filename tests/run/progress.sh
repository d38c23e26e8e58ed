#!/usr/bin/env bash
# progress.sh WHAT COMMAND…: runs it quietly; shows a line when it takes over two seconds, its output when it fails.
set -uo pipefail
what=$1
shift
log=$(mktemp)
trap 'rm -f "$log"' EXIT
begin=$SECONDS
"$@" >"$log" 2>&1 </dev/null &
job=$!
for _ in 1 2 3 4 5 6 7 8 9 10; do
    kill -0 "$job" 2>/dev/null || break
    sleep 0.2
done
if kill -0 "$job" 2>/dev/null; then
    echo "$what …" >&2
    slow=1
fi
wait "$job"
status=$?
if [ "$status" -ne 0 ]; then
    cat "$log" >&2
    echo "$what failed: $*" >&2
elif [ -n "${slow:-}" ]; then
    echo "$what: $((SECONDS - begin)) s" >&2
fi
exit "$status"
