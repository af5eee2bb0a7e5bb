#!/usr/bin/env bash
# docs/verify-document.sh, which knows the format from docs/on-disk-format.md alone, against files that the real
# server wrote, and against damaged ones.
source "$(dirname "$0")/lib.sh"
need curl jq sha256sum
verify=$root/docs/verify-document.sh
data=$work/data
printf '{"name":"Ada", "n": 1.50}\n' >"$work/document"
head -c 400000 /dev/zero | tr '\0' 'x' | sed 's/.*/["&"]/' >"$work/large"
long=$(printf 'a%.0s' {1..195})

# Percent-encoded ids: plain, with folders, upper case, leading dot, not ASCII, quotes and backslash, at and above the
# longest plain name, of 1,024 bytes, of nothing but escapes.
ids=(plain users/42 Users/42 .hidden a.b_c-d con %C3%A9t%C3%A9 %F0%9F%98%80 a%22b%5Cc '%25' ~ "$long" "${long}b"
  "$(printf 'Z%.0s' {1..1024})" "$(printf '%%C3%%A4%.0s' {1..512})" "$(printf 'a%.0s' {1..161})%C3%A9$(printf 'b%.0s' {1..99})")

start_small "$data"
for id in "${ids[@]}"; do
  put "$id" "$work/document" -H 'Durability: filed'
  [[ $code == 201 ]] || fail "PUT ${id:0:40}: $code"
done
put large "$work/large" -H 'Durability: filed'
equal "all documents are written" 201 "$code"
check "the server stops when asked" stop_server

mapfile -d '' files < <(find "$data/docs" -type f -print0)
equal "there is one file for each id" "$((${#ids[@]} + 1))" "${#files[@]}"
if "$verify" "${files[@]}" >"$work/verified"; then
  pass "every file is verified without the server"
else
  fail "every file is verified without the server: $(grep -m 3 '^DAMAGED' "$work/verified")"
fi

# damage TEXT REASON COMMAND...: a copy of the file of users/42, changed by the command ($copy), must be refused for
# that reason.
original=$(find "$data/docs" -name 'users%2F42.json')
damage() {
  local text=$1 reason=$2
  shift 2
  copy=$work/copies/$(basename "$(dirname "$original")")/$(basename "$original")
  rm -rf "$work/copies"
  mkdir -p "$(dirname "$copy")" "$work/copies/zz"
  cp "$original" "$copy"
  "$@"
  if "$verify" "$copy" >"$work/verdict"; then
    fail "$text: it was accepted"
  elif grep -qF "$reason" "$work/verdict"; then
    pass "$text: ${reason}"
  else
    fail "$text: $(cat "$work/verdict")"
  fi
}
change_body() { sed -i '2s/Ada/Eve/' "$copy"; }
cut_off() { truncate -s -1 "$copy"; }
append() { printf ' ' >>"$copy"; }
no_newline() { head -n 1 "$original" | tr -d '\n' >"$copy"; }
move_name() { mv "$copy" "${copy%42.json}43.json" && copy=${copy%42.json}43.json; }
move_shard() { mv "$copy" "$work/copies/zz/" && copy=$work/copies/zz/$(basename "$copy"); }
change_id() { sed -i '1s|"users/42"|"users/43"|' "$copy"; }
change_digest() { sed -i '1s/"sha256":"..../"sha256":"0000/' "$copy"; }
change_format() { sed -i '1s/"docservice":1/"docservice":2/' "$copy"; }
change_version() { sed -i '1s/"version":[0-9]*/"version":77/' "$copy"; }
link() { mv "$copy" "$copy.x" && ln -s "$copy.x" "$copy"; }
damage "a changed body" "SHA-256 does not match" change_body
damage "a cut-off body" "the header speaks of" cut_off
damage "an appended byte" "the header speaks of" append
damage "a header without end" "has no end" no_newline
damage "another name" "belongs in the file users%2F42.json" move_name
damage "another directory" "it stands in zz" move_shard
damage "another id" "belongs in" change_id
damage "another digest" "SHA-256 does not match" change_digest
damage "another format" "format 1" change_format
damage "a symbolic link" "not a regular file" link
if command -v xxhsum >/dev/null; then
  damage "another version" "the header's XXH3 does not match" change_version
else
  say "xxhsum is not installed: the XXH3 checksums were not checked from outside"
fi
# A document with an end: its file says when, and that a reader must understand that.
start_small "$data"
request PUT /collections/sessions -H 'Content-Type: application/json' --data-binary '{"prefix":"sessions/","timeToLive":3600}'
equal "documents are given a time to live" 201 "$code"
put sessions/1 "$work/document" -H 'Durability: filed'
equal "a document that will end is written" 201 "$code"
check "the server stops again" stop_server
original=$(find "$data/docs" -name 'sessions%2F1.json')
check "the file of a document that will end is verified" grep -q '^ok' <("$verify" "$original")
equal "its end is an hour after it was modified, and must be understood" '[["expires"],3600]' \
  "$(head -n 1 "$original" | jq -c 'def at: sub("[.][0-9]+Z$"; "Z") | fromdate; [.must, (.expires | at) - (.modified | at)]')"
rename_end() { sed -i '1s/"expires":"/"expired":"/' "$copy"; }
must_more() { sed -i '1s/"must":\["expires"\]/"must":["expires","keep"]/' "$copy"; }
damage "an end that is missing" "must be understood" rename_end
damage "an unknown member that must be understood" "must be understood" must_more
finish
