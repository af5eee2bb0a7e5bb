#!/usr/bin/env bash
# What followers of the change feed cost: PUT at 64 connections alone and with LISTENERS clients that follow all changes, in turn;
# and the memory that 1,000 of them take, silent and while documents are written. Under three minutes without the builds.
#
#   bench/feed.sh
#
# Environment: SECONDS_PER_CELL (4), WARM_UP_SECONDS (3), ROUNDS (4), KEYS (100000), LISTENERS (100), BUILT (the builds are there), WORK.
: "${SECONDS_PER_CELL:=4}" "${ROUNDS:=4}" "${LISTENERS:=100}"
source "$(dirname "$0")/lib.sh"
need python3
if [[ -n ${BUILT:-} ]]; then
  rm -rf "$work" && mkdir -p "$work" && : >"$results"
else
  prepare
fi
ulimit -n "$(ulimit -H -n)"
listener=

# listen CLIENTS TARGET: returns when all have their first bytes.
listen() {
  : >"$work/listen"
  python3 "$root/bench/feed/listen.py" "${base##*:}" "$1" "$2" >"$work/listen" 2>&1 &
  listener=$!
  started+=("$listener")
  wait_until 60 grep -q ready "$work/listen" || die "the listeners do not begin: $(tail -n 3 "$work/listen")"
}

# stop_listening TEXT: says what they got.
stop_listening() {
  kill -TERM "$listener"
  wait "$listener" || die "the listeners broke off: $(tail -n 3 "$work/listen")"
  printf '%s %s\n' "$1" "$(tail -n 1 "$work/listen")"
}

through() { curl -s "$base/changes?limit=1" | sed 's/.*"through":"\([^"]*\)".*/\1/'; }
resident() { awk '/^VmRSS/ { print int($2 / 1024) }' "/proc/$server_pid/status"; }

# rate NAME: PUT for a while.
rate() {
  load docservice put 64 "$seconds"
  settle
  note put 64 "$1" "$(awk -v requests="$requests" -v us="$duration_us" -v p50="$p50" -v p99="$p99" 'BEGIN { OFS = "\t"; print requests / us * 1e6, p50 / 1000, p99 / 1000 }')"
}

head=$(describe)
start_docservice "$work/data"
fill docservice
load docservice put 64 "$warm_up"
settle
printf '%s\n\n' "$head"
for ((round = 1; round <= rounds; round++)); do
  rate alone
  listen "$LISTENERS" "/changes?since=$(through)"
  rate followed
  stop_listening "round $round: $LISTENERS followers got"
done
awk -F '\t' '
  { rate[$3, ++n[$3]] = $4; line[$3] = line[$3] sprintf(" %.0f", $4); p50[$3] += $5; p99[$3] += $6 }
  END {
    for (i = 1; i <= n["alone"]; i++) ratio[i] = rate["followed", i] / rate["alone", i]
    for (a = 2; a <= n["alone"]; a++) for (b = a; b > 1 && ratio[b - 1] > ratio[b]; b--) { t = ratio[b]; ratio[b] = ratio[b - 1]; ratio[b - 1] = t }
    printf "PUT/s alone:%s (p50 %.1f ms, p99 %.1f ms)\nPUT/s followed:%s (p50 %.1f ms, p99 %.1f ms)\n", line["alone"], p50["alone"] / n["alone"], p99["alone"] / n["alone"], line["followed"], p50["followed"] / n["followed"], p99["followed"] / n["followed"]
    m = n["alone"]
    printf "ratio, median: %.2f (%.2f to %.2f)\n", m % 2 ? ratio[(m + 1) / 2] : (ratio[m / 2] + ratio[m / 2 + 1]) / 2, ratio[1], ratio[m]
  }' "$results"

before=$(resident)
listen 1000 "/changes?since=$(through)"
silent=$(resident)
load docservice put 64 "$seconds"
printf 'memory in MiB: %s without followers, %s with 1,000 silent ones, %s while documents are written (PUT/s %s)\n' \
  "$before" "$silent" "$(resident)" "$(awk -v r="$requests" -v us="$duration_us" 'BEGIN { printf "%.0f", r / us * 1e6 }')"
stop_listening "1,000 followers got"
stop_store
