#!/usr/bin/env bash
# Clients that three generators make of the server's own description compile and work against the server: Kiota and
# NSwag (C#), openapi-typescript. Before that a linter finds nothing in the description. Needs npm and its registry.
source "$(dirname "$0")/lib.sh"

need curl jq npm node
here=$root/tests/e2e/clients
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 KIOTA_CLI_TELEMETRY_OPTOUT=1 KIOTA_TUTORIAL_ENABLED=false

cp -r "$here/csharp" "$here/typescript" "$work"

# The two downloads run while the server starts. No scripts of packages: one of them reports home.
(cd "$work/typescript" && timeout 120 npm install --ignore-scripts --no-audit --no-fund --no-package-lock) \
  >"$work/npm.log" 2>&1 &
npm_pid=$!
(cd "$root" && timeout 120 dotnet tool restore) >"$work/tools.log" 2>&1 &
tools_pid=$!

start_small "$work/data"
description=$work/v1.json
curl -sS "$base/openapi/v1.json" -o "$description"

# run TEXT LOG COMMAND...: one check, passed when the command succeeds; otherwise the end of its output is shown.
run() {
  local text=$1 log=$work/$2
  shift 2
  if "$@" >"$log" 2>&1; then
    pass "$text"
  else
    fail "$text"
    tail -n 20 "$log"
    return 1
  fi
}

# count NAME COMMAND...: runs a client; each line "ok TEXT" or "FAIL TEXT" is one check, and it must end well.
count() {
  local name=$1 line seen=0
  shift
  "$@" >"$work/$name.out" 2>"$work/$name.err" || fail "$name broke off: $(head -c 2000 "$work/$name.err")"
  while read -r line; do
    case $line in
      "ok "*) pass "${line#ok }" ;;
      "FAIL "*) fail "${line#FAIL }" ;;
    esac
    seen=$((seen + 1))
  done <"$work/$name.out"
  [[ $seen -ge 8 ]] || fail "$name made $seen checks only"
}

generate_csharp() {
  cd "$root"
  dotnet kiota generate -l CSharp -d "$base/openapi/v1.json" -c DocServiceClient -n DocService.Kiota -o "$work/csharp/Kiota" &&
    dotnet nswag openapi2csclient "/input:$description" "/output:$work/csharp/NSwag.cs" /namespace:DocService.NSwag \
      /className:DocServiceClient /generateOptionalParameters:true
}

typescript() { (cd "$work/typescript" && npx --no-install "$@"); }

if wait "$tools_pid"; then
  run "Kiota and NSwag generate" generate.log generate_csharp &&
    run "their clients compile" csharp.log dotnet build "$work/csharp" -c Release -o "$work/csharp/built" -v q &&
    count csharp dotnet "$work/csharp/built/Clients.dll" "$base"
else
  fail "the generators of C# clients could not be installed: $(tail -n 3 "$work/tools.log")"
fi

if wait "$npm_pid"; then
  run "the linter finds nothing" spectral.log \
    typescript spectral lint "$description" --ruleset "$here/spectral.yaml" --fail-severity hint || true
  run "openapi-typescript generates" typescript.log typescript openapi-typescript "$description" -o schema.d.ts &&
    run "its client compiles" tsc.log typescript tsc &&
    count typescript node "$work/typescript/built/use.js" "$base"
else
  say "skipped: the linter and the TypeScript client: npm did not install them: $(grep -v 'complete log' "$work/npm.log" | tail -n 1)"
fi

check "the server stops" stop_server
finish
