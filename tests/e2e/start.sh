#!/usr/bin/env bash
# Starts that must be refused, at once, with a clear last line and nothing written; and starts that must not.
source "$(dirname "$0")/lib.sh"
need curl jq python3
printf '{"name":"Ada"}' >"$work/document"

# refused TEXT MESSAGE DATA [ARGUMENT...]: the server ends by itself, not with 0, and its last line says MESSAGE.
refused() {
  local text=$1 message=$2 data=$3 status=0
  shift 3
  (cd "$root" && exec timeout -k 5 20 dotnet "$server_dll" --urls http://127.0.0.1:0 "--DocService:DataDirectory=$data" "$@") \
    </dev/null >"$work/refused.log" 2>&1 || status=$?
  if [[ $status -eq 0 || $status -ge 124 ]]; then
    fail "$text: exit code $status instead of a refusal"
  elif ! tail -n 1 "$work/refused.log" | grep -qi -- "^docservice: .*$message"; then
    fail "$text: the last line does not say '$message': $(tail -n 1 "$work/refused.log")"
  else
    pass "$text: $(tail -n 1 "$work/refused.log" | cut -c 1-150)"
  fi
}

# tree DIRECTORY: every name in it with its content.
tree() { (cd "$1" && find . -print | LC_ALL=C sort && find . -type f -print0 | LC_ALL=C sort -z | xargs -0r sha256sum); }

data=$work/data
start_small "$data"
put a "$work/document" -H 'Durability: filed'
equal "a first start in an absent directory works" 201 "$code"
equal "/status names the directory" "$data" "$(curl -sS "$base/status" | jq -r '.. | strings | select(. == "'"$data"'")' | head -n 1)"
refused "a second server on the same directory" "another process" "$data"
request GET /docs/a
equal "the first server goes on" 200 "$code"
put b "$work/document" -H 'Durability: filed'
equal "and writes" 201 "$code"

kill_server
sed 's/"docservice":[0-9]*/"docservice":99/' "$data/FORMAT" >"$work/FORMAT"
cp "$data/FORMAT" "$work/FORMAT.good"
cp "$work/FORMAT" "$data/FORMAT"
before=$(tree "$data/docs")
refused "a directory of a newer format" "format 99" "$data"
equal "it is left as it was" "$before" "$(tree "$data/docs")"
cp "$work/FORMAT.good" "$data/FORMAT"

mkdir "$work/foreign"
printf 'not ours' >"$work/foreign/notes.txt"
before=$(tree "$work/foreign")
refused "a directory of somebody else" "not empty" "$work/foreign"
equal "it is left as it was, too" "$before" "$(tree "$work/foreign")"

refused "an unknown key" "Durabilty" "$work/new" --DocService:Durabilty=filed
refused "a value that is none" "MaxDepth" "$work/new" --DocService:MaxDepth=deep
refused "an impossible value" "MaxDepth" "$work/new" --DocService:MaxDepth=0
refused "a segment too small for the largest document" "SegmentBytes" "$work/new" --DocService:SegmentBytes=1048576
refused "a journal of fewer than four segments" "JournalBytes" "$work/new" --DocService:JournalBytes=134217728
check "nothing was created for them" test ! -e "$work/new"

# not_understood TEXT MESSAGE ARGUMENT...: exit code 2 and one line that says MESSAGE; no server on ./data.
not_understood() {
  local text=$1 message=$2 status=0
  shift 2
  mkdir -p "$work/here"
  (cd "$work/here" && exec timeout -k 5 20 dotnet "$server_dll" "$@") </dev/null >"$work/refused.log" 2>&1 || status=$?
  equal "$text: not understood" 2 "$status"
  check "$text: says $message" grep -qF -- "$message" "$work/refused.log"
  check "$text: nothing was started" test -z "$(ls -A "$work/here")"
}
not_understood "an option misspelt" "Did you mean --data?" --dta "$work/new"
not_understood "a command misspelt" "Did you mean verify?" verfy --data "$data"
not_understood "a path without an option" "docservice --help" "$work/new"

refused "a port above 65535" "99999" "$work/new" --urls http://localhost:99999
refused "https without a certificate" "certificate" "$work/new" --urls https://127.0.0.1:0
refused "an address of somebody else" "192.0.2.1" "$work/new" --urls http://192.0.2.1:0
python3 -c 'import socket, sys, time
s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen(); print(s.getsockname()[1], flush=True); time.sleep(60)' >"$work/port" &
holder=$!
at_exit+=("kill $holder 2>/dev/null")
wait_until 60 test -s "$work/port"
refused "a port in use" "already in use" "$work/new" --urls "http://127.0.0.1:$(cat "$work/port")"
kill "$holder"
check "nothing was created for them either" test ! -e "$work/new"

# What must not keep it from starting: a damaged document, leftovers of a crash, foreign entries, links.
file=$(find "$data/docs" -name a.json)
printf 'x' >>"$file"
printf 'leftover' >"$(dirname "$file")/.tmp-7"
printf 'foreign' >"$(dirname "$file")/README"
ln -s /etc/hostname "$data/docs/00/link.json"
start_small "$data"
pass "damage, leftovers, foreign files and links do not keep it from starting"
request GET /docs/a
equal "the damaged document is named, not served" "500 document-corrupt" "$code $(problem)"
request GET /docs/b
check "the others are served" cmp -s "$work/body" "$work/document"
check "the leftover is gone" test ! -e "$(dirname "$file")/.tmp-7"
check "the foreign file is still there" test -e "$(dirname "$file")/README"
put a "$work/document" -H 'Durability: filed'
equal "the damaged document can be replaced" 204 "$code"
check "and is kept as evidence" test -n "$(find "$data/quarantine" -name '*.a.json')"
request GET /docs/a
check "and is whole again" cmp -s "$work/body" "$work/document"
check "the server stops when asked" stop_server
finish
