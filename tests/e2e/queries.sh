#!/usr/bin/env bash
# Queries with curl alone, from an empty directory: 1,000 documents in, list, page, filter, sort, a unique index that refuses a
# duplicate, a search for words, sums by group; after kill -9 and a start all is the same. Then the index is deleted, damaged, replaced by an older copy and by one that knows more than the journal, while
# others write and delete: each time every answer is compared with the documents' files.
source "$(dirname "$0")/lib.sh"
need curl jq awk
data=$work/data

# documents FROM TO ROUND: a batch of documents that differ by round.
documents() {
  awk -v from="$1" -v to="$2" -v round="$3" 'BEGIN {
    printf "{\"operations\":["
    for (n = from; n < to; n++)
      printf "%s{\"op\":\"put\",\"id\":\"users/%04d\",\"body\":{\"n\":%d,\"round\":%d,\"country\":\"%s\",\"amount\":%d.25,\"tags\":[\"t%d\",\"all\"],\"email\":\"u%d@example.org\",\"about\":\"River %s and word%d\"}}",
        (n > from) ? "," : "", n, n, round, substr("NOSEDKFI", 2 * (n % 4) + 1, 2), n % 97, n % 10, n, (n % 3) ? "mill" : "stone", n % 10
    printf "]}" }'
}

batch() { documents "$@" | curl -sS -f -o /dev/null --max-time 60 -H 'Content-Type: application/json' --data-binary @- "$base/batch"; }
lines() { curl -sS --max-time 60 -H 'Accept: application/x-ndjson' "$@"; }
query() { curl -sS --max-time 60 -G "$base/docs" "$@"; }

# is_answered: the index answers again.
is_answered() { [[ $(curl -s -o /dev/null -w '%{http_code}' --max-time 15 "$base/docs?limit=1") == 200 ]]; }

# from_index: id, version and digest of every document that the list has, and the whole list's last line is there.
from_index() {
  lines "$base/docs?include=info" >"$work/lines"
  tail -n 1 "$work/lines" | jq -e '.asOf and .count' >"$work/last" || return 1
  sed '$d' "$work/lines" | jq -r '[.id, .version, .sha256] | @tsv'
}

# from_files: the same from the first line of each document's file.
from_files() {
  find "$data/docs" -name '*.json' -exec head -qn 1 {} + | jq -r 'select(.id | startswith("\u0000") | not) | [.id, .version, .sha256] | @tsv' | LC_ALL=C sort
}

# same_as_files TEXT: the list is the documents, byte for byte of their ids, versions and digests.
same_as_files() {
  check "$1: the index answers" wait_until 60 is_answered
  settle "$data"
  from_index >"$work/index" || fail "$1: the list was cut off"
  from_files >"$work/files"
  equal "$1: list and files are the same" "$(sha256sum <"$work/files")" "$(LC_ALL=C sort "$work/index" | sha256sum)"
  equal "$1: the list is in the order of ids" "$(cut -f 1 "$work/index" | LC_ALL=C sort | sha256sum)" "$(cut -f 1 "$work/index" | sha256sum)"
}

# duplicate: another document with the e-mail address of users/0007, in capitals.
duplicate() { request PUT /docs/users/1007 -H 'Content-Type: application/json' -d '{"email":"U7@Example.org"}'; }

search() { query -d collection=users -d limit=1000 --data-urlencode "search=$1"; }

# answers: one digest of many answers, without what differs from time to time.
answers() {
  {
    query -d collection=users --data-urlencode 'filter={"email":"u500@example.org"}'
    search 'stone word3'
    search 'riv* mill'
    query -d prefix=users/ -d limit=1000
    query --data-urlencode 'filter={"country":"NO","n":{"$lt":500}}' -d limit=1000 --data-urlencode sort=-amount,n
    query --data-urlencode 'filter={"tags":"t3"}' -d count=true -d limit=7
    query --data-urlencode 'filter={"$id":{"$in":["users/0001","users/0999","nobody"]}}'
    curl -sS --max-time 60 -H 'Content-Type: application/json' "$base/query" \
      -d '{"aggregate":{"groupBy":["country"],"compute":{"n":{"count":true},"sum":{"sum":"amount"},"max":{"max":"n"}}}}'
  } | jq -cS 'del(.asOf, .next)' | sha256sum
}

start_small "$data"
for ((from = 0; from < 1000; from += 100)); do batch "$from" $((from + 100)) 1; done
lines "$base/docs" | sed '$d' >"$work/all"
equal "1,000 documents are there at once" 1000 "$(wc -l <"$work/all")"

# Page by page.
: >"$work/paged"
next=
for ((page = 0; page < 20; page++)); do
  request GET "/docs?prefix=users/&limit=99${next:+&cursor=$next}"
  equal "page $page" 200 "$code"
  jq -r '.documents[].id' "$work/body" >>"$work/paged"
  next=$(jq -r '.next // empty' "$work/body")
  [[ -n $next ]] || break
done
equal "pages show each document once, in order" "$(jq -r .id "$work/all" | sha256sum)" "$(sha256sum <"$work/paged")"

equal "a filter finds what jq finds" \
  "$(jq -c 'select(.body.country == "NO" and .body.n < 500) | .id' "$work/all" | sha256sum)" \
  "$(query --data-urlencode 'filter={"country":"NO","n":{"$lt":500}}' -d limit=1000 | jq -c '.documents[].id' | sha256sum)"
equal "a sort is jq's" \
  "$(jq -sc 'sort_by([-.body.amount, .body.n]) | .[].id' "$work/all" | sha256sum)" \
  "$(query --data-urlencode sort=-amount,n -d limit=1000 | jq -c '.documents[].id' | sha256sum)"
equal "a count without reading more" 100 "$(query --data-urlencode 'filter={"tags":"t3"}' -d limit=1 -d count=true | jq .count)"
equal "sums by group are jq's" \
  "$(jq -sc 'group_by(.body.country) | map([.[0].body.country, length, (map(.body.amount) | add)])' "$work/all")" \
  "$(curl -sS --max-time 60 -H 'Content-Type: application/json' "$base/query" \
    -d '{"aggregate":{"groupBy":["country"],"compute":{"n":{"count":true},"sum":{"sum":"amount"}}}}' | jq -c '.groups | map([.key[0], .values.n, .values.sum])')"
request GET '/docs?fliter=%7B%7D'
equal "a misspelt parameter lists nothing" 400 "$code"

request PUT '/collections/users?wait=30' -H 'Content-Type: application/json' \
  -d '{"prefix":"users/","indexes":{"by-email":{"fields":["email"],"unique":true,"fold":true},"words":{"text":["about"]}}}'
equal "a unique index and one of words are declared" 201 "$code"
equal "and built" '["ready","ready"]' "$(curl -sS --max-time 60 "$base/collections/users/status" | jq -c '[.indexes[].state]')"
duplicate
equal "a duplicate is refused, whatever the case" "409 unique-violation users/0007" "$code $(problem) $(jq -r .otherId "$work/body")"
request GET /docs/users/1007
equal "and is not there" 404 "$code"
equal "a value is found by its index" '["by-email",["users/0500"]]' \
  "$(query -d collection=users -d explain=true --data-urlencode 'filter={"email":"u500@example.org"}' | jq -c '[.plan.index, [.documents[].id]]')"
equal "a search finds what jq finds" \
  "$(jq -c 'select(.body.about | test("stone.*word3$")) | .id' "$work/all" | sha256sum)" \
  "$(search 'STONE word3' | jq -c '.documents[].id' | LC_ALL=C sort | sha256sum)"
same_as_files "at first"
before=$(answers)
kill_server
start_small "$data"
check "after kill -9 the index answers" wait_until 60 is_answered
equal "after kill -9 every answer is the same" "$before" "$(answers)"
duplicate
equal "after kill -9 a duplicate is refused" "409 unique-violation" "$code $(problem)"
request DELETE /collections/users
equal "without the collection" 204 "$code"
duplicate
equal "its rules are gone, and no document is" "201 1001" "$code $(query -d prefix=users/ -d count=true -d limit=1 | jq .count)"
request DELETE /docs/users/1007

# write_beside ROUND: replaces, creates and deletes, until it is told to end.
write_beside() {
  local n=0
  while [[ ! -e $work/enough ]]; do
    batch $((n % 900)) $((n % 900 + 50)) "$1$n" || true
    curl -s -o /dev/null --max-time 10 -X DELETE "$base/docs/users/$(printf %04d $((n * 7 % 1000)))" || true
    n=$((n + 13))
  done
}

# rebuilt TEXT: a start in the middle of writes.
rebuilt() {
  start_small "$data"
  rm -f "$work/enough"
  write_beside "$2" &
  local writer=$!
  check "$1: it answers beside writers" wait_until 60 is_answered
  request GET /docs/users/0500
  check "$1: documents are served" [ "$code" = 200 -o "$code" = 404 ]
  touch "$work/enough"
  wait "$writer" || true
  same_as_files "$1"
}

check "the server stops when asked" stop_server
cp -a "$data/index" "$work/older"
rm -rf "$data/index"
rebuilt "index deleted" 2

check "the server stops when asked" stop_server
code=0
DocService__SegmentBytes=2097152 DocService__JournalBytes=16777216 DocService__MaxDocumentBytes=1048576 \
  timeout -k 5 120 dotnet "$server_dll" reindex --data "$data" >"$work/report" 2>&1 </dev/null || code=$?
equal "reindex ends well" 0 "$code"
check "and says what it has read" grep -q 'made anew from' "$work/report"
start_small "$data"
same_as_files "after reindex"

kill_server
for file in "$data"/index/*.sst "$data"/index/MANIFEST-*; do
  [[ -f $file ]] && printf 'damage' | dd of="$file" bs=1 seek=$(($(stat -c %s "$file") / 2)) conv=notrunc 2>"$work/dd"
done
rebuilt "index damaged" 3

check "the server stops when asked" stop_server
cp -a "$data/index" "$work/newer"
rm -rf "$data/index"
cp -a "$work/older" "$data/index"
rebuilt "an older copy" 4

# One that knows more than the journal: the data of before, the index of after.
check "the server stops when asked" stop_server
cp -a "$data" "$work/past"
start_small "$data"
batch 0 200 5
check "the index has read it" wait_until 60 is_answered
check "the server stops when asked" stop_server
mv "$data/index" "$work/future"
find "$data" -mindepth 1 -delete # the directory itself stays: a copy of it would be another store
cp -a "$work/past/." "$data"
rm -r "$data/index"
mv "$work/future" "$data/index"
rebuilt "an index from the future" 6
check "and it is known as that" grep -q 'the index knows commit' <<<"$(curl -sS --max-time 10 "$base/status" | jq -r .index.reason)"
check "the server stops when asked" stop_server

# verify compares the index with the files, both ways.
verify() { dotnet "$server_dll" verify --data "$data" >"$work/report" 2>&1 </dev/null; }
check "verify finds index and files the same" verify
file=$(find "$data/docs" -name 'users%2F0500.json')
[[ -n $file ]] || file=$(find "$data/docs" -name 'users*.json' | head -n 1)
mv "$file" "$work/kept"
check "a missing file is noticed" eval '! verify'
check "by the index" grep -q '^Damage: index offset 0: the index has version .* no file of it is intact' "$work/report"
mv "$work/kept" "$file"
check "and is well again when it is back" verify
finish
