# Users, what approaches.sh and find.sh share: the programs of bench/Approaches, requests by wrk/users.lua, the collection.
# shellcheck shell=bash

approaches_dll=$root/bench/Approaches/bin/Release/net10.0/DocService.Approaches.dll

build_approaches() {
  dotnet build -c Release -warnaserror "$root/bench/Approaches" >>"$work/build.log" 2>&1 || die "the build failed: $work/build.log"
}

# serve APPROACH FILE DATABASE: by the minimal API server; answers when this returns. DATABASE is PostgreSQL's.
serve() {
  local port database=()
  if [[ $1 == postgresql ]]; then
    database=("Host=127.0.0.1;Port=$postgres_port;Username=$postgres_user;Database=$3;Maximum Pool Size=64")
  fi
  port=$(free_port)
  launch "$work/$1.log" dotnet "$approaches_dll" serve "$1" "$2" "$port" "${database[@]}"
  base=http://127.0.0.1:$port
  wait_until 900 answers || die "$1 did not start: $work/$1.log"
}

answers() { ! is_running "$server_pid" || curl -s -o /dev/null --max-time 5 "$base/users/none"; }

# look_up WORKLOAD CONNECTIONS SECONDS USERS [BYTES]: one run of wrk; sets what load sets.
look_up() {
  local line threads=2
  [[ $2 -ge 2 ]] || threads=1
  wrk --latency -t "$threads" -c "$2" -d "${3}s" --timeout 60s -s "$BENCH_WRK/users.lua" "$base" -- "$1" "$4" "$RANDOM$RANDOM" "${5:-0}" \
    >"$work/wrk.log" 2>&1 || die "wrk failed: $(tail -n 1 "$work/wrk.log")"
  line=$(grep '^result ' "$work/wrk.log") || die "wrk printed no result: $work/wrk.log"
  read -r _ requests duration_us p50 p99 p999 errors <<<"$line"
  [[ $errors -eq 0 ]] || die "$errors errors: $work/wrk.log"
}

# declare_indexes INDEXES: of the users, as members of a JSON object.
declare_indexes() {
  curl -sf --max-time 60 -X PUT -H 'Content-Type: application/json' -d "{\"prefix\":\"users/\",\"indexes\":{$1}}" "$base/collections/users" \
    >/dev/null || die "the indexes could not be declared"
}

# is_indexed: every declared index is ready.
is_indexed() {
  curl -s --max-time 10 "$base/collections/users/status" >"$work/status-users"
  grep -q '"state":"ready"' "$work/status-users" && ! grep -qE '"state":"(building|violated|failed)"' "$work/status-users"
}
