#!/usr/bin/env bash
# Has a change made the server faster or slower? This tree against another commit: both run, each cell is measured in turn, and
# the ratios of the pairs are printed. Under three minutes with its two builds.
#
#   bench/quick.sh [COMMIT]        HEAD when the tree has changes, else the commit before it
#
# A ratio of requests/s above 1 and of CPU below 1 is better. CPU of a request is the steadier of the two: what lies within the
# spread that stands beside it is noise.
#
# Environment: SECONDS_PER_CELL (2), WARM_UP_SECONDS (3), ROUNDS (4), KEYS (5000), CELLS ("get:64 get:1 put:64 put:1 batch:16"),
# SETTINGS of this tree's server alone (none; "--DocService:Index=off"), WORK, KEEP. The filing of a few hot keys is short, so that no
# cell waits for the one before.
: "${SECONDS_PER_CELL:=2}" "${ROUNDS:=4}" "${KEYS:=5000}"
source "$(dirname "$0")/lib.sh"
need git tar
read -ra cells <<<"${CELLS:-get:64 get:1 put:64 put:1 batch:16}"
if [[ $# -gt 0 ]]; then
  commit=$1
elif [[ -n $(git -C "$root" status --porcelain) ]]; then
  commit=HEAD
else
  commit=HEAD~1
fi
commit=$(git -C "$root" rev-parse --short=12 --verify "$commit^{commit}") || die "no such commit: $commit"
ticks_per_second=$(getconf CLK_TCK)
declare -A pid address

# build DIRECTORY NAME: the server alone; whoever wants to know whether a commit is clean builds it elsewhere.
build() { dotnet build -c Release -p:RunAnalyzers=false "$1/src/Api" -v q >"$work/build-$2.log" 2>&1 || die "the build failed: $work/build-$2.log"; }

# start NAME DLL: with a directory of its own.
start() {
  server_dll=$2
  local settings=()
  [[ $1 == old ]] || read -ra settings <<<"${SETTINGS:-}"
  start_docservice "$work/data-$1" "${settings[@]}"
  pid[$1]=$server_pid
  address[$1]=$base
}

use() {
  server_pid=${pid[$1]}
  base=${address[$1]}
}

# measure NAME WORKLOAD CONNECTIONS
measure() {
  local ticks
  use "$1"
  ticks=$(cpu_ticks "$server_pid")
  load docservice "$2" "$3" "$seconds"
  ticks=$(($(cpu_ticks "$server_pid") - ticks))
  settle # what this one files is not paid for by the other
  note "$2" "$3" "$1" "$(awk -v requests="$requests" -v us="$duration_us" -v p50="$p50" -v p99="$p99" -v ticks="$ticks" -v hz="$ticks_per_second" \
    'BEGIN { OFS = "\t"; print requests / us * 1e6, p50 / 1000, p99 / 1000, ticks / hz / requests * 1e6 }')"
}

need wrk curl dotnet awk
rm -rf "$work"
mkdir -p "$work/old"
: >"$results"
git -C "$root" archive "$commit" | tar -x -C "$work/old"
say "building this tree and $commit"
build "$root" new
build "$work/old" old
head=$(describe)
for name in old new; do
  start "$name" "$([[ $name == old ]] && printf %s "$work/old" || printf %s "$root")/src/Api/bin/Release/net10.0/DocService.Api.dll"
  fill docservice
  load docservice mix 64 "$warm_up"
  load docservice walk 64 1 # all documents are in the cache then
  settle
done
for ((round = 1; round <= rounds; round++)); do
  # Turn and turn about: what drifts hits both.
  order="old new"
  ((round % 2)) || order="new old"
  for cell in "${cells[@]}"; do
    for name in $order; do measure "$name" "${cell%:*}" "${cell#*:}"; done
  done
  say "  round $round of $rounds"
done
for name in old new; do
  use "$name"
  stop_store
done

printf '## This tree against %s\n\n%s\n\n' "$commit" "$head"
printf '| request | connections | requests/s | ratio | p50 | p99 | CPU µs | ratio of CPU |\n|---|---:|---:|---:|---:|---:|---:|---:|\n'
awk -F '\t' '
  function median(list, n,   a, b, swap) {
    for (a = 2; a <= n; a++) for (b = a; b > 1 && list[b - 1] > list[b]; b--) { swap = list[b]; list[b] = list[b - 1]; list[b - 1] = swap }
    return n % 2 ? list[(n + 1) / 2] : (list[n / 2] + list[n / 2 + 1]) / 2
  }
  # The median of the pairs'"'"' ratios, and the least and the greatest of them.
  function ratio(cell, field,   list, i, n) {
    n = count[cell, "new"]
    for (i = 1; i <= n; i++) list[i] = value[cell, "old", i, field] ? value[cell, "new", i, field] / value[cell, "old", i, field] : 0
    middle = median(list, n)
    return sprintf("%.2f (%.2f to %.2f)", middle, list[1], list[n])
  }
  function plain(cell, field,   list, i, n) {
    n = count[cell, "new"]
    for (i = 1; i <= n; i++) list[i] = value[cell, "new", i, field]
    return median(list, n)
  }
  {
    cell = $1 FS $2
    if (!(cell in seen)) { seen[cell]; order[++cells] = cell }
    n = ++count[cell, $3]
    for (i = 4; i <= 7; i++) value[cell, $3, n, i] = $i
  }
  END {
    for (c = 1; c <= cells; c++) {
      split(order[c], name, FS)
      printf "| %s | %d | %.0f | %s | %s | %s | %.1f | %s |\n", name[1], name[2], plain(order[c], 4), ratio(order[c], 4), ratio(order[c], 5), ratio(order[c], 6), plain(order[c], 7), ratio(order[c], 7)
    }
  }' "$results"
