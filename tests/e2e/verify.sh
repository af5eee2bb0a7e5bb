#!/usr/bin/env bash
# verify: intact directories are intact, also right after kill -9; each kind of damage is named with its file and makes
# the exit code 1; a running server and a foreign directory are refused; nothing on disk is changed.
source "$(dirname "$0")/lib.sh"
need curl jq python3
data=$work/data
printf '{"name":"Ada"}' >"$work/document"

# verify [ARGUMENT...]: sets $code to the exit code; the report in $work/report.
verify() {
  code=0
  timeout -k 5 60 dotnet "$server_dll" verify "$@" >"$work/report" 2>&1 </dev/null || code=$?
}
reports() { grep -qF "$1" "$work/report" || { sed 's/^/       /' "$work/report"; false; }; }
fingerprint() { (cd "$data" && find . -printf '%p %y %s %T@ %m\n' && find . -type f -exec sha256sum {} +) | LC_ALL=C sort | sha256sum; }

start_small "$data"
for id in a b c; do put "$id" "$work/document" -H 'Durability: filed'; done
request DELETE /docs/c
verify --data "$data"
equal "a running server's directory is refused" 3 "$code"
check "and the line says why" reports 'Another process is using'
kill_server
before=$(fingerprint)
verify --data "$data"
equal "intact after kill -9" 0 "$code"
check "the counts are told" reports '2 documents'
equal "nothing was changed" "$before" "$(fingerprint)"
start_small "$data"
check "the server stops when asked" stop_server
verify --data "$data"
equal "intact after a clean stop" 0 "$code"

document=$(find "$data/docs" -name a.json)
segment=$(find "$data/journal" -name '*.journal' | LC_ALL=C sort | tail -n 1)
cp -a "$data" "$work/good"

# damaged TEXT FILE COMMAND...: damages, expects exit code 1 and the file's name, and puts everything back.
damaged() {
  local text=$1 file=$2
  shift 2
  "$@"
  local before
  before=$(fingerprint)
  verify --data "$data"
  equal "$text: found" 1 "$code"
  check "$text: its file is named" reports "Damage: ${file#"$data"/} offset"
  equal "$text: nothing was changed" "$before" "$(fingerprint)"
  rm -rf "$data"
  cp -a "$work/good" "$data"
}
damaged "a changed body" "$document" sed -i '2s/Ada/Eve/' "$document"
damaged "a changed header" "$document" sed -i '1s/"version":[0-9]*/"version":77/' "$document"
damaged "a file cut off" "$document" truncate -s -1 "$document"
damaged "a file in another's place" "$document" cp "$(find "$data/docs" -name b.json)" "$document"
damaged "a link in a document's place" "$document" ln -sf /etc/passwd "$document"
damaged "a segment's header" "$segment" flip_bit "$segment" 40
damaged "a segment cut off" "$segment" truncate -s 8192 "$segment"
damaged "FORMAT" "$data/FORMAT" flip_bit "$data/FORMAT" 30
damaged "a directory of documents gone" "$data/docs/00" mv "$data/docs/00" "$work/away"
verify --data "$data"
equal "put back, all is intact" 0 "$code"

mkdir "$work/empty" "$work/foreign"
echo mine >"$work/foreign/letter"
for directory in empty foreign missing; do
  verify --data "$work/$directory"
  equal "$directory: refused" 3 "$code"
done
equal "an empty directory stays empty" "" "$(ls -A "$work/empty")"
for arguments in "" "--data" "--dta $data" "--data $data --data $data" "--data $data more"; do
  # shellcheck disable=SC2086
  verify $arguments
  equal "verify $arguments: usage" 2 "$code"
done
finish
