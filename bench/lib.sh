# What the scripts share. Source this file, do not run it.
#
# Everything runs on 127.0.0.1, on free ports, in $work; only what was started here is ended, by pid.
# shellcheck shell=bash
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
script=$(basename "$0" .sh)
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 LC_ALL=C
export BENCH_WRK=$root/bench/wrk

# The work directory stands on the disk to be measured: $WORK, or bench/.work.
work=${WORK:-$root/bench/.work}/$script
seconds=${SECONDS_PER_CELL:-10}      # of each measurement
warm_up=${WARM_UP_SECONDS:-3}        # before the first measurement after each start, not counted
rounds=${ROUNDS:-5}                  # medians of so many
read -ra connections <<<"${CONNECTIONS:-1 16 64 256}"
keys=${KEYS:-100000}                 # hot keys
settle_seconds_max=${SETTLE_SECONDS_MAX:-120}
document_bytes=1024                  # as in wrk/common.lua

bench_dll=$root/bench/Storage.Bench/bin/Release/net10.0/DocService.Storage.Bench.dll
server_dll=$root/src/Api/bin/Release/net10.0/DocService.Api.dll
started=()      # pids of everything that runs
server_pid=     # of the store under test
base=           # its address
results=$work/results.tsv

say() { printf '%s\n' "$*" >&2; }

die() {
  say "$script: $*"
  exit 1
}

need() {
  local tool
  for tool in "$@"; do
    command -v "$tool" >/dev/null || die "$tool is not installed (apt-get install $tool)"
  done
}

# prepare: a fresh work directory and Release builds.
prepare() {
  need wrk curl dotnet awk
  rm -rf "$work"
  mkdir -p "$work"
  case $(stat -f -c %T "$work") in
    tmpfs | ramfs) die "$work is in memory; WORK=DIRECTORY names one on a disk" ;;
  esac
  say "building"
  dotnet build -c Release -warnaserror "$root/src/Api" >"$work/build.log" 2>&1 || die "the build failed: $work/build.log"
  dotnet build -c Release -warnaserror "$root/bench/Storage.Bench" >>"$work/build.log" 2>&1 || die "the build failed: $work/build.log"
  : >"$results"
}

# describe: machine, date, commit, settings; for the head of a table.
describe() {
  local changed=
  [[ -z $(git -C "$root" status --porcelain 2>/dev/null) ]] || changed=", with changes"
  printf '%s; %s cores, %s MiB of memory; kernel %s; %s on %s\n' \
    "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" "$(nproc)" "$(awk '/^MemTotal/ { print int($2 / 1024) }' /proc/meminfo)" \
    "$(uname -r)" "$(findmnt -n -o FSTYPE --target "$work" || stat -f -c %T "$work")" "$(findmnt -n -o SOURCE --target "$work" || echo 'an unknown device')"
  printf '%s; commit %s%s; .NET %s\n' "$(date -u +%Y-%m-%dT%H:%MZ)" \
    "$(git -C "$root" rev-parse --short=12 HEAD 2>/dev/null || echo unknown)" "$changed" "$(dotnet --version)"
  printf '%s s a cell after %s s of warm-up, medians of %s; load average before: %s\n' \
    "$seconds" "$warm_up" "$rounds" "$(cut -d ' ' -f 1-3 /proc/loadavg)"
}

is_running() { [[ -n $1 ]] && kill -0 "$1" 2>/dev/null && [[ $(state_of "$1") != Z ]]; }

state_of() { sed -n 's/^State:[[:space:]]*\(.\).*/\1/p' "/proc/$1/status" 2>/dev/null; }

# wait_until SECONDS COMMAND...: polls every 50 ms; false when the time is over.
wait_until() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    [[ $SECONDS -lt $end ]] || return 1
    sleep 0.05
  done
}

# free_port: one that nobody listens on at present.
free_port() {
  local port
  while true; do
    port=$((20000 + RANDOM % 12000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
  done
  printf '%d' "$port"
}

# launch LOG COMMAND...: in the background; sets $server_pid.
launch() {
  local log=$1
  shift
  "$@" </dev/null >"$log" 2>&1 &
  server_pid=$!
  disown "$server_pid"
  started+=("$server_pid")
}

# stop_store [SIGNAL]: ends the store under test, and gives the disk what it left, so that the next one does not pay for it.
stop_store() {
  if is_running "$server_pid"; then
    kill "-${1:-TERM}" "$server_pid"
    wait_until 30 has_ended "$server_pid" || kill -KILL "$server_pid"
  fi
  server_pid=
  sync -f "$work"
}

has_ended() { ! is_running "$1"; }

# start_docservice DATA [SETTING...]: ready when this returns.
start_docservice() {
  launch "$work/docservice.log" dotnet "$server_dll" --urls http://127.0.0.1:0 "--DocService:DataDirectory=$1" "${@:2}" \
    --Logging:LogLevel:Microsoft.Hosting.Lifetime=Information
  wait_until 120 has_port || die "DocService did not start: $work/docservice.log"
  base=http://127.0.0.1:$(docservice_port)
  wait_until 120 curl -sf -o /dev/null --max-time 5 "$base/healthz/ready" || die "DocService did not become ready"
}

docservice_port() { sed -n 's|.*Now listening on: http://127\.0\.0\.1:\([0-9]*\).*|\1|p' "$work/docservice.log" | head -n 1; }

has_port() { [[ -n $(docservice_port) ]] || ! is_running "$server_pid"; }

# settle: everything durable is filed, or the time is over.
settle() { wait_until "$settle_seconds_max" is_filed || say "filing is behind after $settle_seconds_max s"; }

is_filed() {
  curl -s --max-time 10 "$base/status" >"$work/status"
  [[ $(status_number durableThrough) -eq $(status_number filedThrough) ]]
}

status_number() { sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p" "$work/status" | head -n 1; }

# metric NAME: a value of /metrics without labels; 0 when absent.
metric() { curl -s --max-time 10 "$base/metrics" | awk -v name="$1" '$1 == name || $1 == name "{}" { value = $2 } END { printf "%.0f\n", value }'; }

# tree PID: the process and all below it.
tree() {
  local child
  printf '%s\n' "$1"
  for child in $(cat "/proc/$1"/task/*/children 2>/dev/null); do
    tree "$child"
  done
}

# cpu_ticks PID: user and system time of the process, all below it, and those of them that have ended.
cpu_ticks() {
  local pid
  for pid in $(tree "$1"); do
    sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null || true
  done | awk '{ ticks += $12 + $13 + $14 + $15 } END { print ticks + 0 }'
}

# device_bytes: what the disk under $work has written, for whomever; 0 where the kernel does not say. Not write_bytes of
# /proc/PID/io: where the page cache holds large folios, that counts a whole folio (1 MiB) for each 4 KiB written into it.
device_bytes() {
  awk -v device="$(stat -c %Hd:%Ld "$work")" '$1 ":" $2 == device { bytes = $10 * 512 } END { printf "%.0f\n", bytes }' /proc/diskstats
}

# peak_kib PID: most memory since forget_peak.
peak_kib() { awk '/^VmHWM/ { print $2 }' "/proc/$1/status"; }

forget_peak() { echo 5 2>/dev/null >"/proc/$1/clear_refs" || true; }

# load STORE WORKLOAD CONNECTIONS SECONDS: one run of wrk; sets requests, duration_us, p50, p99, p999 (microseconds), errors.
load() {
  local threads=2 line pid
  [[ $3 -ge 2 ]] || threads=1
  rm -f "$work"/filled-*
  BENCH_WORK=$work wrk --latency -t "$threads" -c "$3" -d "${4}s" --timeout 20s -s "$BENCH_WRK/$1.lua" "$base" -- \
    "$2" "$keys" "$threads" "$RANDOM$RANDOM" >"$work/wrk.log" 2>&1 &
  pid=$!
  started+=("$pid")
  if [[ $2 == fill ]]; then
    # A script cannot end wrk before its time; SIGINT can, and it still reports.
    wait_until "$4" has_filled "$threads" "$pid" || die "the keys were not filled in $4 s"
    kill -INT "$pid" 2>/dev/null || true
  fi
  wait "$pid" || die "wrk failed: $(tail -n 1 "$work/wrk.log")"
  line=$(grep '^result ' "$work/wrk.log") || die "wrk printed no result: $work/wrk.log"
  read -r _ requests duration_us p50 p99 p999 errors <<<"$line"
  [[ $errors -eq 0 ]] || say "  $errors errors in $1 $2 at $3 connections"
}

has_filled() { [[ $(find "$work" -maxdepth 1 -name 'filled-*' | wc -l) -eq $1 ]] || ! is_running "$2"; }

# fill STORE: every hot key at least once.
fill() {
  say "  filling $keys keys"
  load "$1" fill 64 3600
}

# raw_device COMMITS... : lines of commits, group bytes, syncs/s, p50 and p99 in microseconds; $1 is the size of a batch.
raw_device() {
  local batch=$1 list
  shift
  list=$(IFS=,; printf '%s' "$*")
  dotnet "$bench_dll" raw --plain 1 --dir "$work" --seconds "$raw_seconds" --commits "$list" --batch "$batch" --body "$document_bytes"
}
raw_seconds=${RAW_SECONDS:-2}

# note FIELD...: a line of results, tab-separated.
note() { (IFS=$'\t'; printf '%s\n' "$*") >>"$results"; }

# medians KEYS: of the results, by the first KEYS fields, each of the others' median; in the order of first appearance.
medians() {
  awk -F '\t' -v OFS='\t' -v keys="$1" '
    {
      key = $1
      for (i = 2; i <= keys; i++) key = key OFS $i
      if (!(key in count)) order[++groups] = key
      n = ++count[key]
      for (i = keys + 1; i <= NF; i++) value[key, i, n] = $i
      fields[key] = NF
    }
    END {
      for (g = 1; g <= groups; g++) {
        key = order[g]
        line = key
        for (i = keys + 1; i <= fields[key]; i++) {
          n = count[key]
          for (a = 1; a <= n; a++) sorted[a] = value[key, i, a] + 0
          for (a = 2; a <= n; a++) for (b = a; b > 1 && sorted[b - 1] > sorted[b]; b--) {
            swap = sorted[b]; sorted[b] = sorted[b - 1]; sorted[b - 1] = swap
          }
          line = line OFS (n % 2 ? sorted[(n + 1) / 2] : (sorted[n / 2] + sorted[n / 2 + 1]) / 2)
        }
        print line
      }
    }' "$results"
}

clean_up() {
  local status=$? pid
  set +e
  for pid in "${started[@]}"; do
    if is_running "$pid"; then
      kill -TERM "$pid"
      wait_until 10 has_ended "$pid" || kill -KILL "$pid"
    fi
  done
  if [[ $status -eq 0 && -z ${KEEP:-} ]]; then
    rm -rf "$work"
  else
    say "kept: $work"
  fi
  exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
