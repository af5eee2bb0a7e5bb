# Helpers of the end-to-end scripts. Source this file, do not run it.
#
# Every script runs from anywhere, works in its own temporary folder, talks to 127.0.0.1 alone, ends only what it
# started (by pid), and prints "N passed, N failed" as its last line; it exits 1 when a check failed.
# shellcheck shell=bash
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
script=$(basename "$0" .sh)
work=$(mktemp -d "${TMPDIR:-/tmp}/docservice-$script.XXXXXX")

# Release for the runs that start the server many times; `dotnet build -c Release src/Api` comes first.
server_dll=$root/src/Api/bin/Release/net10.0/DocService.Api.dll
ready_seconds_max=60

# Servers that live for seconds: mapping each page of compiled code twice is a third of the time that they take to start.
export DOTNET_EnableWriteXorExecute=0

# A small journal, for scripts that start many servers: the default one writes 256 MiB of zeros at a first start.
small_journal=(--DocService:SegmentBytes=2097152 --DocService:JournalBytes=16777216
  --DocService:MaxDocumentBytes=1048576 --DocService:MaxBatchBytes=1048576)

passed=0
failed=0
server_pid=    # the server itself
launcher_pid=  # what was started to get it: the same, or `dotnet run`
server_log=$work/server.log
base=          # http://127.0.0.1:port of the running server
code=          # status code of the last request
at_exit=()     # further clean-up commands, run last to first

say() { printf '%s: %s\n' "$script" "$*"; }

pass() {
  passed=$((passed + 1))
  printf '  ok   %s\n' "$*"
}

fail() {
  failed=$((failed + 1))
  printf '  FAIL %s\n' "$*"
}

# check TEXT COMMAND...: one check, passed when the command succeeds.
check() {
  local text=$1
  shift
  if "$@"; then pass "$text"; else fail "$text"; fi
}

# equal TEXT EXPECTED ACTUAL
equal() {
  if [[ $2 == "$3" ]]; then pass "$1"; else fail "$1: expected '$2', got '$3'"; fi
}

# refuses TEXT COMMAND...: one check, passed when the command fails (a negative control).
refuses() {
  local text=$1
  shift
  if "$@" >"$work/refuses.log" 2>&1; then fail "$text: it was accepted"; else pass "$text"; fi
}

finish() {
  printf '%d passed, %d failed\n' "$passed" "$failed"
  [[ $failed -eq 0 ]] || exit 1
  exit 0
}

# skip REASON: nothing to check here; says why.
skip() {
  say "skipped: $*"
  finish
}

# need COMMAND...: skips the script where a tool is missing.
need() {
  local tool
  for tool in "$@"; do
    command -v "$tool" >/dev/null || skip "$tool is not installed"
  done
}

# die TEXT: the script itself cannot go on.
die() {
  fail "$*"
  [[ ! -s $server_log ]] || tail -n 20 "$server_log"
  finish
}

is_running() { [[ -n $1 ]] && kill -0 "$1" 2>/dev/null; }

# wait_until SECONDS COMMAND...: polls every 50 ms; false when the time is over.
wait_until() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    [[ $SECONDS -lt $end ]] || return 1
    sleep 0.05
  done
}

# start_server DATA [ARGUMENT...]: the Release build on a free port, ready when this returns.
start_server() {
  [[ -f $server_dll ]] || die "no Release build; run: dotnet build -c Release src/Api"
  launch "$1" "${@:2}" -- dotnet "$server_dll"
}

# start_small DATA [ARGUMENT...]: the same with a small journal.
start_small() { start_server "$1" "${small_journal[@]}" "${@:2}"; }

# start_server_as_in_readme DATA [ARGUMENT...]: the same by `dotnet run --project src/Api`.
# Of the Release build, which CI has made already: a build of its own for this took a minute. Whatever is not built is built first,
# because waiting for the server has an end.
start_server_as_in_readme() {
  export Configuration=Release
  (cd "$root" && dotnet build src/Api -v q --nologo >"$work/build" 2>&1) || die "src/Api does not build: $(tail -n 5 "$work/build")"
  launch "$1" "${@:2}" -- dotnet run --project src/Api --
}

# launch DATA [ARGUMENT...] -- COMMAND...
launch() {
  local data=$1 arguments=()
  shift
  while [[ $1 != -- ]]; do
    arguments+=("$1")
    shift
  done
  shift

  # Port 0: the system chooses a free one, and the log says which. No race with others on the machine.
  : >"$server_log"
  (cd "$root" && exec "$@" --urls http://127.0.0.1:0 "--DocService:DataDirectory=$data" \
    --Logging:LogLevel:Microsoft.Hosting.Lifetime=Information "${arguments[@]}") </dev/null >"$server_log" 2>&1 &
  launcher_pid=$!
  disown "$launcher_pid" # bash would report its end by a line of its own
  wait_until "$ready_seconds_max" has_started || die "the server did not start"
  is_running "$launcher_pid" || die "the server ended at once"
  base=http://127.0.0.1:$(listening_port)
  server_pid=$(find_server_pid "$launcher_pid")
  wait_until "$ready_seconds_max" is_ready || die "the server did not become ready"
}

listening_port() { sed -n 's|.*Now listening on: http://127\.0\.0\.1:\([0-9]*\).*|\1|p' "$server_log" | head -n 1; }

has_started() { [[ -n $(listening_port) ]] || ! is_running "$launcher_pid"; }

is_ready() { curl -sf -o /dev/null --max-time 5 "$base/healthz/ready"; }

# `dotnet run` has the server as its child; started directly, the process is the server.
find_server_pid() {
  local child
  child=$(cat "/proc/$1/task/$1/children")
  child=${child%% *}
  if [[ -n $child ]] && tr '\0' ' ' <"/proc/$child/cmdline" | grep -q 'DocService\.Api'; then
    printf '%s' "$child"
  else
    printf '%s' "$1"
  fi
}

# kill_server: SIGKILL, as a crash of the process would end it.
kill_server() { end_server KILL; }

# stop_server: SIGTERM; false when it takes longer than 10 s.
stop_server() { end_server TERM; }

end_server() {
  local pid=$server_pid
  [[ -n $pid ]] || return 0
  kill "-$1" "$pid" 2>/dev/null || true
  wait_until 30 has_ended "$pid" || return 1
  wait_until 30 has_ended "$launcher_pid" || return 1
  server_pid=
  launcher_pid=
}

# A zombie whose parent has not yet collected it has ended, too.
has_ended() { ! is_running "$1" || [[ $(sed -n 's/^State:[[:space:]]*//p' "/proc/$1/status" 2>/dev/null) == Z* ]]; }

# request METHOD PATH [CURL ARGUMENT...]: sets $code; body in $work/body, header fields in $work/headers.
request() {
  local method=$1 path=$2 arguments=(-X "$1")
  shift 2
  [[ $method != HEAD ]] || arguments=(-I)
  : >"$work/body"
  : >"$work/headers"
  code=$(curl -sS --path-as-is --max-time 60 -o "$work/body" -D "$work/headers" -w '%{http_code}' \
    "${arguments[@]}" "$@" "$base$path") || code="no answer"
}

# put ID FILE [CURL ARGUMENT...]: PUT of a file's bytes. The id is already percent-encoded.
put() { request PUT "/docs/$1" -H 'Content-Type: application/json' -H 'Expect:' --data-binary "@$2" "${@:3}"; }

# field NAME: value of a header field of the last answer.
field() { tr -d '\r' <"$work/headers" | sed -n "s/^$1: //Ip" | tail -n 1; }

# state: the state that /status names.
state() { curl -sS --max-time 10 "$base/status" | jq -r .state; }

state_is() { [[ $(state) == "$1" ]]; }

# is_settled: everything durable is filed, and the journal has the spares it wants (reserve and one more).
is_settled() {
  curl -sS --max-time 10 "$base/status" | jq -e '.filedThrough == .durableThrough' >"$work/settled" &&
    [[ $(find "$1/journal" -name 'spare-*' ! -name '*.tmp' | wc -l) -ge 3 ]]
}

# settle DATA: returns when nothing is left to do behind the last answer, the seal after 50 ms of quiet included.
settle() {
  wait_until 120 is_settled "$1" || die "the server does not come to rest"
  sleep 0.3
}

# problem: last segment of the problem type of the last answer.
problem() { jq -r '.type | split("/") | last' "$work/body" 2>/dev/null || true; }

# flip_bit FILE OFFSET: one bit, in place; an offset below 0 counts from the end. A byte of the check's own choice may be there already:
# in random bytes it is, one time in 256. A file that is replaced meanwhile is another one.
flip_bit() {
  python3 - "$1" "$2" <<'PY'
import os, sys
offset = int(sys.argv[2])
with open(sys.argv[1], "r+b") as file:
    at = file.seek(offset, os.SEEK_SET if offset >= 0 else os.SEEK_END)
    byte = file.read(1)[0]
    file.seek(at)
    file.write(bytes([byte ^ 4]))
PY
}

clean_up() {
  local status=$? index
  set +e
  if is_running "$server_pid"; then
    kill -KILL "$server_pid"
  fi
  if is_running "$launcher_pid"; then
    kill -KILL "$launcher_pid"
  fi
  for ((index = ${#at_exit[@]} - 1; index >= 0; index--)); do
    eval "${at_exit[index]}"
  done
  rm -rf "$work"
  exit "$status"
}
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
