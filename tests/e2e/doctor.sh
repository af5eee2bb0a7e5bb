#!/usr/bin/env bash
# doctor: measures, leaves nothing, refuses to disturb a server, and says where no promise can be kept.
source "$(dirname "$0")/lib.sh"
need curl jq

# doctor [ARGUMENT...]: sets $code to the exit code; the report in $work/report.
doctor() {
  code=0
  timeout -k 5 60 dotnet "$server_dll" doctor "$@" >"$work/report" 2>&1 </dev/null || code=$?
}
reports() { grep -qF "$1" "$work/report" || { sed 's/^/       /' "$work/report"; false; }; }

mkdir "$work/place"
doctor --data "$work/place" --rounds 50
sed 's/^/       /' "$work/report"
for text in fdatasync 'fsync of the directory' p50 p99 inodes "$(findmnt -n -o FSTYPE -T "$work" | tail -n 1)"; do
  check "it tells: $text" reports "$text"
done
equal "nothing is left" "" "$(ls -A "$work/place")"

data=$work/data
start_small "$data"
doctor --data "$data"
equal "a running server is not disturbed" 3 "$code"
kill_server
before=$(find "$data" | LC_ALL=C sort | sha256sum)
doctor --data "$data" --rounds 5
check "a stopped server's directory is measured" reports p99
equal "and left as it was" "$before" "$(find "$data" | LC_ALL=C sort | sha256sum)"

memory=/dev/shm
if [[ $(findmnt -n -o FSTYPE -T "$memory" 2>/dev/null | tail -n 1) == tmpfs && -w $memory ]]; then
  scratch=$(mktemp -d "$memory/docservice-doctor.XXXXXX")
  at_exit+=("rm -rf '$scratch'")
  doctor --data "$scratch" --rounds 50
  equal "tmpfs: no promise" 1 "$code"
  check "tmpfs is named" reports 'tmpfs keeps data in memory'
  check "and too fast to be true" reports 'too fast to be true'
fi

doctor --data "$work/missing"
equal "a missing directory is refused" 3 "$code"
for arguments in "" "--data" "--rounds 5" "--data $work --rounds 0" "--data $work --rounds x"; do
  # shellcheck disable=SC2086
  doctor $arguments
  equal "doctor $arguments: usage" 2 "$code"
done
finish
