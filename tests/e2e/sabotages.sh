#!/usr/bin/env bash
# Steps of the index and of collections on which consistency depends: each stands where the list says, and a test is named that
# fails without it. Trying them takes minutes, so CI only looks that the list is true:
#   sabotages.sh                     the list
#   DOCSERVICE_SABOTAGES=all sabotages.sh       leaves out each, in a copy of the sources, and demands that its test fails
#   DOCSERVICE_SABOTAGES=tombstone sabotages.sh only those whose names match
source "$(dirname "$0")/lib.sh"
need python3
list=$root/tests/e2e/sabotages
python3 -c 'import tomllib' 2>/dev/null || skip "Python 3.11 or later is needed"

count() {
  passed=$((passed + $(grep -c '^  ok ' "$1" || true)))
  failed=$((failed + $(grep -c '^  FAIL ' "$1" || true)))
}

code=0
python3 "$list/run.py" check "$root" >"$work/check" || code=$?
[[ $code -eq 0 ]] || cat "$work/check"
count "$work/check"
say "$passed steps are where the list says"
if [[ -n ${DOCSERVICE_SABOTAGES:-} ]]; then
  word=$DOCSERVICE_SABOTAGES
  [[ $word != all ]] || word=
  mkdir "$work/copy"
  code=0
  python3 "$list/run.py" all "$root" "$work/copy" "$word" 2>&1 | tee "$work/tried" || code=$?
  count "$work/tried"
  grep -q '^  ok ' "$work/tried" || fail "nothing was tried"
fi
finish
