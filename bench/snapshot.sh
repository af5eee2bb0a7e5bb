#!/usr/bin/env bash
# What a snapshot costs writers: PUT at 16 connections alone, and beside POST /snapshots, in turn, with DOCUMENTS documents in the store.
# Goal: p99 beside it is at most twice its value alone. Eight minutes without the builds, most of it the import.
#
#   bench/snapshot.sh
#
# Environment: SECONDS_PER_CELL (15), WARM_UP_SECONDS (3), ROUNDS (3), DOCUMENTS (1000000), CONNECTIONS (16), BUILT (the builds are there),
# WORK; FILLED names a data directory that is used as it is.
: "${SECONDS_PER_CELL:=15}" "${ROUNDS:=3}" "${CONNECTIONS:=16}"
source "$(dirname "$0")/lib.sh"
need python3 jq
documents=${DOCUMENTS:-1000000}
if [[ -n ${BUILT:-} ]]; then
  rm -rf "$work" && mkdir -p "$work" && : >"$results"
else
  prepare
fi

# import: documents as small as many are.
import() {
  say "  importing $documents documents"
  python3 -c '
import sys
for number in range(int(sys.argv[1])):
    print("{\"id\":\"m/%07d\",\"body\":{\"number\":%d,\"name\":\"document %d\",\"text\":\"%s\"}}" % (number, number, number, "x" * 150))' "$documents" >"$work/documents.ndjson"
  dotnet "$server_dll" import "$work/documents.ndjson" --url "$base" >/dev/null 2>"$work/import.log" || die "the import failed: $work/import.log"
  rm "$work/documents.ndjson"
}

# take: a snapshot in the background; its answer goes to $work/taken, what it took to $work/taken.seconds.
take() {
  (
    began=$EPOCHREALTIME
    curl -s --fail-with-body -X POST "$base/snapshots" >"$work/taken"
    awk -v began="$began" -v ended="$EPOCHREALTIME" 'BEGIN { printf "%.2f\n", ended - began }' >"$work/taken.seconds"
  ) &
  taking=$!
  started+=("$taking")
}

is_removed() { [[ -z $(find "$data/snapshots" -mindepth 1 -maxdepth 1 2>/dev/null) ]]; }

# drop: the snapshot and its files.
drop() {
  curl -s -o /dev/null -X DELETE "$base/snapshots/$(jq -r .snapshot.name "$work/taken")"
  wait_until 300 is_removed || die "the snapshot is not removed"
}

# puts NAME: a row of the table.
puts() {
  load docservice put "${connections[0]}" "$seconds"
  printf '%s\t%s\t%s\t%s\t%s' "$1" "$(awk -v requests="$requests" -v us="$duration_us" 'BEGIN { printf "%.0f", requests / us * 1e6 }')" "$p50" "$p99" "$p999" >"$work/row"
}

head=$(describe)
data=${FILLED:-$work/data}
start_docservice "$data"
[[ -n ${FILLED:-} ]] || import
keys=${KEYS:-20000}
settle
load docservice put "${connections[0]}" "$warm_up"
settle
printf '%s\n\n| round | writers | PUT/s | p50 ms | p99 ms | p99.9 ms | snapshot s | µs a document |\n|---|---|---|---|---|---|---|---|\n' "$head"
for ((round = 1; round <= rounds; round++)); do
  puts alone
  settle
  awk -F '\t' -v round="$round" '{ printf "| %d | %s | %d | %.2f | %.2f | %.2f | | |\n", round, $1, $2, $3 / 1000, $4 / 1000, $5 / 1000 }' "$work/row"
  take
  puts beside
  ended=whole
  ! kill -0 "$taking" 2>/dev/null || ended=longer
  wait "$taking" || die "no snapshot: $(cat "$work/taken")"
  awk -F '\t' -v round="$round" -v took="$(cat "$work/taken.seconds")" -v documents="$(jq .snapshot.documents "$work/taken")" '
    { printf "| %d | %s | %d | %.2f | %.2f | %.2f | %.1f | %.1f |\n", round, $1, $2, $3 / 1000, $4 / 1000, $5 / 1000, took, took / documents * 1e6 }' "$work/row"
  say "round $round: the snapshot took $ended than the writers"
  drop
  settle
done
stop_store
[[ -n ${KEEP:-} ]] || rm -rf "$work"
