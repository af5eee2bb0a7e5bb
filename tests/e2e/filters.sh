#!/usr/bin/env bash
# Filters and sorts give the answers of another implementation of the language, the npm package mingo, on seeded random
# documents. What mingo sees differently is left out, each case with its reason in filters/generate.mjs. Needs npm and its
# registry. FILTERS_SEED and FILTERS_QUERIES change the run.
source "$(dirname "$0")/lib.sh"

need npm node jq
oracle=$root/tests/Queries.Oracle/bin/Release/net10.0/DocService.Queries.Oracle.dll
[[ -f $oracle ]] || die "no Release build; run: dotnet build -c Release tests/Queries.Oracle"
cp "$root/tests/e2e/filters/generate.mjs" "$work"
(cd "$work" && timeout 120 npm install --ignore-scripts --no-audit --no-fund --no-package-lock mingo@7.2.7) >"$work/npm.log" 2>&1 ||
  skip "mingo could not be installed: $(tail -n 1 "$work/npm.log")"

seed=${FILTERS_SEED:-20261127}
queries=${FILTERS_QUERIES:-12000}
say "seed $seed, $queries queries"
if timeout 240 node "$work/generate.mjs" "$seed" "$queries" 2>"$work/generated" | tee "$work/cases" | dotnet "$oracle" >"$work/answer"; then
  pass "the same answers as mingo: $(tail -n 1 "$work/answer")"
else
  fail "other answers than mingo, seed $seed"
  cat "$work/answer"
fi
say "$(cat "$work/generated")"
compared=$(sed -nE 's/.* queries, ([0-9]+) documents.*/\1/p' "$work/answer")
found=$(sed -nE 's/.* them, ([0-9]+) found.*/\1/p' "$work/answer")
if [[ $queries -ge 12000 ]]; then
  check "at least 100,000 documents were matched" test "${compared:-0}" -ge 100000
  check "at least one of twenty was found" test "$((${found:-0} * 20))" -ge "${compared:-1}"
fi

# One answer changed must be noticed: the comparison can fail.
changed() { head -n 1 "$work/cases" | jq -c "$1" | dotnet "$oracle"; }
refuses "a match too much is noticed" changed '.compared = [0] | .matched = if (.matched | index(0)) then [] else [0] end'
refuses "a wrong order is noticed" changed '.documents[0] = {"a":1} | .documents[1] = {"a":2} | .compared = [] | .sort = ["a"] | .sorted = [1, 0]'
finish
