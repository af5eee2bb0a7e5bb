#!/usr/bin/env bash
# One directory of documents cannot be written. Only its documents wait: others are filed, nobody is told that the disk is
# full, and the journal lets go of what is filed. When the directory can be written again, all goes on by itself.
source "$(dirname "$0")/lib.sh"
need curl jq chattr python3

data=$work/data
blocked=3f # the directory
printf '"%s"' "$(head -c 14000 /dev/zero | tr '\0' x)" >"$work/document"
mkdir "$work/probe"
chattr +i "$work/probe" 2>"$work/chattr.log" || skip "chattr +i does not work here: $(cat "$work/chattr.log")"
chattr -i "$work/probe"
at_exit+=("chattr -i '$data/docs/$blocked'")

# ids COUNT yes|no: names of documents in the blocked directory, or in all others: it is named by the first byte of their digest.
ids() {
  python3 - "$1" "$2" "$blocked" <<'PROGRAM'
import hashlib, itertools, sys
count, is_blocked, directory = int(sys.argv[1]), sys.argv[2] == "yes", sys.argv[3]
names = (f"d{index}" for index in itertools.count())
print(*itertools.islice((name for name in names if hashlib.sha256(name.encode()).hexdigest().startswith(directory) == is_blocked), count), sep="\n")
PROGRAM
}

# all FILE-WITH-IDS [CURL ARGUMENT...]: a request for each document, 16 at a time, by one curl; "code seconds id" a line.
all() {
  sed "s|.*|url = \"$base/docs/&\"\noutput = \"/dev/null\"|" "$1" |
    curl -sS --no-progress-meter --parallel --parallel-max 16 --max-time 60 -w '%{http_code} %{time_total} %{url}\n' "${@:2}" -K - | sed 's|http.*/docs/||'
}

put_all() { all "$1" -X PUT -H 'Content-Type: application/json' -H 'Expect:' --data-binary "@$work/document"; }

slower_than() { awk -v limit="$1" '$2 > limit { late++ } END { print late + 0 }' "$2"; }
count() { grep -c "^$1 " "$2" || true; }
obstacle() { curl -sS "$base/status" | jq -r .filingObstacle; }

# lost FILE...: how many documents acknowledged in lines of put_all cannot be read.
lost() {
  awk '$1 ~ /^20/ { print $3 }' "$@" | sort -u >"$work/acknowledged"
  all "$work/acknowledged" | grep -vc '^200 ' || true
}

ids 1500 no >"$work/others"
ids 250 yes >"$work/blocked"

# First a patient server: on a slow disk a write may wait for room, and only one that waits for the blocked directory waits long.
start_small "$data" --DocService:BusyTimeout=00:00:20
chattr +i "$data/docs/$blocked"
head -n 20 "$work/blocked" >"$work/first"
put_all "$work/first" >"$work/first.done"
equal "documents of the directory are taken" 20 "$(count 201 "$work/first.done")"
wait_until 60 bash -c "curl -sS '$base/status' | jq -e '.filingObstacle != null' >'$work/tried'" || true
check "the obstacle names the directory: $(obstacle)" grep -q "docs/$blocked" <(obstacle)

put_all "$work/others" >"$work/others.done" # more than the journal holds
equal "all others are taken, more than the journal holds" 1500 "$(count 201 "$work/others.done")"
equal "none of them waits for the directory" 0 "$(slower_than 15 "$work/others.done")"
put "$(head -n 1 "$work/others")" "$work/document" -H 'Durability: filed'
check "others are filed: $(field durability)" grep -q '^filed' <(field durability)
put "$(head -n 1 "$work/blocked")" "$work/document" -H 'Durability: filed'
check "those of the directory are durable: $code, $(field durability)" grep -q '^durable' <(field durability)

check "the server stops when asked" stop_server
start_small "$data" --DocService:BusyTimeout=00:00:02
head -n 120 "$work/blocked" >"$work/enough" # over a sixteenth of the journal
put_all "$work/enough" >"$work/enough.done"
tried() { [[ $(obstacle) == "120 documents in docs/$blocked "* ]]; }
check "$(wc -l <"$work/enough") of its documents wait" wait_until 60 tried
put_all "$work/blocked" >"$work/blocked.done"
refused=$(count 503 "$work/blocked.done")
check "the directory's documents are refused when they take too much of the journal: $refused of 250" test "$refused" -gt 0
equal "each is taken or busy, none is told that the disk is full" 250 "$((refused + $(count 201 "$work/blocked.done") + $(count 204 "$work/blocked.done")))"
equal "each within BusyTimeout, and not once for each group of the queue" 0 "$(slower_than 6 "$work/blocked.done")"
equal "the store is ready" ready "$(state)"
put "$(tail -n 1 "$work/others")" "$work/document"
equal "others are still taken" 204 "$code"
tail -n 500 "$work/others" >"$work/more"
put_all "$work/more" >"$work/more.done"
equal "many of them" 500 "$(count 204 "$work/more.done")"

kill_server
start_small "$data" --DocService:BusyTimeout=00:00:02
equal "after kill -9 all that was acknowledged is read" 0 "$(lost "$work/first.done" "$work/others.done" "$work/blocked.done")"
equal "and the store is ready" ready "$(state)"

chattr -i "$data/docs/$blocked"
filed() { curl -sS "$base/status" | jq -e '.filedThrough == .durableThrough and .filingObstacle == null' >"$work/filed"; }
check "when the directory can be written, all is filed by itself" wait_until 60 filed
equal "and read" 0 "$(lost "$work/first.done" "$work/others.done" "$work/blocked.done")"
put "$(tail -n 1 "$work/blocked")" "$work/document" -H 'Durability: filed'
check "and the next one filed: $(field durability)" grep -q '^filed' <(field durability)
equal "the log has no failure" 0 "$(grep -c 'fail:\|crit:' "$server_log" || true)"
finish
