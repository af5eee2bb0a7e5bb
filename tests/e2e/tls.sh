#!/usr/bin/env bash
# TLS by the web server's own configuration: HTTP/2 by ALPN, and certificates that are exchanged while the server runs.
source "$(dirname "$0")/lib.sh"
need openssl curl jq

# signed NAME SUBJECT SIGNER EXTENSIONS: a key in NAME.key and a certificate for it in NAME-own.pem.
signed() {
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$2" -keyout "$work/$1.key" -out "$work/$1.csr" &&
    openssl x509 -req -in "$work/$1.csr" -CA "$work/$3-own.pem" -CAkey "$work/$3.key" -days 1 -out "$work/$1-own.pem" -extfile <(printf '%s' "$4")
}

# make NAME: an authority in NAME-root-own.pem, and for this machine a certificate in NAME.pem, with the one between them, and NAME.key.
make() {
  {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "/CN=authority $1" \
      -keyout "$work/$1-root.key" -out "$work/$1-root-own.pem" &&
      signed "$1-between" "between $1" "$1-root" basicConstraints=critical,CA:TRUE &&
      signed "$1" "$1" "$1-between" subjectAltName=IP:127.0.0.1,DNS:localhost
  } 2>"$work/openssl.log" || die "no certificate: $(cat "$work/openssl.log")"
  cat "$work/$1-own.pem" "$work/$1-between-own.pem" >"$work/$1.pem"
}

# place CERTIFICATE KEY: where the server looks for them, each by a rename, one after the other.
place() {
  cp "$1" "$work/served.pem.tmp" && mv "$work/served.pem.tmp" "$work/served.pem"
  cp "$2" "$work/served.key.tmp" && mv "$work/served.key.tmp" "$work/served.key"
}

# by NAME CURL ARGUMENT...: over TLS, trusting the authority of that name alone.
by() { curl -sS --max-time 30 --cacert "$work/$1-root-own.pem" "${@:2}"; }

trusts() { by "$1" -o /dev/null "$secure/healthz/live" 2>"$work/trust.log"; }

status() { curl -sS --max-time 10 "$base/status" | jq -r ".certificates[0].$1"; }

has_problem() { [[ $(status problem) != null ]]; }

has_none() { ! has_problem; }

make first
make second
place "$work/first.pem" "$work/first.key"
start_server "$work/data" --DocService:SegmentBytes=18874368 --DocService:JournalBytes=75497472 --DocService:MaxDocumentBytes=16777216 \
  --Kestrel:Endpoints:Plain:Url=http://127.0.0.1:0 --Kestrel:Endpoints:Https:Url=https://127.0.0.1:0 \
  "--Kestrel:Endpoints:Https:Certificate:Path=$work/served.pem" "--Kestrel:Endpoints:Https:Certificate:KeyPath=$work/served.key"
secure=https://127.0.0.1:$(sed -n 's|.*Now listening on: https://127\.0\.0\.1:\([0-9]*\).*|\1|p' "$server_log" | head -n 1)
head -c 12000000 /dev/zero | tr '\0' 0 | sed 's/^/"/; s/$/"/' >"$work/document"

equal "a client that can has HTTP/2" "201 2" "$(by first --http2 -o /dev/null -w '%{http_code} %{http_version}' -T "$work/document" \
  -H 'Content-Type: application/json' "$secure/docs/large")"
for id in a%2Fb a%252Fb a//b %C3%A9%20x; do
  by first --http2 --path-as-is -o /dev/null -X PUT -H 'Content-Type: application/json' -d "\"$id\"" "$secure/docs/$id"
  request GET "/docs/$id"
  equal "over HTTP/2 $id is the same document" "\"$id\"" "$(cat "$work/body")"
done
equal "another one HTTP/1.1" "200 1.1" "$(by first --http1.1 -o /dev/null -w '%{http_code} %{http_version}' "$secure/docs/large")"
equal "a refusal over HTTP/2 is a problem" "400 2 application/problem+json" "$(by first --http2 -o /dev/null -w '%{http_code} %{http_version} %{content_type}' \
  -X PUT -H 'Content-Type: application/json' -d '{' "$secure/docs/none")"
cat "$work/document" "$work/document" >"$work/large"
equal "a body that is refused ends no connection" "413 200 0" "$(by first --http2 -o /dev/null -w '%{http_code} ' -T "$work/large" \
  -H 'Content-Type: application/json' "$secure/docs/none" --next -sS --cacert "$work/first-root-own.pem" --http2 -o /dev/null \
  -w '%{http_code} %{num_connects}' "$secure/docs/large")"
refuses "who trusts another authority" trusts second
equal "/status names the certificate" "CN=first null" "$(status subject) $(status problem)"

# Two connections from before the exchange: one waits for changes, the other reads for twelve seconds, more than the buffers on the
# way hold. Both go on behind it.
by first --http2 -N --max-time 60 "$secure/changes?prefix=later/" -H 'Accept: text/event-stream' >"$work/events" 2>"$work/events.log" &
stream=$!
by first --http2 --limit-rate 1M --max-time 60 "$secure/docs/large" >"$work/slow" 2>"$work/slow.log" &
slow=$!
at_exit+=('kill "$stream" "$slow" 2>/dev/null')
wait_until 20 grep -q . "$work/events" || fail "no stream: $(cat "$work/events.log")"
place "$work/second.pem" "$work/second.key"
check "a new connection sees the new certificate" wait_until 20 trusts second
refuses "and nobody the one before" trusts first
check "the slow reader is under way" is_running "$slow"
equal "/status names the new one" "CN=second null" "$(status subject) $(status problem)"
request PUT /docs/later/1 -H 'Content-Type: application/json' --data-binary 1
check "the stream on the old connection goes on" wait_until 20 grep -q later/1 "$work/events"

# A pair that is none: the one before stays, and the log and /status say why.
lines=$(wc -l <"$server_log") # the exchange before had a moment without a pair, too
tells_why() { tail -n "+$((lines + 1))" "$server_log" | grep 'The certificate of Kestrel:Endpoints:Https.* cannot be used: .*stays in use' >/dev/null; }
place "$work/first.pem" "$work/second.key"
check "a broken pair is told" wait_until 20 has_problem
check "and the certificate before stays in use" trusts second
check "the log says so" wait_until 20 tells_why
place "$work/second.pem" "$work/second.key"
check "when it is put right, nothing is told" wait_until 20 has_none

check "the slow reader has its document whole" wait "$slow"
check "to the byte" cmp -s "$work/slow" "$work/document"
kill "$stream" 2>/dev/null || true
check "no field was taken out of an answer by the web server" bash -c "! grep -q 'response headers have been removed' '$server_log'"
check "the server stops when asked" stop_server
finish
