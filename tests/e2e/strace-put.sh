#!/usr/bin/env bash
# The system calls of a PUT and a DELETE of the real server, seen from outside. Level durable: the record is written to
# the journal, the journal is synced, and only then the answer goes to the client's connection. Level filed: after that
# sync and before the answer a temporary file in the document's directory, write, fsync, rename, fsync of the directory.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/trace.sh"
need curl python3 jq
need_strace

calls=openat,pwrite64,write,writev,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,sendmsg,sendto
data=$work/data
printf '{"name":"Ada"}' >"$work/small"
head -c 300000 /dev/zero | tr '\0' '7' | sed 's/.*/["&"]/' >"$work/large"

# traced NAME KIND LEVEL METHOD PATH [CURL ARGUMENT...]: one request under strace, its steps checked.
traced() {
  local name="$1, $3" kind=$2 level=$3 log=$work/$1-$3.trace steps
  shift 3
  settle "$data"
  attach "$server_pid" "$log" -e trace="$calls" || die "strace did not attach: $(tail -n 1 "$work/strace.err")"
  request "$@" -H "Durability: $level" -w '%{http_code} %{local_port}'
  local port=${code#* }
  code=${code% *}
  detach
  case $code in
    20[14]) pass "$name: answered $code under strace" ;;
    *) die "$name: answered $code under strace" ;;
  esac
  equal "$name: the answer names the level" "$level" "$(field Durability | cut -d ';' -f 1)"
  if steps=$(python3 "$root/tests/e2e/trace.py" "$kind" "$level" "$log" "$data" "$port" 2>&1); then
    pass "$name: ${steps%%[0-9]*}"
  else
    fail "$name: $steps"
    return
  fi

  # Negative control: without any one of the steps, or with the answer first, the same check fails.
  local line
  for line in ${steps##*answered }; do
    sed "${line}d" "$log" >"$work/cut"
    refuses "$name: the check needs line $line" python3 "$root/tests/e2e/trace.py" "$kind" "$level" "$work/cut" "$data" "$port"
  done
  local answer=":$port\\]+>, .*HTTP/1.1 20"
  { grep -E "$answer" "$log" && grep -vE "$answer" "$log"; } >"$work/cut" || fail "$name: the trace has no answer to move"
  refuses "$name: the check needs the answer to be last" python3 "$root/tests/e2e/trace.py" "$kind" "$level" "$work/cut" "$data" "$port"
}

start_small "$data"

# Once each before it counts: code compiled, spares made.
put warm "$work/small"
equal "a first PUT works" 201 "$code"
request GET /docs/warm
request DELETE /docs/warm
equal "a first DELETE works" 204 "$code"

json=(-H 'Content-Type: application/json' -H 'Expect:')
for level in durable filed; do
  traced create put "$level" PUT "/docs/users/$level" "${json[@]}" --data-binary "@$work/small"
  traced "replace" put "$level" PUT "/docs/users/$level" "${json[@]}" --data-binary "@$work/small"
  traced "large" put "$level" PUT "/docs/large/$level" "${json[@]}" --data-binary "@$work/large"
  traced "delete" delete "$level" DELETE "/docs/users/$level"
done

check "the server stops when asked" stop_server
finish
