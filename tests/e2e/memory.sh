#!/usr/bin/env bash
# Large documents in little memory: the server runs in a control group (as root; else with the collector's own limit), clients
# PUT, read and delete 16 MiB documents at once, and every answer is a success or 503 busy. It is never 500, the store is never
# fenced, the process is never killed, everything acknowledged is there, and afterwards the memory goes back.
#   memory.sh [ROUNDS]                 default 2
#   DOCSERVICE_MEMORY=all memory.sh     512 MiB and 1 GiB as well
# Runs alone: it takes much memory, and looks how soon that is given back.
source "$(dirname "$0")/lib.sh"
need curl jq awk
rounds=${1:-2}
document_bytes=$((16 << 20))
group=

head -c $((document_bytes - 2)) /dev/zero | tr '\0' x | sed 's/^/"/; s/$/"/' >"$work/large"
printf '{"small":1}' >"$work/small"

# make_group BYTES: a group with so much memory and no swap; false where this process may not.
make_group() {
  local root=/sys/fs/cgroup name=docservice-memory-$$ file
  [[ $(id -u) == 0 ]] || return 1
  if [[ -f $root/cgroup.controllers ]]; then
    grep -qw memory "$root/cgroup.subtree_control" || echo +memory >"$root/cgroup.subtree_control" 2>/dev/null || return 1
    group=$root/$name file=memory.max
  elif [[ -f $root/memory/memory.limit_in_bytes ]]; then
    group=$root/memory/$name file=memory.limit_in_bytes
  else
    return 1
  fi
  mkdir "$group" 2>/dev/null || return 1
  at_exit+=("rmdir '$group' 2>/dev/null")
  echo "$1" >"$group/$file" 2>/dev/null || return 1
  [[ ! -f $group/memory.swap.max ]] || echo 0 >"$group/memory.swap.max"
  [[ ! -f $group/memory.memsw.limit_in_bytes ]] || echo "$1" >"$group/memory.memsw.limit_in_bytes"
}

remove_group() {
  [[ -z $group ]] || wait_until 10 rmdir "$group" 2>/dev/null || true
  group=
}

# start_limited MIB ARGUMENT...: the server with so much memory, 0 for all of it; a journal that holds the documents many times.
start_limited() {
  local limit=$(($1 << 20)) arguments=(--DocService:BusyTimeout=00:00:30 "${@:2}")
  rm -rf "$work/data"
  how=unlimited
  if [[ $1 == 0 ]]; then
    start_server "$work/data" "${arguments[@]}"
  elif make_group "$limit"; then
    how="a control group of $1 MiB"
    # shellcheck disable=SC2016
    launch "$work/data" "${arguments[@]}" -- bash -c 'echo $$ >"$0/cgroup.procs" && exec dotnet "$@"' "$group" "$server_dll"
  else
    remove_group
    how="the collector's limit of three quarters of $1 MiB, as in a group"
    launch "$work/data" "${arguments[@]}" -- env "DOTNET_GCHeapHardLimit=$(printf '%X' $((3 * limit / 4)))" dotnet "$server_dll"
  fi
}

resident_mib() { awk '/^VmRSS/ { print int($2 / 1024) }' "/proc/$server_pid/status"; }
peak_mib() { awk '/^VmHWM/ { print int($2 / 1024) }' "/proc/$server_pid/status"; }
is_resident_below() { [[ $(resident_mib) -lt $1 ]]; }

# client NUMBER: large documents, as a program that tries again later would send them; each answer's code in a line, 000 where there
# was none. reads_back counts the lines, so there is one for each request.
client() {
  local round
  for ((round = 0; round < rounds; round++)); do
    curl -sS --max-time 120 -o /dev/null -w 'PUT %{http_code}\n' -X PUT -H 'Content-Type: application/json' -H 'Expect:' \
      --data-binary "@$work/large" "$base/docs/large-$1-$round" || true
    curl -sS --max-time 120 -o "$work/read-$1" -w 'GET %{http_code}\n' "$base/docs/large-$1-$round" || true
  done
}

# send CLIENTS: all clients at once, small requests beside them; then everything is filed.
send() {
  local clients=$1 number pids=()
  put small "$work/small"
  equal "$clients clients, $how: a small document is taken" 201 "$code"
  for ((number = 0; number < clients; number++)); do
    client "$number" >"$work/client-$number" 2>"$work/client-$number.err" &
    pids+=($!)
  done
  for ((number = 0; number < 20; number++)); do
    request GET /docs/small
    echo "small $code"
    put "small-$number" "$work/small"
    echo "small $code"
  done >"$work/client-small"
  for number in "${pids[@]}"; do
    wait "$number" || true
  done

  sort "$work"/client-{small,[0-9]*} 2>/dev/null | grep -v '^curl' | uniq -c >"$work/answers" || true
  say "$(tr -s ' \n' ' ' <"$work/answers")peak $(peak_mib) MiB"
}

# run CLIENTS MIB RESIDENT_MAX ARGUMENT...: every answer is a success or busy, and the memory goes back.
run() {
  local clients=$1 limit=$2 resident_max=$3 bad taken
  start_limited "$limit" "${@:4}"
  send "$clients"
  bad=$(grep -vE ' (PUT (201|204|503)|GET (200|404|503)|small (200|201))$' "$work/answers" || true)
  equal "every answer is a success or busy, and small requests all succeed" "" "$bad"
  taken=$(awk '/PUT 20/ { sum += $1 } END { print sum + 0 }' "$work/answers")
  check "large documents were taken ($taken)" test "$taken" -ge "$rounds"
  check_kept "$clients"
  check "memory goes back: $(resident_mib) MiB now, under $resident_max MiB in time" wait_until 90 is_resident_below "$resident_max"
  refuses "the log tells of no error" grep -qE 'fail:|crit:|Unhandled' "$server_log"
  end_run
}

# strain CLIENTS MIB: less than the index and such documents need. Answers may be missing, nothing else may be.
strain() {
  start_limited "$2"
  send "$1"
  check_kept "$1"
  refuses "the store does not stop, nor does the index" grep -qE 'crit:|Unhandled' "$server_log"
  end_run
}

check_kept() {
  equal "the process has not been killed: the store is ready" ready "$(state)"
  wait_until 60 is_filed || fail "not everything is filed"
  check "what was taken can be read" reads_back "$1"
}

end_run() {
  stop_server || fail "the server did not stop"
  remove_group
  rm -f "$work"/client-*
}

is_filed() { curl -sS --max-time 10 "$base/status" | jq -e '.filedThrough == .durableThrough' >"$work/filed"; }

# reads_back CLIENTS: each document that a PUT was answered 201 for, byte for byte.
reads_back() {
  local number round
  for ((number = 0; number < $1; number++)); do
    round=0
    while read -r kind status; do
      [[ $kind == PUT ]] || continue
      if [[ $status == 20* ]]; then
        request GET "/docs/large-$number-$round"
        if [[ $code != 200 ]] || ! cmp -s "$work/body" "$work/large"; then
          say "large-$number-$round: $code"
          return 1
        fi
      fi
      round=$((round + 1))
    done <"$work/client-$number"
  done
}

# A server that has done nothing takes some 100 MiB, most of it the runtime's own files. Without a limit the index keeps up to
# 128 MiB beside (IndexCacheBytes).
run 4 256 200 --DocService:Index=off
strain 4 256
[[ ${DOCSERVICE_MEMORY:-} != all ]] || run 8 512 200
[[ ${DOCSERVICE_MEMORY:-} != all ]] || run 16 1024 200
run 16 0 328
finish
