#!/usr/bin/env bash
# What is shipped: the published folder starts quickly and tells systemd so, files are nobody else's business whatever
# the umask, the unit is understood and keeps the program in, the Debian package installs, keeps settings and removes no document.
# Runs alone: it publishes, in the folders of the build, and measures a start.
source "$(dirname "$0")/lib.sh"
need curl jq python3

published=$work/published
if ! (cd "$root" && dotnet publish src/Api -c Release -o "$published" -v q --nologo) >"$work/publish.log" 2>&1; then
  die "src/Api cannot be published: $(tail -n 5 "$work/publish.log")"
fi
program=$published/DocService.Api
check "one folder, with the program" test -x "$program"
equal "of which nothing is another processor's" "" "$(find "$published" -path '*runtimes*' -name '*.so' | grep -v "linux-$(uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/')/" || true)"
check "the code is compiled beforehand" test "$(stat -c %s "$published/DocService.Api.dll")" -gt "$(($(stat -c %s "$server_dll") * 3 / 2))"

# launch_published DATA [ARGUMENT...]: as launch, the published program with a small journal.
launch_published() { launch "$1" "${small_journal[@]}" "${@:2}" -- "$program"; }

# --- Files and directories, whatever the umask

printf '{"n":1}' >"$work/document"
for mask in 000 077; do
  data=$work/data-$mask
  umask "$mask"
  launch_published "$data" "--DocService:AuditFile=$work/audit-$mask.log"
  umask 022
  request PUT '/collections/notes?wait=30' -H 'Content-Type: application/json' -d '{"prefix":"notes/","history":5,"indexes":{"by-n":{"fields":["n"]}}}'
  for _ in 1 2 3; do put notes/a "$work/document" -H 'Durability: filed'; done
  put b "$work/document" -H 'Idempotency-Key: "k-1"' -H 'Durability: filed'
  request DELETE /docs/notes/a -H 'Durability: filed'
  check "umask $mask: the server stops" stop_server
  for place in LOCK FORMAT journal docs history index; do check "umask $mask: there is $place" test -e "$data/$place"; done
  equal "umask $mask: files are 0640, directories 0750" "" \
    "$(find "$data" \( -type d ! -perm 0750 -o -type f ! -perm 0640 -o ! -type d ! -type f \) -printf '%m %P\n' | head -n 5)"
  check "umask $mask: there is a kept version" test -n "$(find "$data/history" -type f | head -n 1)"
  equal "umask $mask: the audit log is its user's alone" 600 "$(stat -c %a "$work/audit-$mask.log")"
done

# --- A start

python3 "$(dirname "$0")/packaging/starts.py" "$program" "$work/data-000" 5 >"$work/starts" 2>&1 || die "it does not start: $(tail -n 3 "$work/starts")"
say "starts: $(cat "$work/starts")"
check "a start takes no longer than it may" jq -e '.medianSeconds <= 1.5' "$work/starts" # 0.9 s on a still machine of two cores

# --- systemd

check "systemd is told when it is ready, and when it stops" python3 "$(dirname "$0")/packaging/notify.py" "$program" "$work/data-000"
unit=$root/ops/systemd/docservice.service
if command -v systemd-analyze >/dev/null; then
  sed "s|^ExecStart=/usr/lib/docservice|ExecStart=$published|" "$unit" >"$work/docservice.service"
  systemd-analyze verify --man=no "$work/docservice.service" >"$work/verify.log" 2>&1 || true
  equal "systemd understands the unit" "" "$(grep -F docservice.service "$work/verify.log" || true)"
  exposure=$(systemd-analyze security --offline=true "$work/docservice.service" 2>/dev/null | sed -n 's/.*exposure level for docservice.service: \([0-9.]*\).*/\1/p')
  say "exposure: $exposure"
  check "its exposure is below 3" awk -v level="${exposure:-10}" 'BEGIN { exit !(level < 3) }'
  sed -i 's/^\(ProtectSystem\|NoNewPriv\|CapabilityB\|SystemCallFilter\|PrivateDev\|Restrict\|PrivateUsers\|ProtectKernel\).*//' "$work/docservice.service"
  exposure=$(systemd-analyze security --offline=true "$work/docservice.service" 2>/dev/null | sed -n 's/.*exposure level for docservice.service: \([0-9.]*\).*/\1/p')
  refuses "one that lets it out is noticed" awk -v level="${exposure:-0}" 'BEGIN { exit !(level < 3) }'
else
  say "skipped: the unit is not verified: systemd-analyze is not installed"
fi

# --- health

launch_published "$work/data-000"
asked=0
"$program" health --url "$base" >"$work/health" || asked=$?
equal "health: 0 for a server that is ready" 0 "$asked"
equal "health: and it says so" ready "$(jq -r .status "$work/health")"
stop_server
refuses "health: not 0 where nobody answers" "$program" health --url "$base"
check "health: and one line says why" grep -q "^docservice: .* is not ready" "$work/refuses.log"

source "$(dirname "$0")/packaging/deb.lib.sh"
source "$(dirname "$0")/packaging/container.lib.sh"
finish
