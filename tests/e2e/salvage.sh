#!/usr/bin/env bash
# A damaged journal: nothing is served and /status says why; --salvage keeps the evidence and every document, once.
source "$(dirname "$0")/lib.sh"
need curl jq python3
data=$work/data
printf '{"name":"Ada"}' >"$work/document"
is_ready() { curl -sf -o /dev/null --max-time 5 "$base/healthz/live"; } # a damaged store never is ready

# salvage: the command of the README, with the Release build.
salvage() {
  (cd "$root" && exec timeout -k 5 60 dotnet "$server_dll" --salvage "--DocService:DataDirectory=$data" "${small_journal[@]}") \
    </dev/null >"$work/salvage.log" 2>&1
}

start_small "$data"
put a "$work/document" -H 'Durability: filed'
put b "$work/document" -H 'Durability: filed'
equal "documents are written" 201 "$code"
version=$(field ETag | tr -d '"')
kill_server
check "a whole journal is left alone" salvage
check "and it says so" grep -q 'nothing was changed' "$work/salvage.log"

newest=$(find "$data/journal" -name '*.journal' | LC_ALL=C sort | tail -n 1)
flip_bit "$newest" 40 # not a byte of our choice: one time in 256 it would be there already
digest=$(sha256sum <"$newest")
start_small "$data"
equal "with a damaged header /status says damaged" damaged "$(state)"
check "/status names the file" grep -qF "$(basename "$newest")" <(curl -sS "$base/status" | jq -r .reason)
request GET /healthz/ready
equal "not ready" 503 "$code"
request GET /docs/a
equal "documents are not served" "503 journal-damaged" "$code $(problem)"
put c "$work/document"
equal "writes are refused" "503 journal-damaged" "$code $(problem)"
request POST /batch -H 'Content-Type: application/json' -d '{"operations":[{"op":"delete","id":"a"}]}'
equal "batches are refused" "503 journal-damaged" "$code $(problem)"
check "the server stops when asked" stop_server
equal "the damaged segment is as it was" "$digest" "$(sha256sum <"$newest")"

check "salvage ends well" salvage
say "$(cut -c 1-150 "$work/salvage.log")"
copy=$(find "$data" -path '*/salvaged-*' -name "$(basename "$newest")")
equal "the evidence is kept" "$digest" "$(sha256sum <"$copy")"
check "a second time it finds nothing to do" salvage
check "and says so" grep -q 'nothing was changed' "$work/salvage.log"

start_small "$data"
equal "ready again" ready "$(state)"
for id in a b; do
  request GET "/docs/$id"
  check "$id is served" cmp -s "$work/body" "$work/document"
done
put c "$work/document"
equal "writes are taken" 201 "$code"
check "with a version that was never used" test "$(field ETag | tr -d '"')" -gt $((version + 4294967296))
check "the server stops when asked" stop_server
finish
