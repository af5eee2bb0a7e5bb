#!/usr/bin/env bash
# The change feed with curl alone: pages, and a stream that is cut off and goes on, across kill -9 of the server. In the end the
# copies that are made from it are the documents.
source "$(dirname "$0")/lib.sh"
need curl jq awk
data=$work/data

# apply FILE: what a copy holds that is made from changes, a JSON object each line: ids and versions.
apply() { jq -rn 'reduce inputs as $c ({}; if $c.op == "put" then .[$c.id] = $c.version else del(.[$c.id]) end) | to_entries[] | "\(.key) \(.value)"' "$1" | LC_ALL=C sort; }

# listed: the same of the list.
listed() { curl -sS --max-time 60 -H 'Accept: application/x-ndjson' "$base/docs?include=info" | sed '$d' | jq -r '"\(.id) \(.version)"' | LC_ALL=C sort; }

# pages FILE SINCE: appends all changes behind a position; sets $next.
pages() {
  local through
  next=$2
  while :; do
    request GET "/changes?limit=7&since=$next"
    [[ $code == 200 ]] || { fail "a page is answered: $code"; return; }
    jq -c '.changes[]' "$work/body" >>"$1"
    next=$(jq -r .next "$work/body")
    through=$(jq -r .through "$work/body")
    [[ $next != "$through" ]] || break
  done
}

# follow FILE [LAST ID]: a stream into a file, behind this script; sets $follower.
follow() {
  local fields=(-H 'Accept: text/event-stream')
  [[ $# -lt 2 ]] || fields+=(-H "Last-Event-ID: $2")
  : >"$1"
  curl -sN --max-time 120 "${fields[@]}" "$base/changes" >"$1" 2>"$work/curl" </dev/null &
  follower=$!
  disown "$follower"
  at_exit+=("kill $follower 2>/dev/null")
}

# write N: documents, a batch, and deletes.
write() {
  local n
  for ((n = 0; n < 20; n++)); do
    curl -sS -o "$work/put" --max-time 10 -X PUT -H 'Content-Type: application/json' --data-binary "$(printf '{\r\n"n":%d,\n"round":%d}' "$n" "$1")" "$base/docs/feed/$n"
  done
  curl -sS -o "$work/put" --max-time 10 -H 'Content-Type: application/json' "$base/batch" \
    -d "{\"operations\":[{\"op\":\"put\",\"id\":\"batch/a\",\"body\":$1},{\"op\":\"put\",\"id\":\"batch/b\",\"body\":$1},{\"op\":\"put\",\"id\":\"batch/c$1\",\"body\":$1}]}"
  curl -sS -o "$work/put" --max-time 10 -X DELETE "$base/docs/feed/$1"
  curl -sS -o "$work/put" --max-time 10 -X PUT -H 'Content-Type: application/json' --data-binary "$1" "$base/docs/last"
}

# has_last FILE N: the stream has told the last write of round N.
has_last() { grep -q "\"id\":\"last\",.*\"body\":$2}" "$1"; }

changes_of() { sed -n 's/^data: \(.*"op":.*\)/\1/p' "$1"; }
last_id() { sed -n 's/^id: //p' "$1" | tail -n 1; }

start_small "$data"
port=${base##*:}
write 1
: >"$work/pages"
pages "$work/pages" 0
equal "a copy made of pages is the documents" "$(listed)" "$(apply "$work/pages")"

follow "$work/stream1"
check "a stream tells what is there" wait_until 30 has_last "$work/stream1" 1
write 2
check "and what comes" wait_until 30 has_last "$work/stream1" 2
changes_of "$work/stream1" >"$work/changes1"
equal "a copy made of events is the documents" "$(listed)" "$(apply "$work/changes1")"
refuses "no event holds a CR" grep -q $'\r' "$work/stream1"
equal "only the last of a batch has an id" "batch/a batch/b batch/c2+" \
  "$(awk '/^data: .*"id":"batch/ { match($0, /batch\/[a-z0-9]*/); id = substr($0, RSTART, RLENGTH) } /^id: / { if (id) id = id "+" } /^$/ { if (id) ids = ids " " id; id = "" } END { print substr(ids, 2) }' \
    <(sed -n '/"sequence":/,$p' "$work/stream1") | grep -o 'batch/a batch/b batch/c2+' | tail -n 1)"

pages "$work/pages" "$next"
kill_server
check "the stream ends with the server" wait_until 10 has_ended "$follower"
start_small "$data" --urls "http://127.0.0.1:$port"
write 3
follow "$work/stream2" "$(last_id "$work/stream1")"
check "after kill -9 the stream goes on behind its last id" wait_until 60 has_last "$work/stream2" 3
refuses "and is not reset" grep -q '^event: reset' "$work/stream2"
refuses "and does not begin again" grep -q '"round":1' "$work/stream2"
{ cat "$work/changes1"; changes_of "$work/stream2"; } >"$work/changes2"
equal "the copy made of both streams is the documents" "$(listed)" "$(apply "$work/changes2")"
pages "$work/pages" "$next"
equal "so is that of the pages" "$(listed)" "$(apply "$work/pages")"

# Long poll, and one document.
curl -sS --max-time 60 "$base/changes?since=$next&wait=50" >"$work/poll" &
poll=$!
curl -sS --max-time 60 -o "$work/document" -w '%{http_code}' -H 'If-None-Match: "17"' "$base/docs/new?wait=50" >"$work/code" &
document=$!
curl -sS -o "$work/put" --max-time 10 -X PUT -H 'Content-Type: application/json' --data-binary 42 "$base/docs/new"
wait "$poll" "$document"
equal "a long poll answers when something changes" new "$(jq -r '.changes[].id' "$work/poll")"
equal "a wait for a document ends when it is made" "200 42" "$(cat "$work/code" "$work/document" | sed 's/^200/200 /')"

request GET "/changes?since=AQARIjNEVWZ3iJmqu8zd7v8AAAAAAAAAEQ"
equal "a position of another store" "410 feed-reset" "$code $(problem)"
curl -sN --max-time 10 -H 'Accept: text/event-stream' "$base/changes?since=AQARIjNEVWZ3iJmqu8zd7v8AAAAAAAAAEQ" >"$work/reset"
check "is a reset to a stream" grep -q '^event: reset' "$work/reset"

check "the server stops within its time, whoever listens" stop_server
check "and the stream with it" wait_until 5 has_ended "$follower"
finish
