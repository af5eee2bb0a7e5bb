#!/usr/bin/env bash
# A small ext4 filesystem, filled to the brim: 507, deletes that work, restarts on the full disk and on one with next to
# nothing free, recovery by itself, and every acknowledged document to the byte.
source "$(dirname "$0")/lib.sh"
need curl jq mkfs.ext4 sha256sum
[[ $(id -u) -eq 0 ]] || skip "loop mounts need root"

disk=$work/disk
mkdir "$disk"
truncate -s 160M "$work/image"
mkfs.ext4 -q -m 0 "$work/image"
mount -o loop "$work/image" "$disk" 2>"$work/mount.err" || skip "loop mounts are not possible here: $(head -n 1 "$work/mount.err")"
at_exit+=("umount '$disk' || umount -l '$disk'")
data=$disk/data
small=(--DocService:SegmentBytes=8388608 --DocService:JournalBytes=33554432 --DocService:MaxDocumentBytes=4194304
  --DocService:MaxBatchBytes=4194304 --DocService:InFlightBytes=67108864)
# First without the index, which gives its room back on a full disk whenever its next flush fails: the counts would be of that.
without=(--DocService:Index=off)
mkdir "$work/sent"

# Documents that do not compress and do not repeat.
make_document() { printf '["%s"]' "$(head -c "$2" /dev/urandom | base64 -w 0)" >"$work/sent/$1"; }

# fill PREFIX BYTES TIMES: PUTs new documents until one is refused or TIMES are done; `filled` counts those taken.
filled=0
fill() {
  local index
  filled=0
  for ((index = 0; index < $3; index++)); do
    make_document "$1-$index" "$2"
    put "$1-$index" "$work/sent/$1-$index" -H 'Durability: filed'
    if [[ $code != 201 ]]; then
      rm "$work/sent/$1-$index"
      return
    fi
    filled=$((filled + 1))
  done
}

# all_read: every acknowledged document that was not deleted, byte for byte; by one curl on one connection.
all_read() {
  local file
  rm -rf "$work/read"
  mkdir "$work/read"
  for file in "$work/sent"/*; do
    printf 'url = "%s/docs/%s"\noutput = "%s/read/%s"\n' "$base" "${file##*/}" "$work" "${file##*/}"
  done >"$work/reads"
  curl -sS --max-time 60 -K "$work/reads" -w '%{http_code} %{url}\n' >"$work/codes" || true
  diff -rq "$work/sent" "$work/read" >"$work/differences" 2>&1 || true
  grep -v '^200 ' "$work/codes" >>"$work/differences" || true
  [[ -s $work/differences ]] || return 0
  head -n 5 "$work/differences" | sed 's/^/       /'
  return 1
}

delete() {
  request DELETE "/docs/$1" -H 'Durability: filed'
  [[ $code == 204 ]] && rm "$work/sent/$1"
}

start_server "$data" "${small[@]}" "${without[@]}"
settle "$data"
fill first 3000 8
equal "small documents are written first" 8 "$filled"
fill large 700000 300
check "documents fit at first ($filled large ones)" test "$filled" -ge 10
equal "then the answer is out of space" "507 out-of-space" "$code $(problem)"
fill small 3000 2000
equal "small ones fill the rest ($filled), then out of space" "507 out-of-space" "$code $(problem)"
equal "/status says read-only" read-only "$(state)"
check "every acknowledged document is read" all_read
make_document large-0.new 700000
put large-0 "$work/sent/large-0.new" -H 'Durability: filed'
rm "$work/sent/large-0.new"
equal "replacing is refused as well" "507 out-of-space" "$code $(problem)"
check "and leaves the old version" all_read
check "DELETE works on the full disk" delete first-0

stop_server || fail "the server does not stop on a full disk"
start_server "$data" "${small[@]}" "${without[@]}"
check "the server starts on the full disk" true
make_document probe 700000
put probe "$work/sent/probe" -H 'Durability: filed'
rm "$work/sent/probe"
equal "still out of space" "507 out-of-space" "$code $(problem)"
kill_server
start_server "$data" "${small[@]}" "${without[@]}"
check "and after kill -9, with every acknowledged document" all_read
check "no temporary file is left" test -z "$(find "$data/docs" -name '.tmp-*')"
make_document probe 700000
put probe "$work/sent/probe" -H 'Durability: filed'
rm "$work/sent/probe"
equal "out of space again" "507 out-of-space" "$code $(problem)"

# Others on the disk take the rest, to the last blocks: the journal's reserve is what is left.
for _ in 1 2 3; do # ext4 holds some back until what it has is on disk
  cat /dev/zero >>"$disk/ballast" 2>/dev/null || true
  sync -f "$disk"
done
free=$(df --output=avail -B 1 "$disk" | tail -n 1 | tr -d ' ')
check "next to nothing is free ($free bytes)" test "$free" -lt 262144
check "DELETE works on a disk without room" delete first-1
check "the server stops" stop_server
start_server "$data" "${small[@]}" "${without[@]}"
check "and starts, with every acknowledged document" all_read
put probe "$work/sent/first-2" -H 'Durability: filed'
equal "PUT is refused" "507 out-of-space" "$code $(problem)"
check "DELETE works" delete first-3
rm "$disk/ballast"
for index in 1 2 3; do
  check "DELETE of a large document works ($index)" delete "large-$index"
done
check "/status goes back to ready by itself" wait_until 60 state_is ready
fill again 700000 2
equal "there is room for PUTs again" 2 "$filled"
check "every acknowledged document is read at the end" all_read
check "the server stops when asked" stop_server

# Now with it: documents come first. The index may have to go, and then it says so in place of answering from a part.
start_server "$data" "${small[@]}"
check "with an index it starts, with every acknowledged document" all_read
fill brim 700000 300
equal "the disk is filled again ($filled large ones), to out of space" "507 out-of-space" "$code $(problem)"
check "every acknowledged document is read on the full disk" all_read
check "DELETE works with an index, too" delete first-4
request GET '/docs?include=id&limit=1000'
if [[ $code == 200 ]]; then
  equal "the list has every document" "$(find "$work/sent" -type f | wc -l)" "$(jq '.documents | length' "$work/body")"
else
  equal "or it is told that there is no list at present" "503" "$code"
fi
kill_server
start_server "$data" "${small[@]}"
check "after kill -9 every acknowledged document is read" all_read
check "the server stops" stop_server
finish
