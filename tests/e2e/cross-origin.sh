#!/usr/bin/env bash
# Pages of other origins in a real browser: one that Cors:Origins names may use the server, another one may not and learns nothing;
# and a page whose name has been pointed at this machine (DNS rebinding) is told 421. Needs chromium, npm and its registry.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/browser.lib.sh"
need curl python3
has_browser "$root/tests/e2e/cross-origin/visit.js" || skip "$why"

# serve NAME: an empty page on a port of its own; its origin in $origin.
serve() {
  mkdir -p "$work/pages"
  printf '<!doctype html><title>%s</title>' "$1" >"$work/pages/index.html"
  python3 -u -m http.server 0 --bind 127.0.0.1 --directory "$work/pages" >"$work/$1.log" 2>&1 &
  at_exit+=("kill $! 2>/dev/null")
  wait_until 30 grep -q 'port [0-9]' "$work/$1.log" || die "no page: $(cat "$work/$1.log")"
  origin=http://localhost:$(sed -n 's/.* port \([0-9]*\) .*/\1/p' "$work/$1.log" | head -n 1)
}

# visit PLAN COUNT ARGUMENT...: what the browser says, one check a line.
visit() {
  timeout 120 node "$work/visit.js" "$1" "$base" "$(command -v chromium)" "${@:3}" >"$work/out" 2>"$work/err" ||
    fail "the browser broke off: $(head -c 2000 "$work/err")"
  told "$work/out" "$2"
}

serve allowed && allowed=$origin
serve other && other=$origin
printf '{"n":1}' >"$work/document"

# Without keys: whoever reaches it may do everything, so a page must not.
start_small "$work/data" "--DocService:Cors:Origins=$allowed"
put there "$work/document"
visit anonymous 15 "$allowed" "$other"
request GET /docs/there
equal "the document is what it was" '{"n":1}' "$(cat "$work/body")"
request GET /docs/made-elsewhere
equal "and nothing was made" 404 "$code"
request GET /docs/there -H 'Host: rebound.example'
equal "by curl a name that is pointed here gets the same" "421 misdirected-request" "$code $(problem)"
check "the server stops" stop_server

# With keys: a page that has one uses it, if its origin is allowed.
key=$(DocService__SegmentBytes=2097152 DocService__JournalBytes=16777216 DocService__MaxDocumentBytes=1048576 DocService__MaxBatchBytes=1048576 \
  dotnet "$server_dll" keys add --name page --rights read,write --prefix '*' --data "$work/data" 2>"$work/keys.log") || die "no key: $(cat "$work/keys.log")"
start_small "$work/data" "--DocService:Cors:Origins=$allowed" --DocService:RequireKeys=true
visit keyed 11 "$allowed" "$other" "$key"
request GET /docs/there -H "Authorization: Bearer $key"
equal "the document is what the allowed page made of it" '{"n":3}' "$(cat "$work/body")"
check "the server stops with keys, too" stop_server
finish
