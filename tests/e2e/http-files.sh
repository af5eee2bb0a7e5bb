#!/usr/bin/env bash
# Every request of http/*.http, top to bottom, each file against a fresh server; each request names the status it
# expects in a comment ("# expect: 201").
source "$(dirname "$0")/lib.sh"
need curl python3
files=("$root"/http/*.http)
[[ -f ${files[0]} ]] || skip "there are no http files"

for file in "${files[@]}"; do
  name=$(basename "$file" .http)
  start_small "$work/$name"
  python3 "$root/tests/e2e/http_file.py" "$base" "$file" >"$work/results" || fail "$name: the file was not run to its end"
  sed '$d' "$work/results"
  counts=$(tail -n 1 "$work/results")
  passed=$((passed + ${counts% *}))
  failed=$((failed + ${counts#* }))
  check "$name: the server stops when asked" stop_server
done

# Negative control: a wrong expectation is noticed.
start_small "$work/control"
printf '@host = x\n### control\n# expect: 418\nGET {{host}}/status\n' >"$work/control.http"
equal "a wrong expectation is noticed" "0 1" "$(python3 "$root/tests/e2e/http_file.py" "$base" "$work/control.http" | tail -n 1)"
check "the server stops when asked" stop_server
finish
