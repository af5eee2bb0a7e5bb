# What find.sh measures of starts: after a clean stop, without the index, after kill -9.
# shellcheck shell=bash

# timed_start: the server with the index, until it has answered a GET; sets $started_s.
timed_start() {
  local begin
  base=http://127.0.0.1:$(free_port)
  begin=$(date +%s%N)
  launch "$work/docservice.log" dotnet "$server_dll" --urls "$base" "--DocService:DataDirectory=$work/data-on"
  wait_until 120 has_document || die "DocService did not start: $work/docservice.log"
  started_s=$(calculate %.2f "($(date +%s%N) - $begin) / 1e9")
}

has_document() { curl -sf -o /dev/null --max-time 5 "$base/docs/users/u0000000"; }

start_after_stop() {
  local times=()
  for ((round = 1; round <= 3; round++)); do
    timed_start
    times+=("$started_s")
    wait_idle
    stop
  done
  read -ra times <<<"$(printf '%s\n' "${times[@]}" | sort -n | tr '\n' ' ')"
  judge "start after a clean stop, until a GET is answered" "${times[1]} s (${times[0]} to ${times[2]})" "< 1 s" "${times[1]} < 1"
}

make_index_anew() {
  local begin served=0
  rm -rf "$work/data-on/index"
  begin=$(date +%s%N)
  timed_start
  wait_until "$patience" is_rebuilt || die "the index was not made anew"
  begin=$(calculate %.1f "($(date +%s%N) - $begin) / 1e9")
  judge "the index made anew, until queries are answered" "$begin s; meanwhile $served of $served GETs were answered" "< 90 s" "$begin < 90"
  wait_idle
  stop
}

# is_rebuilt: queries are answered, and both indexes are ready; documents are served all the time.
is_rebuilt() {
  has_document || die "no document while the index was made anew"
  served=$((served + 1))
  has_email && is_indexed && [[ $(grep -o '"state":"ready"' "$work/status-users" | wc -l) -eq 2 ]]
}

has_email() {
  curl -sfG -o /dev/null --max-time 5 "$base/docs" -d collection=users --data-urlencode 'filter={"email":"00000000.0000000@example.com"}'
}

start_after_kill() {
  local loader mib condition=
  start on
  load_again >"$work/load.log" 2>&1 &
  loader=$!
  started+=("$loader")
  wait_until 120 is_full "$loader" || true
  is_filed || true # it asks
  mib=$(($(status_number journalBytes) >> 20))
  note_memory
  kill -KILL "$server_pid"
  wait "$loader" 2>/dev/null || true
  timed_start
  is_filed || true # it asks
  [[ $mib -lt $full_journal_mib ]] || condition="$started_s < 6" # else it is not shown
  judge "start after kill -9 with $mib MiB of journal" "$started_s s, $(status_number pendingDocuments) documents pending" \
    "< 6 s with $full_journal_mib MiB" "$condition"
  wait_until "$patience" has_no_lag || die "the index does not catch up"
  note_memory
  judge "memory" "$peak_mib MiB at most, $(awk '/^VmRSS/ { print int($2 / 1024) }' "/proc/$server_pid/status") at the end" "< 512 MiB" "$peak_mib < 512"
  stop
}

# load_again: all documents again and again, until the server is gone.
load_again() {
  local edition
  for edition in 2 3 4 5 6; do
    dotnet "$approaches_dll" load "$base" "$documents" "$bytes" 1 "$edition" || return
  done
}

# is_full LOADER: the journal, or there is nothing more to come.
is_full() {
  is_filed || true # it asks
  [[ $(($(status_number journalBytes) >> 20)) -ge $full_journal_mib ]] || ! is_running "$1"
}
