#!/usr/bin/env bash
# Backups of a running server under load, into a directory and into an archive, restored elsewhere: every document is compared with a ledger
# of what was acknowledged, and no ETag is handed out twice. A backup that was cut short, and a damaged file, are refused by name.
source "$(dirname "$0")/lib.sh"
need curl jq python3
data=$work/data
ledger=$work/ledger
printf '{"name":"Ada"}' >"$work/document"

# docservice COMMAND ARGUMENT...: sets $code; what it prints goes to $work/printed and $work/told.
docservice() {
  code=0
  timeout -k 5 60 dotnet "$server_dll" "$@" >"$work/printed" 2>"$work/told" </dev/null || code=$?
}
tells() { grep -qF "$1" "$work/told" || { sed 's/^/       /' "$work/told"; false; }; }
commit_of() { sed -n 's/.*as of commit \([0-9]*\).*/\1/p' "$work/told"; }

start_small "$data"
mkfifo "$work/stop"
python3 "$root/tests/e2e/backup/load.py" "${base#http://}" "$ledger" <"$work/stop" &
load_pid=$!
at_exit+=("kill $load_pid 2>/dev/null")
exec 9>"$work/stop"
wait_until 20 test -s "$ledger"

docservice snapshot take --url "$base" --name mine
equal "a snapshot is taken under load" 0 "$code"
docservice backup --url "$base" --to "$work/backups"
equal "a backup is made under load" 0 "$code"
first=$(cat "$work/printed") first_commit=$(commit_of)
docservice backup --url "$base" --to "$work/backups"
equal "the next one is made" 0 "$code"
second_commit=$(commit_of)
docservice backup --url "$base" --to "$work/one.tar.zst"
equal "an archive is made under load" 0 "$code"
archive_commit=$(commit_of)
docservice snapshot list --url "$base"
equal "snapshots that were taken for a backup are gone" "mine" "$(cut -d ' ' -f 1 "$work/printed")"
exec 9>&-
check "every write was acknowledged" wait "$load_pid"
put last "$work/document"
field ETag >"$work/tags"
check "the server stops when asked" stop_server

# restored NAME FROM COMMIT: restores, starts, compares, writes.
restored() {
  docservice restore --from "$2" --to "$work/$1"
  equal "$1: is restored" 0 "$code"
  start_small "$work/$1"
  check "$1: every document is as of its commit" python3 "$root/tests/e2e/backup/compare.py" "${base#http://}" "$ledger" "$3"
  put last "$work/document"
  field ETag >>"$work/tags"
  curl -s "$base/status" | jq -r .storeId >>"$work/ids"
  check "$1: the server stops when asked" stop_server
}
restored first "$first" "$first_commit"
restored again "$first" "$first_commit"
restored newest "$work/backups" "$second_commit"
restored archive "$work/one.tar.zst" "$archive_commit"
equal "each is a store of its own" 4 "$(sort -u "$work/ids" | wc -l)"
equal "no ETag is handed out twice" 5 "$(sort -u "$work/tags" | wc -l)"
docservice verify --data "$work/newest"
equal "a restored store is intact" 0 "$code"
check "sha256sum checks a backup" sh -c "cd '$first' && sha256sum --quiet -c BACKUP 2>/dev/null"

# A snapshot of a stopped directory is started in its place.
docservice snapshot take --data "$data" --name stopped
equal "a snapshot of a stopped directory is taken" 0 "$code"
start_small "$data/snapshots/stopped"
equal "it starts" 200 "$(curl -s -o /dev/null -w '%{http_code}' "$base/docs/last")"
check "its server stops when asked" stop_server

# What is wrong is named, and nothing counts.
docservice restore --from "$first" --to "$data"
equal "a target that is not empty is refused" 3 "$code"
head -c $(($(stat -c %s "$work/one.tar.zst") / 2)) "$work/one.tar.zst" >"$work/half.tar.zst"
docservice restore --from "$work/half.tar.zst" --to "$work/half"
equal "an archive that was cut short is refused" 1 "$code"
refuses "and what it left does not start" dotnet "$server_dll" --urls http://127.0.0.1:0 --data "$work/half"
file=$(find "$first/docs" -name '*.json' | LC_ALL=C sort | head -n 1)
cp "$file" "$work/copy" && rm "$file" && head -c -1 "$work/copy" >"$file" && printf 'x' >>"$file"
docservice restore --from "$first" --to "$work/damaged"
equal "a damaged file is refused" 1 "$code"
check "and named" tells "${file##*/}"
finish
