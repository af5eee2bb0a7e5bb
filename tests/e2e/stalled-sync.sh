#!/usr/bin/env bash
# A sync that hangs: nothing is acknowledged and nothing is called failed while it does, the wait of others is bounded,
# /status says what is going on, a request with a key that comes again is told that the first is under way, and reads go on. When the
# disk answers, the write is a success and everything works.
#   stalled-sync.sh [SECONDS]     default 14, or DOCSERVICE_STALL_SECONDS
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/trace.sh"
need curl jq
need_strace
seconds=${1:-${DOCSERVICE_STALL_SECONDS:-14}}

data=$work/data
printf '{"value":"before"}' >"$work/before"
printf '{"value":"after"}' >"$work/after"
start_small "$data" --DocService:BusyTimeout=00:00:02
put target "$work/before" -H 'Durability: filed'
equal "the store works at first" 201 "$code"
settle "$data"

sync_runs() { curl -sS --max-time 5 "$base/status" | jq -e '.syncRunningSeconds > 0.5' >"$work/syncing"; }

segment=$(find "$data/journal" -name '*.journal' | LC_ALL=C sort | tail -n 1)
attach "$server_pid" "$work/fault.trace" -e trace=fdatasync -e "inject=fdatasync:delay_enter=${seconds}s:when=1" -P "$segment" ||
  die "strace did not attach: $(tail -n 1 "$work/strace.err")"
began=$SECONDS
curl -sS -o "$work/first.body" -w '%{http_code}' --max-time 120 -X PUT -H 'Content-Type: application/json' -H 'Idempotency-Key: "stalled"' \
  --data-binary "@$work/after" "$base/docs/target" >"$work/first.code" &
first=$!
check "/status shows a sync that does not return" wait_until 6 sync_runs
request GET /docs/target
equal "the published version is read meanwhile" 200 "$code"
check "and it is the old one" cmp -s "$work/body" "$work/before"
put target "$work/after"
equal "another writer of the document waits no longer than BusyTimeout" "503 busy" "$code $(problem)"
check "and may come again" test -n "$(field Retry-After)"
put target "$work/after" -H 'Idempotency-Key: "stalled"'
equal "the same request with its key again: the first is under way" "409 request-in-progress" "$code $(problem)"
check "and it may come again, too" test -n "$(field Retry-After)"
request GET /requests/stalled
equal "so says what is asked about the key" "409 request-in-progress" "$code $(problem)"
request GET /healthz/live
equal "alive" 200 "$code"
check "the first writer has no answer yet" is_running "$first"
wait "$first" || true
check "it waited for the disk ($((SECONDS - began)) s)" test $((SECONDS - began)) -ge $((seconds - 1))
equal "and was then told of a success" 204 "$(cat "$work/first.code")"
put target "$work/after" -H 'Idempotency-Key: "stalled"'
equal "of which the same request is told now" "204 true" "$code $(field Idempotency-Replayed)"
detach
check "the stall was injected" grep -q 'DELAYED\|INJECTED' "$work/fault.trace"
equal "the store is ready" ready "$(state)"
put new "$work/after"
equal "and takes writes" 201 "$code"
kill_server
start_small "$data"
request GET /docs/target
check "the write is there after a kill" cmp -s "$work/body" "$work/after"
finish
