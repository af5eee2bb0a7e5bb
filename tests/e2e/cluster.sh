#!/usr/bin/env bash
# DocService on three PostgreSQL servers with Patroni and etcd: machines die and networks are cut under load, and nothing acknowledged at
# level replicated is lost. And the same judge finds losses where no standby is waited for.
#   cluster.sh [ROUNDS]     default 1, or DOCSERVICE_CLUSTER_ROUNDS; from 5 on with cuts of the network, and the cluster that loses
source "$(dirname "$0")/lib.sh"
need patroni etcd curl
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || skip "PostgreSQL is not installed"
rounds=${1:-${DOCSERVICE_CLUSTER_ROUNDS:-1}}
control=$root/ops/postgres/cluster.sh
port=$((20000 + RANDOM % 10000))
place=$work/place
mkdir "$place"
chmod 0755 "$work" # the servers run as another user

# crashtest ARGUMENT...: sets $code to the exit code; the report in $work/report.
crashtest() {
  code=0
  dotnet "$server_dll" crashtest --data "$place" --cluster "$work/cluster" "$@" >"$work/report" 2>&1 </dev/null || code=$?
  grep -E '^(cluster|seed|No violation|Violation|FAILED|docservice)' "$work/report" | cut -c 1-400 | sed 's/^/       /' || true
}

up() {
  "$control" up "$work/cluster" --port "$port" "$@" >"$work/up" 2>&1 || { cat "$work/up"; return 1; }
}

long=()
[[ $rounds -lt 5 || $(id -u) -ne 0 ]] || long=(--namespaces)
at_exit+=("'$control' down '$work/cluster' 2>/dev/null")
check "a cluster is one command" up "${long[@]}"
# A short run has a seed that kills the primary first, then DocService.
crashtest --rounds "$rounds" $([[ $rounds -ge 5 ]] || echo --seed 1)
equal "$rounds rounds without a loss" 0 "$code"
check "and it is gone with another" "$control" down "$work/cluster"

if [[ ${#long[@]} -gt 0 ]]; then
  check "a cluster whose standbys are not waited for" up "${long[@]}" --asynchronous
  crashtest --rounds 5 --promise durable
  equal "is caught losing" 1 "$code"
  check "acknowledged writes" grep -qE '^Violation: .*(lost write|resurrected delete|not linearizable)' "$work/report"
  check "and it is gone, too" "$control" down "$work/cluster"
fi
finish
