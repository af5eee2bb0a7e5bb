#!/usr/bin/env bash
# crashtest --cuts: ext4 and XFS in image files, shut down under the running server by the ioctl that cuts them off as a
# power cut would; and the same with syncs that do nothing, which must be found out at once.
#   power-cuts.sh [CUTS]     on each filesystem; default 6, or DOCSERVICE_CUTS
source "$(dirname "$0")/lib.sh"
cuts=${1:-${DOCSERVICE_CUTS:-6}}
need mkfs.ext4 mkfs.xfs mount umount
[[ $(id -u) -eq 0 ]] || skip "loop mounts need root"
mkdir "$work/place"
at_exit+=("for mounted in \$(findmnt -n -r -o TARGET | grep '^$work/'); do umount -l \"\$mounted\"; done")

crashtest() {
  code=0
  dotnet "$server_dll" crashtest --data "$work/place" --kills 0 "$@" >"$work/report" 2>&1 </dev/null || code=$?
}
reports() { grep -qE "$1" "$work/report" || { tail -n 20 "$work/report" | cut -c 1-300 | sed 's/^/       /'; false; }; }

began=$SECONDS
crashtest --cuts "$cuts"
! grep -q '^Skipped' "$work/report" || skip "$(grep '^Skipped' "$work/report")"
grep -E '^(kernel|power cuts|seed|No violation|Violation|FAILED)' "$work/report" | cut -c 1-500 | sed 's/^/       /' || true
equal "$cuts power cuts on each filesystem in $((SECONDS - began)) s without a violation" 0 "$code"
for filesystem in ext4 xfs; do
  check "$filesystem was cut $cuts times" reports "^power cuts on $filesystem: $cuts "
done
equal "nothing is left" "" "$(ls -A "$work/place")"
equal "nothing is mounted" "" "$(findmnt -n -r -o TARGET | grep "^$work/" || true)"

if command -v strace >/dev/null; then
  # A disk that lies: fdatasync returns 0 and does nothing.
  crashtest --cuts 5 --under "strace -f -qq -o /dev/null -e trace=fdatasync -e inject=fdatasync:retval=0"
  equal "syncs that do nothing are found out" 1 "$code"
  check "on ext4 and on XFS" test "$(grep -c '^Violation: ' "$work/report")" -ge 2
else
  say "strace is not installed: a lying disk was not tried"
fi
finish
