# What find.sh measures of reads: lookups, pages, a filter without an index, an export.
# shellcheck shell=bash

read_from_peers() {
  local missing peer postgres_pid
  missing=$(missing_postgresql)
  [[ -z $missing ]] || say "skipped: $missing"
  dotnet "$approaches_dll" make "$work/users" "$documents" "$bytes"
  for peer in postgresql sqlite; do
    [[ $peer == sqlite || -z $missing ]] || continue
    if [[ $peer == postgresql ]]; then
      start_postgresql
      postgres_pid=$server_pid
      postgres_query "CREATE DATABASE users" || die "no database"
    fi
    serve "$peer" "$work/users" users
    look_up email 64 "$warm_up" "$documents"
    for ((round = 1; round <= rounds; round++)); do
      cell "$peer" email 64
    done
    stop_store TERM
    if [[ $peer == postgresql ]]; then
      server_pid=$postgres_pid
      stop_store INT
    fi
  done
}

read_by_index() {
  local workload get query peer
  for workload in doc-id doc-email doc-page doc-after; do
    look_up "$workload" 64 "$warm_up" "$documents"
  done
  for ((round = 1; round <= rounds; round++)); do
    for workload in doc-id doc-email doc-page; do
      cell docservice "$workload" 64
    done
  done
  get=$(p50_of docservice doc-id 64)
  query=$(p50_of docservice doc-email 64)
  judge "query by a unique index at 64: p50" "$(calculate %.2f "$query / $get") × a GET: $(calculate %.2f "$query / 1000") and $(calculate %.2f "$get / 1000") ms" \
    "≤ 1.3 ×" "$query / $get <= 1.3"
  query=$(rate docservice doc-email 64)
  peer=$(rate postgresql email 64)
  [[ -z $peer ]] || judge "… requests/s, by those of PostgreSQL" "$(calculate %.2f "$query / $peer") ×: $(calculate %.0f "$query") and $(calculate %.0f "$peer")" \
    "≥ 1 ×" "$query / $peer >= 1"
  peer=$(rate sqlite email 64)
  judge "… requests/s, by those of SQLite" "$(calculate %.2f "$query / $peer") ×: $(calculate %.0f "$query") and $(calculate %.0f "$peer")" "no goal"
}

read_pages() {
  local workload at page get first worst
  for ((round = 1; round <= rounds; round++)); do
    for workload in doc-id doc-page doc-first doc-middle doc-last doc-after; do
      cell docservice "$workload" 1
    done
  done
  for at in 1 64; do
    get=$(p50_of docservice doc-id $at)
    page=$(p50_of docservice doc-page $at)
    judge "page of 100 by prefix at $at: p50" "$(calculate %.1f "$page / $get") × a GET: $(calculate %.2f "$page / 1000") and $(calculate %.2f "$get / 1000") ms" \
      "≤ 5 ×" "$page / $get <= 5"
  done
  first=$(p50_of docservice doc-first 1)
  worst=$(medians 3 | awk -F '\t' '$2 ~ /^doc-(middle|last|after)$/ && $5 > most { most = $5 } END { print most }')
  judge "page of a listing of all at 1: p50" "$(calculate %.2f "$worst / $first") × the first: first $(calculate %.2f "$first / 1000"), \
middle $(calculate %.2f "$(p50_of docservice doc-middle 1) / 1000"), last $(calculate %.2f "$(p50_of docservice doc-last 1) / 1000"), \
random $(calculate %.2f "$(p50_of docservice doc-after 1) / 1000") ms" "≤ 1.2 ×" "$worst / $first <= 1.2"
}

# scan: how many users' numbers begin with 5, by their names, which no index has; sets $scan_s.
scan() {
  scan_s=$(curl -sfG --max-time 60 -o "$work/scan" -w '%{time_total}' "$base/docs" -d collection=users -d count=true -d limit=1 \
    --data-urlencode 'filter={"name":{"$gte":"User 5","$lt":"User 6"}}') || return
  grep -q "\"count\":$fives[,}]" "$work/scan"
}

read_by_scan() {
  local scanner alone beside fives
  fives=$(seq 0 $((documents - 1)) | grep -c '^5')
  for ((round = 1; round <= 3; round++)); do
    scan || die "the filter without an index failed: $work/scan"
    note scan - - "$scan_s" 0
  done
  judge "filter without an index over all" "$(calculate %.2f "$(rate scan - -)") s" "< 3 s" "$(rate scan - -) < 3"
  for ((round = 1; round <= rounds; round++)); do
    cell alone doc-id 64
    touch "$work/scans"
    while [[ -e $work/scans ]]; do scan || touch "$work/scan-failed"; done &
    scanner=$!
    started+=("$scanner")
    cell beside doc-id 64
    rm "$work/scans"
    wait "$scanner"
    [[ ! -e $work/scan-failed ]] || die "a filter without an index failed: $work/scan"
  done
  alone=$(rate alone doc-id 64)
  beside=$(rate beside doc-id 64)
  judge "GET at 64 beside such filters, one at a time" "$(calculate %.2f "$beside / $alone") × that without: $(calculate %.0f "$beside") and $(calculate %.0f "$alone")/s" \
    "≥ 0.7 ×" "$beside / $alone >= 0.7"
}

anon_kib() { awk '/^RssAnon/ { print $2 }' "/proc/$server_pid/status"; }

export_all() {
  local begin before most now reader speed
  before=$(anon_kib)
  most=$before
  begin=$(date +%s%N)
  curl -sf --max-time "$patience" -H 'Accept: application/x-ndjson' "$base/docs" | tail -c 100 >"$work/export" &
  reader=$!
  started+=("$reader")
  while is_running "$reader"; do
    now=$(anon_kib)
    [[ $now -le $most ]] || most=$now
    sleep 0.05
  done
  speed=$(calculate %.0f "$documents / (($(date +%s%N) - $begin) / 1e9)")
  wait "$reader" || die "the export failed"
  grep -q "\"count\":$documents}" "$work/export" || die "the export is not complete: $work/export"
  judge "export of all as NDJSON" "$speed documents/s" "≥ 100,000/s" "$speed >= 100000"
  judge "… its memory" "+$(((most - before) / 1024)) MiB" "< 64 MiB" "$((most - before)) < 65536"
}
