#!/usr/bin/env bash
# The server under wrk: PUT of hot keys and of all-new ones, GET, 80 % GET and 20 % PUT, batches of ten; by connections.
#
#   bench/http.sh [WORK DIRECTORY]
#
# Environment: SECONDS_PER_CELL (10), WARM_UP_SECONDS (3), ROUNDS (5), CONNECTIONS ("1 16 64 256"), KEYS (100000),
# WORKLOADS ("put new get mix batch"), RAW_SECONDS (2), SETTLE_SECONDS_MAX (120), WORK, KEEP (keeps the work directory).
[[ $# -eq 0 ]] || WORK=$1
source "$(dirname "$0")/lib.sh"
read -ra workloads <<<"${WORKLOADS:-put new get mix batch}"

declare -A title=([put]="PUT, hot keys" [new]="PUT, all-new keys" [get]="GET" [mix]="80 % GET, 20 % PUT" [batch]="batch of 10 PUTs")
declare -A documents_of=([put]=1 [new]=1 [get]=0 [mix]=0.2 [batch]=10) # documents written by a request
ticks_per_second=$(getconf CLK_TCK)

# measure ROUND WORKLOAD CONNECTIONS
measure() {
  local ticks device journal commits syncs raw=0
  settle
  forget_peak "$server_pid"
  commits=$(metric docservice_journal_group_size_sum)
  syncs=$(metric docservice_journal_group_size_count)
  journal=$(metric docservice_journal_written_bytes_total)
  device=$(device_bytes)
  ticks=$(cpu_ticks "$server_pid")
  load docservice "$2" "$3" "$seconds"
  ticks=$(($(cpu_ticks "$server_pid") - ticks))
  commits=$(($(metric docservice_journal_group_size_sum) - commits))
  syncs=$(($(metric docservice_journal_group_size_count) - syncs))
  journal=$(($(metric docservice_journal_written_bytes_total) - journal))
  settle # what was acknowledged is written a second time, to its file: that belongs to the bytes
  sync -f "$work"
  device=$(($(device_bytes) - device))

  [[ ${documents_of[$2]} == 0 || $2 == mix ]] || raw=$(awk -v c="$3" '$1 == c { print $3 }' "$work/raw-$([[ $2 == batch ]] && echo 10 || echo 1)")
  note "$2" "$3" "$(awk -v requests="$requests" -v us="$duration_us" -v p50="$p50" -v p99="$p99" -v p999="$p999" -v ticks="$ticks" \
    -v hz="$ticks_per_second" -v kib="$(peak_kib "$server_pid")" -v commits="$commits" -v syncs="$syncs" -v journal="$journal" -v device="$device" \
    -v bytes="$document_bytes" -v documents="${documents_of[$2]}" -v raw="$raw" -v connections="$3" 'BEGIN {
      OFS = "\t"; seconds = us / 1e6; limit = raw * connections
      print requests / seconds, p50 / 1000, p99 / 1000, p999 / 1000, ticks / hz / seconds, requests ? ticks / hz / requests * 1e6 : 0,
        kib / 1024, syncs ? commits / syncs : 0, documents && requests ? journal / (requests * documents * bytes) : 0,
        documents && requests ? device / (requests * documents * bytes) : 0,
        limit ? 100 * requests / seconds / limit : 0 }')"
  say "  round $1: ${title[$2]} at $3: $((requests * 1000000 / duration_us)) requests/s"
}

# table WORKLOAD
table() {
  printf '\n### %s\n\n' "${title[$1]}"
  printf '| connections | requests/s | p50 ms | p99 ms | p99.9 ms | CPU cores | CPU µs | peak MiB | per sync | journal × | disk × | of the limit |\n'
  printf '|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n'
  medians 2 | awk -F '\t' -v workload="$1" 'function some(format, value) { return value > 0 ? sprintf(format, value) : "-" }
    $1 == workload { printf "| %d | %.0f | %.3f | %.3f | %.3f | %.2f | %.0f | %.0f | %s | %s | %s | %s |\n",
      $2, $3, $4, $5, $6, $7, $8, $9, some("%.1f", $10), some("%.1f", $11), some("%.1f", $12), some("%.0f %%", $13) }'
}

prepare
head=$(describe)
start_docservice "$work/data"
fill docservice
for ((round = 1; round <= rounds; round++)); do
  # The machine is not alone: the limit is taken again in each round.
  raw_device 1 "${connections[@]}" >"$work/raw-1"
  raw_device 10 "${connections[@]}" >"$work/raw-10"
  while read -r commits bytes syncs raw_p50 raw_p99; do
    printf '%s\t%s\t%s\t%s\t%s\t%s\n' raw "$commits" "$bytes" "$syncs" "$raw_p50" "$raw_p99" >>"$results"
  done <"$work/raw-1"
  load docservice mix 64 "$warm_up"
  for workload in "${workloads[@]}"; do
    for count in "${connections[@]}"; do
      measure "$round" "$workload" "$count"
    done
  done
done
stop_store

printf '## DocService over HTTP\n\n%s\n' "$head"
printf '\n### Raw device: one thread, pwrite + fdatasync of all connections'\'' commits in one group\n\n'
printf '| commits | bytes | syncs/s | commits/s at most | p50 ms | p99 ms |\n|---:|---:|---:|---:|---:|---:|\n'
medians 2 | awk -F '\t' '$1 == "raw" { printf "| %d | %d | %.0f | %.0f | %.3f | %.3f |\n", $2, $3, $4, $2 * $4, $5 / 1000, $6 / 1000 }'
for workload in "${workloads[@]}"; do
  table "$workload"
done
