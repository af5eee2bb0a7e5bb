#!/usr/bin/env bash
# What is watched: the rules of the alarms hold their tests, and against a real Prometheus that scrapes a real server every query of the
# dashboard and everything that an alarm watches answers. A name that no metric has any more would be silence, which looks like peace.
source "$(dirname "$0")/lib.sh"
need curl jq python3 prometheus promtool
rules=$root/ops/prometheus
dashboard=$root/ops/grafana/docservice.json
checker=$(dirname "$0")/observability/queries.py

promtool check rules "$rules/alerts.yaml" >"$work/rules.log" 2>&1 && pass "the alarms are read" || fail "the alarms are not read: $(tail -n 3 "$work/rules.log")"
promtool test rules "$rules/alerts.test.yaml" >"$work/rules.log" 2>&1 && pass "the alarms hold their tests" || fail "the alarms: $(grep -v '^$' "$work/rules.log" | head -n 12)"
equal "each alarm has a test" "$(sed -n 's/^ *- alert: //p' "$rules/alerts.yaml" | sort)" "$(sed -n 's/^  - name: //p' "$rules/alerts.test.yaml" | sort)"
equal "each alarm is explained" "$(sed -n 's/^ *- alert: //p' "$rules/alerts.yaml" | sort)" "$(sed -n 's/^| `\(DocService[A-Za-z]*\)` |.*/\1/p' "$root/docs/operations.md" | sort)"
mkdir "$work/changed"
cp "$rules"/* "$work/changed/"
sed -i 's/docservice_backlog_fill > 0.5/docservice_backlog_fill > 0.9/' "$work/changed/alerts.yaml"
refuses "an alarm that is raised too late fails its test" promtool test rules "$work/changed/alerts.test.yaml"

# One document is damaged, so that there are answers of 5xx.
printf '{"n":1}' >"$work/document"
start_small "$work/data"
put damaged "$work/document" -H 'Durability: filed'
stop_server
printf 'x' >>"$(find "$work/data/docs" -name damaged.json)"
start_small "$work/data"
prometheus_port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >"$work/prometheus.yml" <<CONFIGURATION
global: { scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s }
rule_files: [$rules/alerts.yaml]
scrape_configs:
  - job_name: docservice
    static_configs: [{ targets: ["${base#http://}"] }]
CONFIGURATION
prometheus --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/prometheus" --log.level=warn --enable-feature=exemplar-storage \
  --web.listen-address="127.0.0.1:$prometheus_port" </dev/null >"$work/prometheus.log" 2>&1 &
prometheus_pid=$!
disown "$prometheus_pid"
at_exit+=('kill -KILL "$prometheus_pid" 2>/dev/null')
prometheus=http://127.0.0.1:$prometheus_port
wait_until 30 curl -sf -o /dev/null "$prometheus/-/ready" || die "prometheus did not start: $(tail -n 3 "$work/prometheus.log")"

# is_scraped: it has an answer of the server, and the last one was good.
is_scraped() { curl -sS "$prometheus/api/v1/targets" | jq -e '.data.activeTargets | length == 1 and .[0].health == "up"' >"$work/targets"; }
check "prometheus reads what the server tells" wait_until 20 is_scraped

python3 "$(dirname "$0")/observability/load.py" "$base" 9 >"$work/load" 2>&1 || die "the load broke off: $(tail -n 8 "$work/load")"
say "load: $(cat "$work/load")"
python3 "$checker" "$prometheus" "$dashboard" 15 >"$work/queries" || true
while IFS=$'\t' read -r outcome words; do
  if [[ $outcome == ok ]]; then pass "$words"; else fail "$words"; fi
done <"$work/queries"
check "there are queries" test "$(wc -l <"$work/queries")" -ge 60

sed 's/docservice_backlog_fill/docservice_backlog_filled/' "$dashboard" >"$work/dashboard.json"
python3 "$checker" "$prometheus" "$work/dashboard.json" 0 >"$work/queries.changed" || true
equal "a metric that there is not is noticed" "Journal filled" "$(sed -n 's/^FAIL\tpanel \(.*\): no series.*/\1/p' "$work/queries.changed")"
equal "no alarm is raised by a server that is well, but for that document" "" \
  "$(curl -sS "$prometheus/api/v1/alerts" | jq -r '.data.alerts[] | select(.state == "firing") | select(.labels.alertname | IN("DocServiceErrors", "DocServiceDiskFilling") | not) | .labels.alertname')"
finish
