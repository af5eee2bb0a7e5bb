#!/usr/bin/env bash
# DocService with Engine=postgres beside what one would do without it, on the same PostgreSQL server, in turn: PUT of 1 KiB against pgbench's
# upsert of such a row, GET against a minimal API server that reads one such row by Npgsql. Goals at 64 connections: PUT ≥ 1.0 ×, GET ≥ 0.6 ×.
# And how many documents a group has, and how many groups there are a second. Three minutes without the builds.
#
#   bench/postgres.sh
#
# Environment: SECONDS_PER_CELL (5), WARM_UP_SECONDS (3), ROUNDS (5), KEYS (20000), CONNECTIONS (64), BUILT (the builds are there), WORK, KEEP.
: "${SECONDS_PER_CELL:=5}" "${ROUNDS:=5}" "${CONNECTIONS:=64}"
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/peers.sh"
at=${connections[0]}
approaches_dll=$root/bench/Approaches/bin/Release/net10.0/DocService.Approaches.dll
if [[ -n ${BUILT:-} ]]; then
  rm -rf "$work" && mkdir -p "$work" && : >"$results"
else
  prepare
  dotnet build -c Release -warnaserror "$root/bench/Approaches" >>"$work/build.log" 2>&1 || die "the build failed: $work/build.log"
fi
missing=$(missing_postgresql)
[[ -z $missing ]] || die "$missing"
head=$(describe)

start_postgresql
declare -A pid=([server]=$server_pid) address=()
fill_postgresql
postgres_query 'CREATE DATABASE docservice'
postgres_query 'CREATE DATABASE rows'
version=$("$postgres_bin/postgres" --version)

start_docservice "$work/none" --DocService:Engine=postgres "--ConnectionStrings:Postgres=Host=127.0.0.1;Port=$postgres_port;Database=docservice;Username=$postgres_user"
pid[docservice]=$server_pid address[docservice]=$base
fill docservice
say "  loading rows"
dotnet "$approaches_dll" make "$work/users" "$keys" "$document_bytes"
port=$(free_port)
launch "$work/rows.log" dotnet "$approaches_dll" serve postgresql "$work/users" "$port" "Host=127.0.0.1;Port=$postgres_port;Database=rows;Username=$postgres_user"
pid[rows]=$server_pid address[rows]=http://127.0.0.1:$port
wait_until 120 curl -sf -o /dev/null --max-time 5 "${address[rows]}/users/u0000001" || die "the server of rows did not start: $work/rows.log"
psql -h 127.0.0.1 -p "$postgres_port" -U "$postgres_user" -d docservice -Xqc 'VACUUM ANALYZE' -c CHECKPOINT
psql -h 127.0.0.1 -p "$postgres_port" -U "$postgres_user" -d rows -Xqc 'VACUUM ANALYZE'

sequences() { psql -h 127.0.0.1 -p "$postgres_port" -U "$postgres_user" -d docservice -XqAtc "SELECT pg_stat_get_db_xact_commit(oid) FROM pg_database WHERE datname = 'docservice'"; }

# cell NAME WHAT: a row of the results.
cell() {
  local groups=0
  case $1.$2 in
    docservice.*)
      base=${address[docservice]}
      groups=$(sequences)
      load docservice "$2" "$at" "$seconds"
      sleep 1.1 # the server counts each second
      groups=$(($(sequences) - groups))
      ;;
    pgbench.put) load_postgresql put "$at" "$seconds" ;;
    rows.get)
      base=${address[rows]}
      wrk_users
      ;;
  esac
  note "$2" "$1" "$(awk -v requests="$requests" -v us="$duration_us" -v p50="$p50" -v p99="$p99" -v groups="$groups" \
    'BEGIN { OFS = "\t"; print requests / us * 1e6, p50 / 1000, p99 / 1000, groups / us * 1e6, groups ? requests / groups : 0 }')"
  say "  $2 $1: $((requests * 1000000 / duration_us))/s"
}

wrk_users() {
  local line
  wrk --latency -t 2 -c "$at" -d "${seconds}s" --timeout 20s -s "$BENCH_WRK/users.lua" "$base" -- id "$keys" "$RANDOM" >"$work/wrk.log" 2>&1 || die "wrk failed"
  line=$(grep '^result ' "$work/wrk.log") || die "wrk printed no result: $work/wrk.log"
  read -r _ requests duration_us p50 p99 p999 errors <<<"$line"
}

cells=(docservice.put pgbench.put docservice.get rows.get)
seconds=$warm_up
for one in "${cells[@]}"; do cell "${one%.*}" "${one#*.}"; done
: >"$results"
seconds=$SECONDS_PER_CELL
for ((round = 1; round <= ROUNDS; round++)); do
  say "round $round of $ROUNDS"
  for one in "${cells[@]}"; do cell "${one%.*}" "${one#*.}"; done
done

medians 2 >"$work/medians"
printf '## On PostgreSQL, at %s connections\n\n%s\n%s\n\n' "$at" "$head" "$version"
printf '| request | by | a second | p50 ms | p99 ms | transactions a second | requests in one |\n|---|---|---:|---:|---:|---:|---:|\n'
awk -F '\t' '{ printf "| %s | %s | %.0f | %.2f | %.2f | %s | %s |\n", toupper($1), $2, $3, $4, $5, $6 > 0 ? sprintf("%.0f", $6) : "", $7 > 0 ? sprintf("%.1f", $7) : "" }' "$work/medians"
for one in put get; do
  awk -F '\t' -v what="$one" '
    $1 == what && $2 == "docservice" { ours[++n] = $3 }
    $1 == what && $2 != "docservice" { ratio[n] = ours[n] / $3 }
    END {
      for (a = 2; a <= n; a++) for (b = a; b > 1 && ratio[b - 1] > ratio[b]; b--) { swap = ratio[b]; ratio[b] = ratio[b - 1]; ratio[b - 1] = swap }
      printf "\n%s: %.2f × (%.2f to %.2f), median and range of %d pairs.", toupper(what), ratio[int((n + 1) / 2)], ratio[1], ratio[n], n
    }' "$results"
done
echo
