# What find.sh measures of writes: batches, bursts.
# shellcheck shell=bash

replace_every=10 # of the documents, one in so many is replaced

# load_part on|off EVERY EDITION: writes each so many-th user by batches; sets $cpu_us, the server's for each of them.
load_part() {
  local ticks
  ticks=$(cpu_ticks "$server_pid")
  dotnet "$approaches_dll" load "$base" "$documents" "$bytes" "$2" "$3" || die "the users could not be loaded"
  wait_idle
  cpu_us=$(calculate %.1f "($(cpu_ticks "$server_pid") - $ticks) / $(getconf CLK_TCK) * 1e6 / ($documents / $2)")
  say "  index $1: $cpu_us µs a document"
}

# tables: the index's files of rows, one a line with its bytes. Their names are never used again.
tables() { find "$work/data-on/index" -name '*.sst' -printf '%f %s\n' 2>/dev/null || true; }

watch_tables() { while sleep 0.1; do tables; done; }

write_batches() {
  local state watcher kib load=() replace=()
  for state in off on; do
    start "$state"
    [[ $state == off ]] || declare_indexes "$indexes"
    load_part "$state" 1 0
    load+=("$cpu_us")
    tables >"$work/tables-before"
    watch_tables >"$work/tables" &
    watcher=$!
    started+=("$watcher")
    disown "$watcher"
    load_part "$state" "$replace_every" 1
    replace+=("$cpu_us")
    stop # which flushes
    kill "$watcher"
    tables >"$work/tables-after"
  done
  # What the load had not flushed, 32 MiB at most, counts to these.
  kib=$(awk -v n="$((documents / replace_every))" 'FILENAME == ARGV[1] { old[$1] = 1; next } !($1 in old) && $2 > most[$1] { most[$1] = $2 }
    END { for (file in most) bytes += most[file]; printf "%.1f", bytes / n / 1024 }' "$work/tables-before" "$work/tables" "$work/tables-after")
  judge "indexing a new document in batches" "$(calculate %.0f "${load[1]} - ${load[0]}") µs of CPU: ${load[1]} with, ${load[0]} without" \
    "≤ 35 µs" "${load[1]} - ${load[0]} <= 35"
  judge "indexing a replaced one, each ${replace_every}th" "$(calculate %.0f "${replace[1]} - ${replace[0]}") µs of CPU: ${replace[1]} with, ${replace[0]} without" \
    "≤ 70 µs" "${replace[1]} - ${replace[0]} <= 70"
  judge "written to the index for it, compactions included" "$kib KiB" "≤ 4 KiB" "$kib <= 4"
}

write_bursts() {
  local state lag=0 begin now on off
  for ((round = 1; round <= rounds; round++)); do
    for state in off on; do
      start "$state"
      look_up doc-put 64 "$warm_up" "$documents" "$bytes"
      settle
      cell "$state" doc-put 64 "$burst_seconds"
      begin=$(date +%s%N)
      wait_until "$patience" has_no_lag || die "the index does not catch up"
      now=$(calculate %.1f "($(date +%s%N) - $begin) / 1e9")
      [[ $state == off ]] || lag=$(calculate %.1f "$now > $lag ? $now : $lag")
      settle
      stop
    done
  done
  on=$(rate on doc-put 64)
  off=$(rate off doc-put 64)
  judge "PUT of new documents at 64 for $burst_seconds s" "$(calculate %.2f "$on / $off") × that without index: $(calculate %.0f "$on") and $(calculate %.0f "$off")/s" \
    "≥ 0.85 ×" "$on / $off >= 0.85"
  judge "… until the index has them all" "$lag s at worst" "≤ 10 s" "$lag <= 10"
}
