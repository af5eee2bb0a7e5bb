#!/usr/bin/env bash
# What Swagger UI shows of a document is what is stored, in a real browser: numbers that JavaScript cannot hold, spelling
# and white space included. Needs chromium, npm and its registry.
source "$(dirname "$0")/lib.sh"

need curl npm node chromium
cp "$root"/tests/e2e/swagger/* "$work"
(cd "$work" && timeout 120 npm install --ignore-scripts --no-audit --no-fund --no-package-lock) >"$work/npm.log" 2>&1 ||
  skip "playwright-core could not be installed: $(tail -n 1 "$work/npm.log")"

start_small "$work/data"
document='{"id":369553424691494913, "large":1e400,"one":1.0, "text":"\u00e9"}'
printf '%s' "$document" >"$work/document"
put raw "$work/document"
equal "the document is written" 201 "$code"

DOCUMENT=$document timeout 120 node "$work/look.js" "$base" "$(command -v chromium)" >"$work/out" 2>"$work/err" ||
  fail "the browser broke off: $(head -c 2000 "$work/err")"
while read -r line; do
  case $line in
    "ok "*) pass "${line#ok }" ;;
    "FAIL "*) fail "${line#FAIL }" ;;
  esac
done <"$work/out"
[[ $(wc -l <"$work/out") -eq 4 ]] || fail "not all was looked at"

check "the server stops" stop_server
finish
