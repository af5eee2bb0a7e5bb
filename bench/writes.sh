#!/usr/bin/env bash
# The ladder of writes: documents of 1 KiB a second, from a file that grows to a store, and what each of them survives.
#
#   bench/writes.sh [WORK DIRECTORY]
#
# DocService is asked over HTTP by wrk on the same two cores; all others write in a process of their own, without HTTP. Every
# round measures each rung once; the table has medians.
#
# Environment: SECONDS_PER_CELL (3), WARM_UP_SECONDS (3), ROUNDS (5), KEYS (100000), SETTLE_SECONDS_MAX (30), WORK, KEEP.
[[ $# -eq 0 ]] || WORK=$1
: "${SECONDS_PER_CELL:=3}" "${SETTLE_SECONDS_MAX:=30}"
source "$(dirname "$0")/lib.sh"

all="power cut"
rungs=(append append-sync sqlite-1 sqlite-1000 files put-1 put-64 batch-10 batch-1000)
declare -A title=([append]="file of lines, no sync" [append-sync]="file of lines, fsync each" [sqlite-1]="SQLite (WAL, FULL), 1 a transaction"
  [sqlite-1000]="SQLite (WAL, FULL), 1,000 a transaction" [files]="a file each: write, fsync, rename, fsync of the directory"
  [put-1]="DocService, PUT, 1 connection" [put-64]="DocService, PUT, 64 connections" [batch-10]="DocService, batch of 10, 64 connections"
  [batch-1000]="DocService, batch of 1,000, 4 connections")
declare -A survives=([append]="end of the process" [append-sync]="$all, but the last line may be torn" [sqlite-1]="$all" [sqlite-1000]="$all, the thousand together"
  [files]="$all" [put-1]="$all" [put-64]="$all" [batch-10]="$all, the ten together" [batch-1000]="$all, the thousand together")

# store WORKLOAD CONNECTIONS DOCUMENTS
store() {
  settle
  BENCH_BATCH=$3 load docservice "$1" "$2" "$seconds"
  awk -v requests="$requests" -v us="$duration_us" -v documents="$3" -v p50="$p50" -v p99="$p99" 'BEGIN { print documents * requests / us * 1e6, p50, p99 }' >"$work/rung"
}

rung() {
  case $1 in
    put-*) store put "${1#put-}" 1 ;;
    batch-10) store batch 64 10 ;;
    batch-1000) store batch 4 1000 ;;
    *) dotnet "$bench_dll" writes --dir "$work" --seconds "$seconds" --approach "$1" --body "$document_bytes" >"$work/rung" ;;
  esac
}

prepare
head=$(describe)
start_docservice "$work/data"
fill docservice
load docservice mix 64 "$warm_up"
for ((round = 1; round <= rounds; round++)); do
  for rung in "${rungs[@]}"; do
    sync -f "$work" # what the one before left to write
    rung "$rung"
    read -r documents p50 p99 <"$work/rung"
    note "$rung" "$documents" "$p50" "$p99"
    say "  round $round: ${title[$rung]}: ${documents%.*} documents/s"
  done
done
stop_store

medians 1 >"$work/medians"
printf '## The ladder of writes\n\n%s\n\n' "$head"
printf '| approach | documents/s | p50 ms | p99 ms | an acknowledged document survives |\n|---|---:|---:|---:|---|\n'
for rung in "${rungs[@]}"; do
  awk -F '\t' -v rung="$rung" -v title="${title[$rung]}" -v survives="${survives[$rung]}" '
    $1 == rung { printf "| %s | %.0f | %.3f | %.3f | %s |\n", title, $2, $3 / 1000, $4 / 1000, survives }' "$work/medians"
done
