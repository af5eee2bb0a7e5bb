#!/usr/bin/env bash
# The index and its queries over a million documents, against the goals: what indexing costs, queries beside GETs, PostgreSQL and
# SQLite, pages, a filter without an index, an export, starts, the rebuild, memory. One table, a row for each goal.
#
#   bench/find.sh [WORK DIRECTORY]
#
# Environment: DOCUMENTS (1000000), DOCUMENT_BYTES (1024), BURST_SECONDS (30), FULL_JOURNAL_MIB (800), and SECONDS_PER_CELL (5),
# WARM_UP_SECONDS (3), ROUNDS (2), SETTLE_SECONDS_MAX, WORK, KEEP as for http.sh.
[[ $# -eq 0 ]] || WORK=$1
: "${ROUNDS:=2}" "${SECONDS_PER_CELL:=5}"
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/peers.sh"
source "$(dirname "$0")/users.sh"
source "$(dirname "$0")/find/writes.sh"
source "$(dirname "$0")/find/reads.sh"
source "$(dirname "$0")/find/starts.sh"
documents=${DOCUMENTS:-1000000}
bytes=${DOCUMENT_BYTES:-1024}
burst_seconds=${BURST_SECONDS:-30}
full_journal_mib=${FULL_JOURNAL_MIB:-800} # of the default of 1 GiB, reserve included
patience=900                              # seconds, for whatever must come
indexes='"by-email":{"fields":["email"],"unique":true},"by-country":{"fields":["country","age"]}'
rows=$work/rows
peak_mib=0 # most memory of any process of DocService

# calculate FORMAT EXPRESSION: by awk.
calculate() { awk "BEGIN { printf \"$1\", ($2) }"; }

# judge WHAT MEASURED GOAL [CONDITION]: a row of the table.
judge() {
  local verdict='-'
  [[ -z ${4:-} ]] || verdict=$(awk "BEGIN { print (($4) ? \"reached\" : \"not reached\") }")
  printf '| %s | %s | %s | %s |\n' "$1" "$2" "$3" "$verdict" >>"$rows"
  say "  $1: $2 ($3: $verdict)"
}

# start on|off: DocService with or without the index, each on data of its own.
start() { start_docservice "$work/data-$1" "--DocService:Index=$1"; }

stop() {
  note_memory
  say "  memory: $peak_mib MiB at most until here"
  stop_store TERM
}

note_memory() { peak_mib=$(awk -v most="$peak_mib" '/^VmHWM/ { mib = int($2 / 1024) } END { print (mib > most ? mib : most) }' "/proc/$server_pid/status"); }

# has_no_lag: every acknowledged write is in the index, where there is one.
has_no_lag() {
  is_filed || true # it asks
  [[ $(status_number durableThrough) =~ ^[0-9]+$ && $(status_number lagCommits) =~ ^0?$ ]]
}

# is_idle: all is filed and indexed, and a second passes in which the server does nothing, compactions included.
is_idle() {
  local ticks
  has_no_lag && is_filed || return
  ticks=$(cpu_ticks "$server_pid")
  sleep 1
  [[ $(($(cpu_ticks "$server_pid") - ticks)) -le 3 ]]
}

wait_idle() { wait_until "$patience" is_idle || die "the server does not come to rest: $work/docservice.log"; }

# cell STORE WORKLOAD CONNECTIONS [SECONDS]: one run of wrk, noted.
cell() {
  look_up "$2" "$3" "${4:-$seconds}" "$documents" "$bytes"
  note "$1" "$2" "$3" "$(calculate %.1f "$requests / $duration_us * 1e6")" "$p50"
  say "  $1 $2 at $3: $((requests * 1000000 / duration_us)) requests/s, p50 $p50 µs"
}

# rate STORE WORKLOAD CONNECTIONS, p50_of …: medians of the cells noted; requests/s, µs.
rate() { medians 3 | awk -F '\t' -v key="$1 $2 $3" '$1 " " $2 " " $3 == key { print $4 }'; }

p50_of() { medians 3 | awk -F '\t' -v key="$1 $2 $3" '$1 " " $2 " " $3 == key { print $5 }'; }

prepare
build_approaches
head=$(describe)
write_batches
read_from_peers
start on
read_by_index
read_pages
read_by_scan
export_all
stop
start_after_stop
make_index_anew
write_bursts
start_after_kill
printf '## Find\n\n%s\n%s documents of %s bytes\n\n| what | measured | goal | |\n|---|---:|---:|---|\n' "$head" "$documents" "$bytes"
cat "$rows"
