#!/usr/bin/env bash
# System calls of the real server made to fail by strace: a failed sync is never a success and fences the store, a
# full disk is 507 and nothing more; reads go on, and a restart without the fault is a whole store again.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/trace.sh"
need curl jq
need_strace

data=$work/data
printf '{"value":"before"}' >"$work/before"
printf '{"value":"after"}' >"$work/after"

# with_fault RULE COMMAND...: runs the command while the server's system calls fail by the rule.
with_fault() {
  local rule=$1
  shift
  attach "$server_pid" "$work/fault.trace" -e trace="${rule%%:*}" -e inject="$rule" ||
    die "strace did not attach: $(tail -n 1 "$work/strace.err")"
  "$@"
  detach
  check "the fault was injected" grep -q INJECTED "$work/fault.trace"
}

# reads ID FILE: the document is there with exactly the file's bytes.
reads() {
  request GET "/docs/$1"
  [[ $code == 200 ]] && cmp -s "$work/body" "$2"
}

# reads_whole ID FILE FILE: one of two versions, whole.
reads_whole() { reads "$1" "$2" || reads "$1" "$3"; }

# prepare: a fresh store, two documents in it. The first write also takes the lease on sequences.
prepare() {
  rm -rf "$data"
  start_server "$data"
  put other "$work/before"
  put target "$work/before"
  equal "$1: the store works at first" 201 "$code"
}

# is_fenced NAME: what must hold in a fenced store.
is_fenced() {
  equal "$1: /status says fenced" fenced "$(state)"
  check "$1: /status says why" test "$(curl -sS "$base/status" | jq -r '.reason // ""')" != ""
  request GET /healthz/ready
  equal "$1: not ready" 503 "$code"
  request GET /healthz/live
  equal "$1: alive" 200 "$code"
  check "$1: other documents are read" reads other "$work/before"
  put new "$work/after"
  equal "$1: a later PUT is refused" "503 fenced" "$code $(problem)"
  request DELETE /docs/other
  equal "$1: a later DELETE is refused" "503 fenced" "$code $(problem)"
}

# works_again NAME: after a crash and a restart without the fault.
works_again() {
  kill_server
  start_server "$data"
  equal "$1: ready after restart" ready "$(state)"
  check "$1: other documents are as they were" reads other "$work/before"
  check "$1: no temporary file is left" test -z "$(find "$data/docs" -name '.tmp-*')"
}

# --- the temporary file's sync fails: known to have changed nothing, but the device is no longer trusted
prepare "temp fsync EIO"
with_fault fsync:error=EIO:when=1 put target "$work/after" -H 'Durability: filed'
equal "temp fsync EIO: the PUT is refused" "503 fenced" "$code $(problem)"
check "temp fsync EIO: the old version is served" reads target "$work/before"
is_fenced "temp fsync EIO"
works_again "temp fsync EIO"
check "temp fsync EIO: the old version survives" reads target "$work/before"
put target "$work/after"
equal "temp fsync EIO: writes are taken again" 204 "$code"
kill_server

# --- the directory's sync fails after the rename: nobody knows what a power cut would leave
prepare "directory fsync EIO"
with_fault fsync:error=EIO:when=2 put target "$work/after" -H 'Durability: filed'
equal "directory fsync EIO: the outcome is unknown" "503 outcome-unknown" "$code $(problem)"
equal "directory fsync EIO: no invitation to retry" "" "$(field Retry-After)"
request GET /docs/target
equal "directory fsync EIO: the document in doubt is not served" 503 "$code"
is_fenced "directory fsync EIO"
works_again "directory fsync EIO"
check "directory fsync EIO: one of the two versions, whole" reads_whole target "$work/before" "$work/after"
put target "$work/after"
equal "directory fsync EIO: writes are taken again" 204 "$code"

# --- the same for DELETE
with_fault fsync:error=EIO:when=1 request DELETE /docs/target -H 'Durability: filed'
equal "DELETE, directory fsync EIO: the outcome is unknown" "503 outcome-unknown" "$code $(problem)"
is_fenced "DELETE, directory fsync EIO"
works_again "DELETE, directory fsync EIO"
kill_server

# --- no room: refused, nothing else
prepare "no room"
for call in renameat pwrite64; do
  with_fault "$call:error=ENOSPC" put target "$work/after" -H 'Durability: filed'
  equal "$call ENOSPC: out of space" "507 out-of-space" "$code $(problem)"
  check "$call ENOSPC: the old version is served" reads target "$work/before"
  check "$call ENOSPC: other documents are read" reads other "$work/before"
  check "$call ENOSPC: no temporary file is left" test -z "$(find "$data/docs" -name '.tmp-*')"
  put "target-$call" "$work/after"
  equal "$call ENOSPC: the next PUT works" 201 "$code"
  check "$call ENOSPC: it is read" reads "target-$call" "$work/after"
  equal "$call ENOSPC: /status says ready" ready "$(state)"
done

# --- no descriptors: busy, and well again
with_fault openat:error=EMFILE put target "$work/after" -H 'Durability: filed'
equal "openat EMFILE: busy" "503 busy" "$code $(problem)"
check "openat EMFILE: the client may come again" test -n "$(field Retry-After)"
put target "$work/after"
equal "openat EMFILE: the next PUT works" 204 "$code"
kill_server
start_server "$data"
check "after restart the last acknowledged version is there" reads target "$work/after"

check "the server stops when asked" stop_server
finish
