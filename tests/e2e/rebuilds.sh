#!/usr/bin/env bash
# The index is made anew beside writers that overwrite and delete: because it was deleted, damaged, replaced by an older copy,
# or by one that knows more than the journal. Meanwhile queries are told so, with the progress, and documents are read and
# written. Then every kind of answer is compared with a scan of the documents' own files by rebuilds/oracle.py: lists, pages,
# each declared index, filters, orders, groups, words, unique values. REBUILDS_SEED changes the run,
# REBUILDS_WRITTEN (6000) the number of documents that are written, REBUILDS_READ (30000) of those that are only read.
source "$(dirname "$0")/lib.sh"
need python3 curl jq
programs=$root/tests/e2e/rebuilds
data=$work/data
seed=${REBUILDS_SEED:-20261127}
say "seed $seed"

# run PROGRAM ARGUMENT...: its checks become this script's.
run() {
  local status=0
  python3 -B "$programs/$1" "${@:2}" 2>&1 | tee "$work/checks" || status=$?
  passed=$((passed + $(grep -c '^  ok ' "$work/checks" || true)))
  failed=$((failed + $(grep -c '^  FAIL ' "$work/checks" || true)))
  grep '^  seen ' "$work/checks" >>"$work/seen" || true
  [[ $status -eq 0 ]] || grep -q '^  FAIL ' "$work/checks" || fail "$1 broke off"
}

# compared TEXT: nothing is written meanwhile.
compared() {
  say "$1"
  settle "$data"
  run compare.py "$base" "$data" "$work/model" "$seed"
}

# rebuilt TEXT SEED [made-anew]: a start in the middle of writes.
rebuilt() {
  say "$1"
  start_small "$data"
  run load.py "$base" "$work/model" "$2" "${@:3}"
  compared "$1, afterwards"
}

reason() { curl -sS --max-time 10 "$base/status" | jq -r .index.reason; }

start_small "$data"
run load.py "$base" "$work/model" "$seed" first
compared "at first"
check "the server stops" stop_server
cp -a "$data/index" "$work/older"

start_small "$data"
run load.py "$base" "$work/model" 1
kill_server
rm -r "$data/index"
rebuilt "index deleted, after kill -9" 2 made-anew

kill_server
for file in "$data"/index/*.sst "$data"/index/MANIFEST-*; do
  printf 'damage' | dd of="$file" bs=1 seek=$(($(stat -c %s "$file") / 2)) conv=notrunc 2>"$work/dd"
done
rebuilt "index damaged" 3 made-anew

check "the server stops" stop_server
rm -r "$data/index"
cp -a "$work/older" "$data/index"
rebuilt "an older copy, whose commits the journal no longer has" 4 made-anew
check "the server says why ($(reason))" grep -qE 'does not hold|has released' <<<"$(reason)"

# An older copy whose commits the journal has: it follows from there.
check "the server stops" stop_server
cp -a "$data/index" "$work/younger"
start_small "$data"
curl -sS -o "$work/body" --max-time 10 -X PUT "$base/docs/watched" -H 'Content-Type: application/json' -d '{"watched":true}'
check "the server stops" stop_server
rm -r "$data/index"
cp -a "$work/younger" "$data/index"
rebuilt "an older copy, whose commits the journal has" 5
equal "it follows on from there" null "$(reason)"

# The data of before, the index of after.
check "the server stops" stop_server
cp -a "$data" "$work/past"
cp "$work/model" "$work/past-model"
start_small "$data"
run load.py "$base" "$work/model" 6
check "the server stops" stop_server
mv "$data/index" "$work/future"
find "$data" -mindepth 1 -delete # the directory itself stays: a copy of it would be another store
cp -a "$work/past/." "$data"
rm -r "$data/index"
mv "$work/future" "$data/index"
cp "$work/past-model" "$work/model"
rebuilt "an index from the future" 7 made-anew
check "the server says why ($(reason))" grep -q 'the index knows commit' <<<"$(reason)"

for what in 'written before the last refusal' 'queries refused meanwhile' 'told of progress'; do
  check "the index was made anew beside writers: $what" grep -qx "  seen $what" "$work/seen"
done
refuses "a document too many is noticed" python3 -B "$programs/compare.py" "$base" "$data" "$work/model" "$seed" without \
  "$(jq -r 'to_entries | map(select(.value != null and (.key | startswith("users/")))) | first | .key' "$work/model")"
check "and in more than one kind of answer" test "$(grep -c '^  FAIL ' "$work/refuses.log")" -ge 5
check "the server stops" stop_server
check "verify finds index and files the same" eval "dotnet '$server_dll' verify --data '$data' >'$work/report' 2>&1 </dev/null"
finish
