#!/usr/bin/env bash
# The scrub: a flipped bit in a document that nobody reads is found and restored to the byte; bits flipped in a document that is being
# replaced all the while never bring an older version back. A document whose file is missing is restored, too, and a flipped bit in a file
# of the index has it made anew.
source "$(dirname "$0")/lib.sh"
need curl jq python3
data=$work/data
printf '{"name":"Ada"}' >"$work/document"

scrub() { curl -sS --max-time 10 "$base/status" | jq -r ".scrub.$1"; }
restored() { [[ $(scrub restored) -ge $1 ]]; }
rounds_passed() { [[ $(scrub finished) > $1 ]]; }

start_small "$data" --DocService:ScrubInterval=00:00:01
put quiet "$work/document" -H 'Durability: filed'
put busy "$work/document" -H 'Durability: filed'
quiet=$(find "$data/docs" -name quiet.json)
busy=$(find "$data/docs" -name busy.json)
cp "$quiet" "$work/whole"
flip_bit "$quiet" -4
check "a flipped bit in a document that nobody reads is restored" wait_until 20 restored 1
check "to the byte" cmp "$work/whole" "$quiet"
equal "the damaged file is kept" 1 "$(find "$data/quarantine" -name '*.quiet.json' | wc -l)"
request GET /docs/quiet
equal "and the document is served" 200 "$code"
check "the log names it" grep -q "docs/.*quiet.json damaged" "$server_log"

# A writer replaces the document; bits are flipped in whatever file it has just then.
(
  for ((n = 1; n <= 300; n++)); do
    printf '{"n":%d}' "$n" >"$work/next"
    curl -sS -o "$work/answer" --max-time 30 -X PUT -H 'Content-Type: application/json' -H 'Durability: filed' --data-binary "@$work/next" "$base/docs/busy"
  done
) &
writer=$!
flips=0
while is_running "$writer"; do
  if flip_bit "$busy" -3 2>"$work/flip"; then flips=$((flips + 1)); fi
  sleep 0.1
done
wait "$writer"
check "bits were flipped while it was replaced ($flips)" test "$flips" -gt 5
flip_bit "$busy" -3
before=$(scrub restored)
now=$(date -u +%Y-%m-%dT%H:%M:%S)
is_last() { [[ $(curl -sS --max-time 10 "$base/docs/busy") == '{"n":300}' ]]; }
check "the last version is served" wait_until 20 is_last
check "a round has passed since" wait_until 20 rounds_passed "$now"
equal "the last version stayed" '{"n":300}' "$(curl -sS --max-time 10 "$base/docs/busy")"
say "$flips flips while it was replaced, $before restored by then"

# The same step by step: a bit flips, a scrub is asked for, and the next version comes a little earlier or later. So some of the damaged
# files are restored first and replaced then, and the others are replaced first.
before=$(scrub restored)
for ((n = 301; n <= 308; n++)); do
  flip_bit "$busy" -3
  request POST /scrub
  [[ $code == 202 ]] || break
  sleep "0.$((n % 4))"
  printf '{"n":%d}' "$n" >"$work/next"
  put busy "$work/next" -H 'Durability: filed'
  [[ $(curl -sS --max-time 10 "$base/docs/busy") == "{\"n\":$n}" ]] || break
done
equal "each version is served when it is acknowledged, and each scrub was accepted" 309 "$n"
check "some were mended between two versions" test "$(scrub restored)" -gt "$before"
now=$(date -u +%Y-%m-%dT%H:%M:%S)
check "one more round passes" wait_until 20 rounds_passed "$now"
equal "the last version is still there" '{"n":308}' "$(curl -sS --max-time 10 "$base/docs/busy")"
say "$(($(scrub restored) - before)) of 8 mended before they were replaced"

# A file that is missing altogether.
before=$(scrub restored)
rm "$quiet"
check "a document whose file is missing is restored" wait_until 20 restored $((before + 1))
check "to the byte, too" cmp "$work/whole" "$quiet"

# A bit in a table of the index. A stop flushes it, so there is one.
check "the server stops for the index" stop_server
start_small "$data" --DocService:ScrubInterval=00:00:01
index_reason() { curl -sS --max-time 10 "$base/status" | jq -r '.index.reason'; }
index_stage() { [[ $(curl -sS --max-time 10 "$base/docs?limit=10" | jq -r '[.documents[].id] | sort | join(" ")' 2>/dev/null) == "busy quiet" ]]; }
check "the index answers" wait_until 20 index_stage
table=$(find "$data/index" -name '*.sst' | head -1)
flip_bit "$table" -100
is_named() { index_reason | grep -q "$(basename "$table")"; }
check "a flipped bit in the index is found" wait_until 20 is_named
check "the index is made anew and answers" wait_until 20 index_stage
equal "it is counted" 1 "$(scrub differences)"
check "the log names the index's file" grep -q "$(basename "$table"): its checksum" "$server_log"
equal "the store is ready" ready "$(state)"
equal "nothing is damaged any more" 0 "$(scrub damaged)"
check "the server stops when asked" stop_server
finish
