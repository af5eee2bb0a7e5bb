#!/usr/bin/env bash
# The ladder of reads: do you need a database? Lookups of one user among many, by id and by e-mail address, each approach
# behind the same minimal API server, DocService as it is.
#
#   bench/approaches.sh [WORK DIRECTORY]
#
# Environment: USERS ("10000 1000000"), APPROACHES ("scan map sorted sqlite postgresql docservice"), LOOKUP_CONNECTIONS (64),
# and SECONDS_PER_CELL, WARM_UP_SECONDS, ROUNDS as for http.sh. A round measures every approach once; the table has medians.
[[ $# -eq 0 ]] || WORK=$1
: "${ROUNDS:=3}" "${SECONDS_PER_CELL:=5}" "${CONNECTIONS:=64}"
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/peers.sh"
source "$(dirname "$0")/users.sh"
read -ra sizes <<<"${USERS:-10000 1000000}"
read -ra approaches <<<"${APPROACHES:-scan map sorted sqlite postgresql docservice}"
at=${LOOKUP_CONNECTIONS:-64}

declare -A title=([scan]="scan of a file of JSON lines" [map]="map in memory" [sorted]="binary search in a sorted file"
  [sqlite]="SQLite, JSON functions" [postgresql]="PostgreSQL, JSONB" [docservice]="DocService")

# start APPROACH USERS: answers when this returns; sets $started_ms, $lookup_prefix.
start() {
  local begin
  lookup_prefix=
  begin=$(date +%s%N)
  case $1 in
    docservice)
      start_docservice "$work/data-$2"
      lookup_prefix=doc-
      ;;
    *) serve "$1" "$work/users-$2" "users_$2" ;;
  esac
  started_ms=$((($(date +%s%N) - begin) / 1000000))
}

# prepare_docservice USERS: all documents filed, the index declared and ready.
prepare_docservice() {
  say "  loading $1 users into DocService"
  start_docservice "$work/data-$1"
  dotnet "$approaches_dll" load "$base" "$1" || die "the users could not be loaded"
  declare_indexes '"by-email":{"fields":["email"],"unique":true}'
  wait_until 600 is_indexed || die "the index was not built"
  settle
  stop_store
}

# rss_kib: of the server, and for PostgreSQL also of its own processes.
rss_kib() {
  local pid pids
  pids=$(tree "$server_pid")
  [[ $1 != postgresql ]] || pids+=$'\n'$(tree "$postgres_pid")
  for pid in $pids; do
    awk '/^Pss:/ { print $2 }' "/proc/$pid/smaps_rollup" 2>/dev/null || true
  done | awk '{ kib += $1 } END { print kib + 0 }'
}

prepare
build_approaches
head=$(describe)
present=()
for approach in "${approaches[@]}"; do
  missing=
  [[ $approach != postgresql ]] || missing=$(missing_postgresql)
  if [[ -z $missing ]]; then present+=("$approach"); else say "skipped: ${title[$approach]}: $missing"; fi
done

if [[ " ${present[*]} " == *' postgresql '* ]]; then
  start_postgresql
  postgres_pid=$server_pid
  server_pid=
fi

for size in "${sizes[@]}"; do
  say "$size users"
  dotnet "$approaches_dll" make "$work/users-$size" "$size"
  for approach in "${present[@]}"; do
    case $approach in
      docservice) prepare_docservice "$size" ;;
      postgresql) postgres_query "CREATE DATABASE users_$size" || die "no database" ;;&
      sorted | sqlite | postgresql) # made by a first start, which is not counted
        say "  loading $size users into ${title[$approach]}"
        start "$approach" "$size"
        stop_store
        ;;
    esac
  done
done

for ((round = 1; round <= rounds; round++)); do
  for size in "${sizes[@]}"; do
    for approach in "${present[@]}"; do
      start "$approach" "$size"
      for lookup in id email; do
        look_up "$lookup_prefix$lookup" "$at" "$warm_up" "$size"
        look_up "$lookup_prefix$lookup" "$at" "$seconds" "$size"
        note "$size" "$lookup" "$approach" "$(awk -v requests="$requests" -v us="$duration_us" -v p50="$p50" -v p99="$p99" -v kib="$(rss_kib "$approach")" \
          -v ms="$started_ms" 'BEGIN { OFS = "\t"; print requests / us * 1e6, p50 / 1000, p99 / 1000, kib / 1024, ms / 1000 }')"
        say "  round $round: $approach, $size users, by $lookup: $((requests * 1000000 / duration_us)) requests/s"
      done
      stop_store
    done
  done
done

medians 3 >"$work/medians"
printf '## The ladder of reads\n\n%s\n%s connections\n' "$head" "$at"
for size in "${sizes[@]}"; do
  for lookup in id email; do
    printf '\n### %s users, by %s\n\n' "$size" "$([[ $lookup == id ]] && echo id || echo 'e-mail address')"
    printf '| approach | requests/s | p50 ms | p99 ms | memory MiB | start s |\n|---|---:|---:|---:|---:|---:|\n'
    for approach in "${present[@]}"; do
      awk -F '\t' -v size="$size" -v lookup="$lookup" -v approach="$approach" -v title="${title[$approach]}" '
        $1 == size && $2 == lookup && $3 == approach { printf "| %s | %.0f | %.3f | %.3f | %.0f | %.2f |\n", title, $4, $5, $6, $7, $8 }' "$work/medians"
    done
  done
done
