#!/usr/bin/env bash
# PUT and GET of 1 KiB documents against the stores that a user would pick instead, in alternating rounds on one machine;
# then ratios against the goals.
#
#   bench/compare.sh [WORK DIRECTORY]
#
# Every store that is asked to sync does so before it answers; nginx' WebDAV does not sync at all. PostgreSQL is loaded by
# pgbench, without HTTP. The bare server is what a minimal API server does without a store: the ceiling. A store whose programs
# are not installed is left out and named.
#
# Environment: as for http.sh, and STORES ("docservice bare webdis etcd postgresql nginx"), WORKLOADS ("put get").
[[ $# -eq 0 ]] || WORK=$1
: "${CONNECTIONS:=1 16 64}"
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/peers.sh"
read -ra stores <<<"${STORES:-docservice bare webdis etcd postgresql nginx}"
read -ra workloads <<<"${WORKLOADS:-put get}"

declare -A title=([docservice]="DocService" [bare]="bare minimal API server, no store" [webdis]="Redis (appendfsync always) + webdis" [etcd]="etcd, HTTP gateway"
  [postgresql]="PostgreSQL JSONB, pgbench, no HTTP" [nginx]="nginx: WebDAV PUT without sync, static GET")
ticks_per_second=$(getconf CLK_TCK)
skipped=()
warm_up_workload=${workloads[0]}
[[ $warm_up_workload != get ]] || warm_up_workload=walk # whoever keeps what is read in memory has all of it then

# measure ROUND STORE WORKLOAD CONNECTIONS
measure() {
  local ticks
  [[ $2 != docservice ]] || settle
  ticks=$(cpu_ticks "$server_pid")
  "load_$2" "$3" "$4" "$seconds"
  ticks=$(($(cpu_ticks "$server_pid") - ticks))
  note "$3" "$4" "$2" "$(awk -v requests="$requests" -v us="$duration_us" -v p50="$p50" -v p99="$p99" -v p999="$p999" \
    -v ticks="$ticks" -v hz="$ticks_per_second" 'BEGIN { OFS = "\t"; seconds = us / 1e6
      print requests / seconds, p50 / 1000, p99 / 1000, p999 / 1000, ticks / hz / requests * 1e6 }')"
  say "  round $1: $2 $3 at $4: $((requests * 1000000 / duration_us)) requests/s"
}

load_docservice() { load docservice "$@"; }
load_bare() { load bare "$@"; }
load_webdis() { load webdis "$@"; }
load_etcd() { load etcd "$@"; }
load_nginx() { load nginx "$@"; }

prepare
head=$(describe)
present=()
for store in "${stores[@]}"; do
  missing=
  [[ $store == docservice ]] || missing=$("missing_$store")
  if [[ -z $missing ]]; then
    present+=("$store")
  else
    say "skipped: ${title[$store]}: $missing"
    skipped+=("${title[$store]}: $missing")
  fi
done

for ((round = 1; round <= rounds; round++)); do
  while read -r commits bytes syncs raw_p50 raw_p99; do
    note raw "$commits" "$bytes" "$syncs" "$raw_p50" "$raw_p99"
  done < <(raw_device 1 "${connections[@]}")
  for store in "${present[@]}"; do
    if [[ $store == docservice ]]; then start_docservice "$work/data"; else "start_$store"; fi
    if [[ $round -eq 1 ]]; then
      case $store in
        postgresql) fill_postgresql ;;
        bare) ;; # has them
        *) fill "$store" ;;
      esac
    fi
    "load_$store" "$warm_up_workload" 64 "$warm_up"
    for workload in "${workloads[@]}"; do
      for count in "${connections[@]}"; do
        measure "$round" "$store" "$workload" "$count"
      done
    done
    if [[ $store == docservice ]]; then
      settle
      find "$work/data/docs" -name 'hot-*.json' -printf '%P\n' >"$work/paths" # what nginx serves
    fi
    stop_store
    [[ $store != webdis ]] || stop_redis
  done
done

medians 3 >"$work/medians"

# Paired ratios: WORKLOAD CONNECTIONS STORE PEER, and the medians over the rounds of requests/s, p50 and CPU by the peer's.
awk -F '\t' -v OFS='\t' '
  $1 == "raw" { next }
  {
    cell = $1 OFS $2
    n = ++count[cell, $3]
    for (i = 4; i <= NF; i++) value[cell, $3, n, i] = $i
    cells[cell]; stores[$3]
  }
  function paired(cell, store, peer, field,   n, a, b, swap, ratio) {
    n = count[cell, store] < count[cell, peer] ? count[cell, store] : count[cell, peer]
    for (a = 1; a <= n; a++) {
      ratio[a] = value[cell, peer, a, field] ? value[cell, store, a, field] / value[cell, peer, a, field] : 0
      for (b = a; b > 1 && ratio[b - 1] > ratio[b]; b--) { swap = ratio[b]; ratio[b] = ratio[b - 1]; ratio[b - 1] = swap }
    }
    return n % 2 ? ratio[(n + 1) / 2] : (ratio[n / 2] + ratio[n / 2 + 1]) / 2
  }
  END {
    for (cell in cells) for (store in stores) for (peer in stores)
      if (store != peer && count[cell, store] && count[cell, peer])
        print cell, store, peer, paired(cell, store, peer, 4), paired(cell, store, peer, 5), paired(cell, store, peer, 8)
  }' "$results" >"$work/pairs"

printf '## Compared\n\n%s\n' "$head"
for name in "${skipped[@]}"; do
  printf 'Left out: %s\n' "$name"
done
for workload in "${workloads[@]}"; do
  printf '\n### %s\n\n' "${workload^^}"
  printf '| store | connections | requests/s | p50 ms | p99 ms | p99.9 ms | CPU µs | of bare | DocService is |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|\n'
  for count in "${connections[@]}"; do
    if [[ $workload == put ]]; then
      awk -F '\t' -v count="$count" '$1 == "raw" && $2 == count {
        printf "| raw pwrite + fdatasync, %d commits each | %d | %.0f | %.3f | %.3f | - | - | - | - |\n", count, count, count * $4, $5 / 1000, $6 / 1000 }' "$work/medians"
    fi
    for store in "${present[@]}"; do
      awk -F '\t' -v workload="$workload" -v count="$count" -v store="$store" -v title="${title[$store]}" '
        function times(ratio) { return ratio ? sprintf("%.2f ×", ratio) : "-" }
        $1 != workload || $2 != count { next }
        FILENAME ~ /pairs$/ && $3 == store && $4 == "bare" { of_bare = $5 }
        FILENAME ~ /pairs$/ && $3 == "docservice" && $4 == store { own = $5 }
        FILENAME ~ /medians$/ && $3 == store {
          printf "| %s | %d | %.0f | %.3f | %.3f | %.3f | %.0f | %s | %s |\n", title, count, $4, $5, $6, $7, $8, times(of_bare), times(own) }' "$work/pairs" "$work/medians"
    done
  done
done

# goal TEXT MEASURE: MEASURE is an awk expression of P50 and P99 by [workload, connections, store], TIMES, TIMES50 and TIMES_CPU by
# [workload, connections, peer] (paired ratios of DocService to it: requests/s, p50, CPU), and RAW (p50 in ms) by connections; it sets
# left, right and text. Needs everything it names.
goal() {
  awk -F '\t' -v name="$1" '
    FILENAME ~ /pairs$/ { if ($3 == "docservice") { TIMES[$1, $2, $4] = $5; TIMES50[$1, $2, $4] = $6; TIMES_CPU[$1, $2, $4] = $7 } next }
    $1 == "raw" { RAW[$2] = $5 / 1000; next }
    { P50[$1, $2, $3] = $5; P99[$1, $2, $3] = $6 }
    END {
      '"$2"'
      if (left == 0 || right == 0) printf "| %s | not measured | - |\n", name
      else printf "| %s | %s | %s |\n", name, text, (at_most ? left <= right : left >= right) ? "reached" : "not reached"
    }' "$work/pairs" "$work/medians"
}

# times WORKLOAD CONNECTIONS STORE FACTOR: requests/s are at least so many times the peer's.
times() {
  goal "${1^^} at $2: at least $4 × ${title[$3]}" "left = TIMES[\"$1\", $2, \"$3\"]; right = $4; text = sprintf(\"%.2f ×\", left)"
}

# at_most WHAT TABLE WORKLOAD CONNECTIONS STORE FACTOR: a cost is at most so many times the peer's.
at_most() {
  goal "${3^^} at $4: $1 at most $6 × ${title[$5]}" "at_most = 1; left = $2[\"$3\", $4, \"$5\"]; right = $6; text = sprintf(\"%.2f ×\", left)"
}

printf '\n### Goals\n\n| goal | measured | verdict |\n|---|---:|---|\n'
times get 64 bare 0.85
times get 64 nginx 1
at_most CPU TIMES_CPU get 64 bare 1.25
at_most p50 TIMES50 get 1 bare 1.15
times put 64 bare 0.5
times put 64 webdis 1.5
times put 64 postgresql 2
times put 64 etcd 4
times put 16 webdis 1.5
goal 'PUT at 1: p50 at most 1.5 × one raw pwrite + fdatasync' \
  'at_most = 1; left = P50["put", 1, "docservice"]; raw = RAW[1]; right = 1.5 * raw; text = raw ? sprintf("%.3f ms, %.2f ×", left, left / raw) : ""'
goal 'PUT at 64: p99 at most 6 × p50' \
  'at_most = 1; left = P99["put", 64, "docservice"]; p50 = P50["put", 64, "docservice"]; right = 6 * p50; text = p50 ? sprintf("%.1f ×", left / p50) : ""'
awk -F '\t' '
  $1 == "raw" { limit[$2] = $2 * $4; next }
  $1 == "put" && $3 == "docservice" { printf "| PUT at %d: of what the raw device allows | %.0f %% of %.0f/s | no goal |\n", $2, limit[$2] ? 100 * $4 / limit[$2] : 0, limit[$2] }
' "$work/medians"
