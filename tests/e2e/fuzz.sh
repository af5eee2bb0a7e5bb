#!/usr/bin/env bash
# Requests out of the API's own description, spoiled in many ways, with keys of several rights, for 40 s: no answer is 5xx but 503
# and 507, and those are few; each is well-formed and has the fields for browsers; each key gets something done; the server lives and
# its memory stays; no document is changed or shown beyond a key's prefix.
#   DOCSERVICE_FUZZ_SECONDS=600 fuzz.sh          longer
#   DOCSERVICE_FUZZ_SEED=17 fuzz.sh [CASE...]    other requests than always; the cases that a run has named, alone
source "$(dirname "$0")/lib.sh"
need curl python3
seconds=${DOCSERVICE_FUZZ_SECONDS:-40}
seed=${DOCSERVICE_FUZZ_SEED:-20261128}
data=$work/data
export DocService__SegmentBytes=2097152 DocService__JournalBytes=16777216 DocService__MaxDocumentBytes=1048576 DocService__MaxBatchBytes=1048576
export DocService__IndexCacheBytes=8388608 DocService__CacheBytes=8388608 DocService__FailedLoginsPerMinute=0
export DocService__QueryTimeout=00:00:05 # a query that searches too long is one of the answers

[[ -f $server_dll ]] || die "no Release build; run: dotnet build -c Release src/Api"
admin=$(dotnet "$server_dll" keys add --data "$data" --name admin --rights read,write,operate --prefix '*' 2>"$work/keys.log") || die "no key: $(cat "$work/keys.log")"
start_server "$data"
say "seed $seed, $seconds s"
check "every answer is as it must be" python3 "$root/tests/e2e/fuzz/fuzz.py" "${base##*:}" "$server_pid" "$data" "$admin" "$seed" "$seconds" "$@"
check "the server lives" is_ready
refuses "the log tells of nothing that went wrong inside" grep -E 'Unhandled|^ +at |Exception:| (fail|crit): ' "$server_log"
refuses "no key is in the log" grep -E 'ds_[0-9a-f]{12}_' "$server_log"
check "the server stops when asked" stop_server
finish
