#!/usr/bin/env bash
# Group commit, seen by strace: 64 clients at once cost far fewer syncs of the journal than they get acknowledgements;
# a client on its own gets one sync for each.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/trace.sh"
need curl jq
need_strace

clients=64
writes=2000
data=$work/data
printf '{"name":"Ada"}' >"$work/document"

# puts PREFIX COUNT CLIENTS: that many PUTs of new documents, so many at a time, while the syncs of the journal are
# counted; sets $acknowledged and $syncs.
puts() {
  local index
  for ((index = 0; index < $2; index++)); do
    ((index == 0)) || printf 'next\n'
    printf 'url = "%s/docs/%s/%d"\nrequest = "PUT"\nheader = "Content-Type: application/json"\nheader = "Expect:"\n' "$base" "$1" "$index"
    printf 'data-binary = "@%s"\nsilent\nshow-error\nmax-time = 60\nwrite-out = "%%{http_code}\\n"\n' "$work/document"
  done >"$work/curl.config"
  settle "$data"
  # A disk that takes 5 ms for a sync, so that it is not the load of the machine that makes the groups.
  attach "$server_pid" "$work/$1.trace" -e trace=fdatasync -e inject=fdatasync:delay_exit=5000 || die "strace did not attach: $(tail -n 1 "$work/strace.err")"
  curl --parallel --parallel-immediate --parallel-max "$3" --config "$work/curl.config" >"$work/codes" 2>"$work/curl.err" || true
  detach
  acknowledged=$(grep -c '^201$' "$work/codes" || true)
  syncs=$(grep -cE '(fdatasync\(.*/journal/[0-9]+\.journal>|<\.\.\. fdatasync resumed>).*\) += 0( \(DELAYED\))?$' "$work/$1.trace" || true)
}

start_small "$data"
puts warm 200 "$clients"

puts together "$writes" "$clients"
say "$clients clients: $acknowledged acknowledged by $syncs fdatasync calls"
equal "every PUT of $clients clients is acknowledged" "$writes" "$acknowledged"
check "by at most a quarter as many syncs ($syncs)" test "$((syncs * 4))" -le "$acknowledged"
check "and by some" test "$syncs" -ge "$((writes / clients / 2))"

# Negative control: the count is one of syncs. Nobody shares with a client on its own.
puts alone 50 1
say "1 client: $acknowledged acknowledged by $syncs fdatasync calls"
equal "every PUT of one client is acknowledged" 50 "$acknowledged"
check "by a sync each ($syncs)" test "$syncs" -ge 50

check "the server stops when asked" stop_server
finish
