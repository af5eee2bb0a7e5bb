#!/usr/bin/env bash
# A small ext4 filesystem that is filled by many writers, with an index: the index finds no room for its rows, stops, and gives
# its room back. Documents go on, to the last byte of the disk and after kill -9; unique values are refused in place of not
# being judged. When there is room, the index is made anew by itself.
# Runs alone: its times are those of a still machine. Beside other work the disk is not full when it is expected to be.
source "$(dirname "$0")/lib.sh"
need curl jq mkfs.ext4 python3
[[ -n ${DOCSERVICE_FULL_DISK_INDEX:-} ]] || skip "set DOCSERVICE_FULL_DISK_INDEX=1 to run it"
[[ $(id -u) -eq 0 ]] || skip "loop mounts need root"

disk=$work/disk
mkdir "$disk"
truncate -s 224M "$work/image"
mkfs.ext4 -q -m 0 "$work/image"
mount -o loop "$work/image" "$disk" 2>"$work/mount.err" || skip "loop mounts are not possible here: $(head -n 1 "$work/mount.err")"
at_exit+=("umount '$disk' || umount -l '$disk'")
data=$disk/data
small=(--DocService:SegmentBytes=8388608 --DocService:JournalBytes=33554432 --DocService:MaxDocumentBytes=4194304
  --DocService:MaxBatchBytes=4194304 --DocService:InFlightBytes=67108864)

# run COMMAND [ARGUMENT]: of full_disk.py; its checks become this script's.
run() {
  local status=0
  python3 -B "$root/tests/e2e/full_disk.py" "$1" "$base" "$work/kept" "${@:2}" 2>&1 | tee "$work/checks" || status=$?
  passed=$((passed + $(grep -c '^  ok ' "$work/checks" || true)))
  failed=$((failed + $(grep -c '^  FAIL ' "$work/checks" || true)))
  [[ $status -eq 0 ]] || fail "$1 broke off"
}

index() { curl -sS --max-time 10 "$base/status" | jq -r ".index.$1"; }
has_stopped() { [[ $(index state) == waiting ]]; }
index_answers() { [[ $(curl -s -o /dev/null -w '%{http_code}' --max-time 15 "$base/docs?limit=1") == 200 ]]; }
all_filed() { curl -sS --max-time 10 "$base/status" | jq -e '.pendingDocuments == 0' >"$work/filed"; }

# person ID EMAIL: a document with a unique value.
person() { request PUT "/docs/people/$1" -H 'Content-Type: application/json' -d "{\"email\":\"$2\"}"; }

start_server "$data" "${small[@]}"
request PUT '/collections/people?wait=30' -H 'Content-Type: application/json' \
  -d '{"prefix":"people/","indexes":{"by-email":{"fields":["email"],"unique":true}}}'
equal "a collection with a unique index" 201 "$code"
person ada ada@example.com
equal "a document with a unique value" 201 "$code"

# What the index has not flushed by then differs from run to run. If it found room for that, the disk is filled once more.
for run in 1 2 3 4 5; do
  run fill "$run"
  ! wait_until 10 has_stopped || break
  run remove 30
done
check "the index stops ($(index reason))" has_stopped
check "because there is no room" grep -qi 'no space' <<<"$(index reason)"
check "it gives its room back" wait_until 30 eval "[[ \$(du -sk '$data/index' | cut -f 1) -lt 1024 ]]"
check "and what waited for room is filed" wait_until 30 all_filed
request GET '/docs?limit=1'
equal "a list is refused" 503 "$code"
run read
run fill after
run read
run remove 5
person eve ada@example.com
check "a unique value that cannot be judged is refused ($code $(problem))" test "$code" = 503
put watched <(printf '{"n":1}') -H 'Durability: filed'
equal "another document is taken, and filed" "201 filed" "$code $(field Durability | cut -d ';' -f 1)"
request DELETE /docs/watched -H 'Durability: filed'
equal "and deleted" 204 "$code"

kill_server
start_server "$data" "${small[@]}"
check "after kill -9 on the full disk the server starts" true
run read
run remove 3
request GET '/docs?limit=1'
equal "a list is still refused" 503 "$code"

run remove "$(($(grep -c '' "$work/kept") * 4 / 5))"
check "with room the index is made anew by itself" wait_until 120 index_answers
run read
curl -sS --max-time 60 "$base/docs?include=id" -H 'Accept: application/x-ndjson' | jq -r 'select(.id) | .id' >"$work/listed"
equal "the list is what is there" "$( (cut -d ' ' -f 1 "$work/kept"; echo people/ada) | LC_ALL=C sort | sha256sum)" "$(sha256sum <"$work/listed")"
person eve ada@example.com
equal "a value that is taken is refused for that" "409 unique-violation" "$code $(problem)"
person eve eve@example.com
equal "another is taken" 201 "$code"
check "the server stops" stop_server
check "verify finds index and files the same" eval "dotnet '$server_dll' verify --data '$data' >'$work/report' 2>&1 </dev/null"
finish
