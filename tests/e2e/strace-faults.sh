#!/usr/bin/env bash
# System calls of the real server made to fail by strace. The journal's sync: never a success, and the store is fenced.
# A sync while a document is filed: the write was durable before and is answered so, and the store is fenced. No room: a
# 507, or filing later. Reads go on, and a restart without the fault is a whole store again.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/trace.sh"
need curl jq
need_strace

data=$work/data
printf '{"value":"before"}' >"$work/before"
printf '{"value":"after"}' >"$work/after"

# with_fault RULE PATH COMMAND...: runs the command while the server's system calls on the path (any, when empty) fail
# by the rule. strace counts `when` for each thread.
with_fault() {
  local rule=$1 filter=()
  [[ -z $2 ]] || filter=(-P "$2")
  shift 2
  attach "$server_pid" "$work/fault.trace" -e trace="${rule%%:*}" -e inject="$rule" "${filter[@]}" ||
    die "strace did not attach: $(tail -n 1 "$work/strace.err")"
  "$@"
  detach
  check "the fault was injected" grep -q INJECTED "$work/fault.trace"
}

# segment: the file that the journal is written to.
segment() { find "$data/journal" -name '*.journal' | LC_ALL=C sort | tail -n 1; }

# level: the level that the last answer names.
level() { field Durability | cut -d ';' -f 1; }

# reads ID FILE: the document is there with exactly the file's bytes.
reads() {
  request GET "/docs/$1"
  [[ $code == 200 ]] && cmp -s "$work/body" "$2"
}

# reads_whole ID FILE FILE: one of two versions, whole.
reads_whole() { reads "$1" "$2" || reads "$1" "$3"; }

# prepare: a fresh store at rest, two documents in it.
prepare() {
  rm -rf "$data"
  start_small "$data" --DocService:BusyTimeout=00:00:05
  put other "$work/before"
  put target "$work/before" -H 'Durability: filed'
  equal "$1: the store works at first" 201 "$code"
  shard=$(dirname "$(find "$data/docs" -name target.json)")
  settle "$data"
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
  start_small "$data"
  equal "$1: ready after restart" ready "$(state)"
  check "$1: other documents are as they were" reads other "$work/before"
  check "$1: no temporary file is left" test -z "$(find "$data/docs" -name '.tmp-*')"
}

# --- the journal cannot be synced or written: nobody knows whether the record would survive
for rule in fdatasync:error=EIO fdatasync:error=ENOSPC fdatasync:error=EINTR pwrite64:error=EIO; do
  name="journal ${rule/:error=/ }"
  prepare "$name"
  with_fault "$rule" "$(segment)" put target "$work/after"
  equal "$name: the outcome is unknown" "503 outcome-unknown" "$code $(problem)"
  equal "$name: no invitation to retry" "" "$(field Retry-After)"
  check "$name: the published version is served" reads target "$work/before"
  is_fenced "$name"
  check "$name: the journal is not synced again" test "$(grep -c '^[0-9]* *fdatasync(' "$work/fault.trace" || true)" -le 1
  works_again "$name"
  check "$name: one of the two versions, whole" reads_whole target "$work/before" "$work/after"
  put target "$work/after" -H 'Durability: filed'
  equal "$name: writes are taken again" "204 filed" "$code $(level)"
  kill_server
done

# --- a temporary file or its directory cannot be synced: the write is durable, the disk is no longer trusted
for what in temp directory; do
  name="$what fsync EIO"
  prepare "$name"
  path=$shard
  [[ $what == directory ]] || path=$shard/.tmp-0
  with_fault fsync:error=EIO "$path" put target "$work/after" -H 'Durability: filed'
  equal "$name: the PUT is answered with what it reached" "204 durable" "$code $(level)"
  check "$name: the new version is served" reads target "$work/after"
  is_fenced "$name"
  works_again "$name"
  check "$name: the new version survives" reads target "$work/after"
  put target "$work/before" -H 'Durability: filed'
  equal "$name: writes are taken again" "204 filed" "$code $(level)"
  [[ $what == temp ]] || break
  kill_server
done

# --- the same for DELETE
settle "$data"
with_fault fsync:error=EIO "$shard" request DELETE /docs/target -H 'Durability: filed'
equal "DELETE, directory fsync EIO: it is answered with what it reached" "204 durable" "$code $(level)"
request GET /docs/target
equal "DELETE, directory fsync EIO: the document is gone" 404 "$code"
is_fenced "DELETE, directory fsync EIO"
works_again "DELETE, directory fsync EIO"
request GET /docs/target
equal "DELETE, directory fsync EIO: it stays gone" 404 "$code"
kill_server

# --- no room in the journal: refused, voided, and well again
prepare "journal ENOSPC"
with_fault pwrite64:error=ENOSPC "$(segment)" put target "$work/after"
equal "journal ENOSPC: out of space" "507 out-of-space" "$code $(problem)"
check "journal ENOSPC: the old version is served" reads target "$work/before"
check "journal ENOSPC: ready again by itself" wait_until 60 state_is ready
put new "$work/after"
equal "journal ENOSPC: the next PUT works" 201 "$code"
works_again "journal ENOSPC"
check "journal ENOSPC: the refused version never comes back" reads target "$work/before"
check "journal ENOSPC: the next is there" reads new "$work/after"

# --- no room while filing: durable already, filed a little later
settle "$data"
for rule in renameat:error=ENOSPC:when=1 pwrite64:error=ENOSPC:when=1; do
  path=$shard
  [[ $rule != pwrite64* ]] || path=$shard/.tmp-0
  name="filing ${rule%%:*} ENOSPC"
  with_fault "$rule" "$path" put target "$work/after" -H 'Durability: filed'
  equal "$name: the write is filed at the next attempt" "204 filed" "$code $(level)"
  check "$name: it is read" reads target "$work/after"
  check "$name: other documents are read" reads other "$work/before"
  check "$name: no temporary file is left" test -z "$(find "$data/docs" -name '.tmp-*')"
  check "$name: ready again by itself" wait_until 60 state_is ready
  settle "$data"
done

# --- no descriptors: busy, and well again. A server that has just started knows no file: it has to open the one to be replaced.
stop_server
start_small "$data"
with_fault openat:error=EMFILE "" put target "$work/before"
equal "openat EMFILE: busy" "503 busy" "$code $(problem)"
check "openat EMFILE: the client may come again" test -n "$(field Retry-After)"
put target "$work/before"
equal "openat EMFILE: the next PUT works" "204 durable" "$code $(level)"
kill_server
start_small "$data"
check "after restart the last acknowledged version is there" reads target "$work/before"

check "the server stops when asked" stop_server
finish
