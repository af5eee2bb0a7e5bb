#!/usr/bin/env bash
# import and export as a user runs them: each format of files, zstd, a key that has a prefix, a kill in the middle, another store.
source "$(dirname "$0")/lib.sh"
need curl jq
data=$work/data
export DOCSERVICE_KEY=

# transfer COMMAND [ARGUMENT...]: sets $code to the exit code; what it says in $work/said, its output in $work/out.
transfer() {
  code=0
  timeout -k 5 60 dotnet "$server_dll" "$1" --url "$base" "${@:2}" >"$work/out" 2>"$work/said" </dev/null || code=$?
}
says() { grep -qF -- "$1" "$work/said" || { sed 's/^/       /' "$work/said"; false; }; }
# bodies: each document with its id and every byte of it, one a line, without what differs from store to store.
bodies() { curl -sS "$1/docs?include=raw" -H 'Accept: application/x-ndjson' | jq -c 'select(.id) | [.id, .type, .raw, .sha256]'; }

start_small "$data"
mkdir -p "$work/tree/deep/ü"
printf '{ "n" : 1.50 }\n' >"$work/tree/one.json"
printf '\xef\xbb\xbf[1e400]' >"$work/tree/deep/ü/two three.json"
ln -s one.json "$work/tree/link.json"
transfer import "$work/tree" --prefix tree/
equal "a directory is imported" 0 "$code"
check "a link is passed over" says 'Passed over: 1 symbolic links'
request GET '/docs/tree/one'
check "every byte is kept" cmp -s "$work/body" "$work/tree/one.json"
request GET '/docs/tree/deep/%C3%BC/two%20three'
equal "and the path is the id" '[1e400]' "$(cat "$work/body")"

cat >"$work/people.json" <<'LINES'
{"_id":{"$oid":"65a1b2c3d4e5f60718293a4b"},"age":{"$numberLong":"36"},"n":1.10}
{"_id":"ada/ü","big":123456789012345678901234567890}
LINES
transfer import "$work/people.json" --prefix people/
equal "lines of mongoexport are imported" 0 "$code"
request GET /docs/people/65a1b2c3d4e5f60718293a4b
equal "as they are" "$(head -n 1 "$work/people.json")" "$(cat "$work/body")"

cat >"$work/db.json" <<'ROWS'
{"total_rows":3,"offset":0,"rows":[
{"id":"a","key":"a","value":{"rev":"1-x"},"doc":{"_id":"a","_rev":"1-x","n":1.10}},
{"id":"_design/v","key":"_design/v","value":{"rev":"1-x"},"doc":{"_id":"_design/v"}},
{"id":"files","key":"files","value":{"rev":"1-x"},"doc":{"_id":"files","_attachments":{"a.png":{"stub":true}}}}
]}
ROWS
transfer import "$work/db.json" --prefix couch/
equal "rows of CouchDB are imported, but for those with attachments" 1 "$code"
check "which are named with file, line and byte" says "$work/db.json:4 (byte $(head -n 3 "$work/db.json" | wc -c)): 'files' has attachments"
request GET /docs/couch/a
equal "as they are" '{"_id":"a","_rev":"1-x","n":1.10}' "$(cat "$work/body")"
head -c 150 "$work/db.json" >"$work/cut.json"
transfer import "$work/cut.json" --prefix cut/
equal "a file that is cut short is found" 1 "$code"
check "and named" says "$work/cut.json:3 (byte 150): the file is cut short"
request GET /docs/cut/a
equal "and what is before that is taken" 200 "$code"

printf 'name,age\nAda,36\n' >"$work/people.csv"
transfer import "$work/people.csv"
equal "a foreign file is refused" 3 "$code"
check "and named" says "$work/people.csv is not recognised"
gzip -k "$work/people.json"
transfer import "$work/people.json.gz"
equal "a packed one, too" 3 "$code"
transfer import "$work/none.ndjson"
equal "and one that is not there" 3 "$code"
check "by its name" says none.ndjson

# Large enough that it takes a while; killed when the first chunk is noted.
seq 1 40000 | sed 's/.*/{"id":"many\/&","body":{"n":&,"text":"some text that makes the line a little longer than it has to be"}}/' >"$work/many.ndjson"
dotnet "$server_dll" import "$work/many.ndjson" --url "$base" >"$work/said" 2>&1 </dev/null &
import_pid=$!
disown "$import_pid"
noted() { [[ $(jq -r .chunks "$work/many.ndjson.import-note" 2>/dev/null) -ge 2 ]] || ! is_running "$import_pid"; }
wait_until 30 noted || die "no chunk is noted"
kill -KILL "$import_pid" 2>/dev/null || fail "the import was over before it could be killed"
dotnet "$server_dll" import "$work/many.ndjson" --url "$base" >"$work/said" 2>&1 </dev/null &
import_pid=$!
further() { [[ $(jq -r .chunks "$work/many.ndjson.import-note" 2>/dev/null) -ge 4 ]] || ! is_running "$import_pid"; }
wait_until 30 further || die "no further chunk is noted"
kill -TERM "$import_pid" 2>/dev/null || fail "the import was over before it could be stopped"
code=0
wait "$import_pid" || code=$?
equal "an import that is stopped says so" 3 "$code"
check "and that it can go on" says 'Stopped. The same command goes on where it was.'
before=$(curl -sS "$base/docs?prefix=many/&count=true&limit=1" | jq .count)
transfer import "$work/many.ndjson"
equal "it goes on when it is started again" 0 "$code"
check "and says so" says 'Going on with an import that was stopped'
say "$before documents were there after the kill and the stop; $(tail -n 1 "$work/said")"
check "nothing was refused or written twice" says '40,000 created, 0 replaced, 0 kept, 0 not taken'
equal "all are there" 40000 "$(curl -sS "$base/docs?prefix=many/&count=true&limit=1" | jq .count)"
refuses "the note is gone" test -e "$work/many.ndjson.import-note"

transfer export --to "$work/all.ndjson.zst"
equal "an export ends well" 0 "$code"
refuses "no part of it is left" test -e "$work/all.ndjson.zst.part"
transfer export --prefix people/
equal "an export to the standard output" 'people/65a1b2c3d4e5f60718293a4b people/ada/ü null' "$(jq -r .id "$work/out" | paste -sd ' ')"
bodies "$base" >"$work/one"
check "the server stops when asked" stop_server

# Another store, with keys.
key=$(cd "$root" && dotnet "$server_dll" keys add --data "$work/other" --name all --rights read,write --prefix '*' 2>/dev/null)
narrow=$(cd "$root" && dotnet "$server_dll" keys add --data "$work/other" --name people --rights read,write --prefix people/ 2>/dev/null)
start_small "$work/other"
transfer import "$work/all.ndjson.zst"
equal "without a key nothing is imported" 3 "$code"
check "and it says why" says '401 '
transfer import "$work/people.json" --prefix people/ --key "$narrow"
equal "a key with a prefix imports there" 0 "$code"
transfer import "$work/people.json" --prefix other/ --key "$narrow"
equal "and not elsewhere" 1 "$code"
check "each line is named" says "$work/people.json:2 (byte 80): 'other/ada/ü' forbidden"
DOCSERVICE_KEY=$key transfer import "$work/all.ndjson.zst" --on-conflict replace
equal "the packed export is imported, the key being in the environment" 0 "$code"
curl -sS "$base/docs?include=raw" -H 'Accept: application/x-ndjson' -H "Authorization: Bearer $key" | jq -c 'select(.id) | [.id, .type, .raw, .sha256]' >"$work/two"
check "both stores have the same documents, byte for byte" cmp -s "$work/one" "$work/two"
equal "which are all" 40006 "$(wc -l <"$work/two")"
transfer export --key "$narrow" --to "$work/narrow.ndjson" --prefix people/
equal "a key with a prefix exports what it may" 3 "$(wc -l <"$work/narrow.ndjson")"
head -n 2 "$work/narrow.ndjson" >"$work/short.ndjson"
transfer import "$work/short.ndjson" --prefix short/ --key "$key"
equal "an export without its last line is found" 1 "$code"
check "and named" says 'the export is cut short'
check "the server stops when asked" stop_server
finish
