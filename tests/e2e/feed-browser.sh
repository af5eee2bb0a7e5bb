#!/usr/bin/env bash
# The change feed in a real browser: its own EventSource loses its connection, and its server by kill -9, and has seen every change
# once it is back. Needs chromium, npm and its registry.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/browser.lib.sh"

need curl
has_browser "$root/tests/e2e/feed/follow.js" || skip "$why"

start_small "$work/data"
port=${base##*:}
coproc LOOK { timeout 180 node "$work/follow.js" "$base" "$(command -v chromium)" 2>"$work/err"; }
look=${LOOK_PID}
exec {answers}>&"${LOOK[1]}" {lines}<&"${LOOK[0]}"
checks=0
while read -r line <&"$lines"; do
  case $line in
    "ok "*) pass "${line#ok }" && checks=$((checks + 1)) ;;
    "FAIL "*) fail "${line#FAIL }" && checks=$((checks + 1)) ;;
    kill)
      kill_server
      start_small "$work/data" --urls "http://127.0.0.1:$port"
      echo started >&"$answers"
      ;;
  esac
done
wait "$look" || fail "the browser broke off: $(head -c 2000 "$work/err")"
equal "all was looked at" 7 "$checks"
check "the server stops" stop_server
finish
