#!/usr/bin/env bash
# The data directory is taken away from under the running server: removed, emptied, renamed and made anew. What is open can
# still be written to and synced, so the server has to notice by itself: no write that is sent a second later is answered
# with a success, the store is fenced and says why, and reads go on where the file is still there.
source "$(dirname "$0")/lib.sh"
need curl jq

printf '{"value":1}' >"$work/document"

# one NAME EXPECTED-PATH COMMAND...: a server, the command, then writes until one is refused.
one() {
  local name=$1 expected=$2 data=$work/$1 began late=0
  shift 2
  start_small "$data"
  put before "$work/document" -H 'Durability: filed'
  equal "$name: the store works at first" 201 "$code"
  put pending "$work/document"
  "$@"
  began=$(date +%s%N)
  for ((index = 0; index < 200; index++)); do
    local asked=$((($(date +%s%N) - began) / 1000000))
    put "late-$index" "$work/document"
    [[ $code == 201 ]] || break
    if ((asked >= 1000)); then late=$((late + 1)); fi
    sleep 0.05
  done
  equal "$name: no success for what was asked a second after" 0 "$late"
  check "$name: writes are refused ($code)" test "$code" = 503
  put last "$work/document"
  equal "$name: as fenced" "503 fenced" "$code $(problem)"
  equal "$name: the state says so" fenced "$(state)"
  check "$name: and names what is gone" grep -q "$expected is no longer" <(curl -sS --max-time 5 "$base/status" | jq -r .reason)
  request GET /healthz/ready
  equal "$name: not ready" 503 "$code"
  kill_server
}

# Until it is gone: the running server makes a file now and then, and rm then finds a directory not empty.
one removed removed wait_until 10 rm -rf "$work/removed"
one emptied 'journal/[0-9]*.journal' bash -c "rm -f '$work/emptied/journal/'*"
one renamed renamed bash -c "mv '$work/renamed' '$work/renamed.old' && mkdir '$work/renamed'"
one shard docs/3f wait_until 10 rm -rf "$work/shard/docs/3f"

# What was renamed is whole: put back, it has every document that was acknowledged before.
rm -rf "$work/renamed" && mv "$work/renamed.old" "$work/renamed"
start_small "$work/renamed"
for id in before pending; do
  request GET "/docs/$id"
  equal "put back, the renamed directory has '$id'" 200 "$code"
done
finish
