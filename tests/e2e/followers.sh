#!/usr/bin/env bash
# A thousand clients follow the change feed, ten more take nothing: bounded memory, the slow ones are cut off and go on where they
# were, and the server stops within 5 s whoever is connected.
# Runs alone: it measures the server's memory and the time of a stop.
source "$(dirname "$0")/lib.sh"
need curl python3
clients=1000
slow=10
grown_mib_max=96 # a ring of 16 MiB, 48 KiB and a connection for each, and the collector's room
stop_ms_max=5000

ulimit -n "$(ulimit -H -n)" 2>/dev/null || true
[[ $(ulimit -n) == unlimited || $(ulimit -n) -gt 4096 ]] || skip "so many connections need more descriptors than $(ulimit -n)"
resident_mib() { awk '/^VmRSS/ { print int($2 / 1024) }' "/proc/$server_pid/status"; }

start_small "$work/data" --DocService:FeedClientsMax=1100 --DocService:ExportIdle=00:00:02
coproc FOLLOW { timeout 500 python3 "$root/tests/e2e/followers/follow.py" "${base##*:}" "$clients" "$slow" 2>"$work/err"; }
follow=$FOLLOW_PID
exec {answers}>&"${FOLLOW[1]}" {lines}<&"${FOLLOW[0]}"
checks=0
most=0
first=
while read -r line <&"$lines"; do
  now=$(resident_mib 2>/dev/null || echo 0)
  [[ -n $first ]] || first=$now
  ((now <= most)) || most=$now
  case $line in
    "ok "*) pass "${line#ok }" && checks=$((checks + 1)) ;;
    "FAIL "*) fail "${line#FAIL }" && checks=$((checks + 1)) ;;
    "all there")
      began=$(date +%s%N)
      check "the server stops" stop_server
      took=$((($(date +%s%N) - began) / 1000000))
      check "in $took ms, within $stop_ms_max, with everybody connected" test "$took" -le "$stop_ms_max"
      exec {answers}>&-
      eval "exec ${FOLLOW[1]}>&-"
      ;;
  esac
done
wait "$follow" || fail "the clients broke off: $(tail -c 2000 "$work/err")"
equal "all was looked at" 9 "$checks"
check "from $first MiB, with all connected, memory grew to $most MiB, by $grown_mib_max at most" test "$((most - first))" -le "$grown_mib_max"
finish
