#!/usr/bin/env bash
# crashtest: kill -9 under concurrent and hostile clients, again and again, judged by a ledger outside of the server; and
# that it fails where it must: against a disk that loses the end of what was acknowledged.
#   crashtest.sh [KILLS]     default 20, or DOCSERVICE_KILLS
# Runs alone: it keeps two cores busy by itself.
source "$(dirname "$0")/lib.sh"
need python3
kills=${1:-${DOCSERVICE_KILLS:-20}}
mkdir "$work/place"

# crashtest [ARGUMENT...]: sets $code to the exit code; the report in $work/report.
crashtest() {
  code=0
  # No time limit of its own beside that of whoever runs this: the count is what was asked for.
  dotnet "$server_dll" crashtest --data "$work/place" "$@" >"$work/report" 2>&1 </dev/null || code=$?
}
reports() { grep -qE "$1" "$work/report" || { tail -n 20 "$work/report" | cut -c 1-300 | sed 's/^/       /'; false; }; }

# Two at once, half of the kills each: a start keeps one core busy.
began=$SECONDS
halves=($(((kills + 1) / 2)) $((kills / 2)))
pids=()
for half in 0 1; do
  [[ ${halves[half]} -gt 0 ]] || continue
  mkdir "$work/place/$half"
  dotnet "$server_dll" crashtest --data "$work/place/$half" --kills "${halves[half]}" --idle 100 >"$work/report.$half" 2>&1 </dev/null &
  pids[half]=$!
  at_exit+=("kill -TERM ${pids[half]} 2>/dev/null && wait ${pids[half]}")
done
for half in "${!pids[@]}"; do
  code=0
  wait "${pids[half]}" || code=$?
  cp "$work/report.$half" "$work/report"
  grep -E '^(kernel|kills|seed|No violation|Violation|FAILED)' "$work/report" | cut -c 1-500 | sed 's/^/       /' || true
  equal "${halves[half]} kills in $((SECONDS - began)) s without a violation" 0 "$code"
  check "counts are told" reports "^kills: ${halves[half]} .* acknowledged writes checked"
  check "and the seed" reports '^seed [0-9]+;.*--seed'
  equal "nothing is left" "" "$(ls -A "$work/place/$half")"
  [[ $code -ne 0 ]] || rmdir "$work/place/$half"
done

# Descriptors for both ends: the limit is raised as far as it may be.
ulimit -n "$(ulimit -H -n)" 2>/dev/null || true
idle=$(($(ulimit -n) > 12000 ? 5000 : ($(ulimit -n) - 500) / 2))
crashtest --kills 3 --idle "$idle"
equal "3 kills among $idle idle connections" 0 "$code"
equal "nothing is left then either" "" "$(ls -A "$work/place")"

# A disk that loses what was acknowledged: before every start the last written block of the journal is zeros. The
# server cannot tell that from a torn tail; who was promised the write can.
cat >"$work/lossy.py" <<'END'
import glob, os, sys

data = [word.split("=", 1)[1] for word in sys.argv if word.startswith("--DocService:DataDirectory=")][0]
for segment in sorted(glob.glob(data + "/journal/*.journal"))[-1:]:
    with open(segment, "r+b") as file:
        content = file.read()
        blocks = [at for at in range(4096, len(content), 4096) if any(content[at:at + 4096])]
        for at in blocks[-1:]:
            file.seek(at)
            file.write(bytes(4096))
os.execvp(sys.argv[1], sys.argv[1:])
END
crashtest --kills 100 --under "python3 $work/lossy.py"
equal "a disk that loses the last write is found out" 1 "$code"
# A lost delete is told as a document that has come back, a lost request with a key as a count that is too small.
check "what was lost is named" reports '^Violation: (lost write|resurrected delete|not linearizable|torn batch|counted/[0-9]+ is [0-9]+ after [0-9]+ requests: one was lost)'
check "the evidence is kept" test -s "$(sed -n 's/^FAILED; .* kept in \(.*\)\.$/\1/p' "$work/report")/kills.log"
rm -rf "$work/place"/*

for arguments in "--kills" "--kills x" "--kills 0" "--kils 3"; do
  # shellcheck disable=SC2086
  crashtest $arguments
  equal "crashtest $arguments: usage" 2 "$code"
done
finish
