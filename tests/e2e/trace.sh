# strace of a running server, for the scripts that need it. Source after lib.sh.
# shellcheck shell=bash disable=SC2016,SC2154

strace_pid=
at_exit+=('[[ -z $strace_pid ]] || kill "$strace_pid"')

# need_strace: skips the script where strace is missing or ptrace is forbidden.
need_strace() {
  need strace
  strace -o "$work/probe" -e trace=none true 2>"$work/probe.err" ||
    skip "ptrace is forbidden here: $(tail -n 1 "$work/probe.err")"
  sleep 120 &
  local probe=$!
  attach "$probe" "$work/probe" -e trace=none || { kill "$probe"; skip "attaching to a process is forbidden here: $(tail -n 1 "$work/strace.err")"; }
  detach
  kill "$probe"
}

# attach PID LOG [STRACE ARGUMENT...]: returns when every thread is attached.
attach() {
  local pid=$1 log=$2
  shift 2
  : >"$work/strace.err" # or the last run's words would be taken for this one's
  strace -f -yy -s 64 -o "$log" "$@" -p "$pid" 2>"$work/strace.err" &
  strace_pid=$!
  wait_until 60 is_attached && is_running "$strace_pid"
}

is_attached() { grep -q ' attached' "$work/strace.err" || ! is_running "$strace_pid"; }

# detach: the server runs on without strace; the log is complete.
detach() {
  kill -TERM "$strace_pid" 2>/dev/null || true
  wait_until 10 has_ended "$strace_pid" || kill -KILL "$strace_pid" 2>/dev/null || true
  wait "$strace_pid" 2>/dev/null || true
  strace_pid=
}
