#!/usr/bin/env bash
# What Swagger UI shows of a document is what is stored, in a real browser: numbers that JavaScript cannot hold, spelling
# and white space included. Needs chromium, npm and its registry.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/browser.lib.sh"

need curl
has_browser "$root/tests/e2e/swagger/look.js" || skip "$why"

start_small "$work/data"
document='{"id":369553424691494913, "large":1e400,"one":1.0, "text":"\u00e9"}'
printf '%s' "$document" >"$work/document"
put raw "$work/document"
equal "the document is written" 201 "$code"

DOCUMENT=$document timeout 120 node "$work/look.js" "$base" "$(command -v chromium)" >"$work/out" 2>"$work/err" ||
  fail "the browser broke off: $(head -c 2000 "$work/err")"
told "$work/out" 5

check "the server stops" stop_server
finish
