#!/usr/bin/env bash
# Behind nginx, below a path prefix: the configuration of docs/proxies.md. Ids keep their bytes, entity tags stay strong,
# and everything that the server links to lies below the prefix.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/browser.lib.sh"
source "$(dirname "$0")/tour.lib.sh"
need nginx curl jq python3

nginx_pid=
at_exit+=('[[ -z $nginx_pid ]] || kill "$nginx_pid" 2>/dev/null')

# The location and its fields are those that the page shows; only the port is ours.
write_nginx_configuration() {
  local location
  location=$(sed -n '/^```nginx$/,/^```$/{/^```/d;p}' "$root/docs/proxies.md" | sed "s|127.0.0.1:5080|${base#http://}|")
  [[ $location == *"location /store/"* ]] || die "docs/proxies.md shows no location"
  cat >"$work/nginx.conf" <<CONF
daemon off;
master_process off;
pid $work/nginx.pid;
error_log $work/nginx.log;
events { worker_connections 64; }
http {
    access_log off;
    client_body_temp_path $work/nginx-body;
    proxy_temp_path $work/nginx-proxy;
    fastcgi_temp_path $work/nginx-fastcgi;
    uwsgi_temp_path $work/nginx-uwsgi;
    scgi_temp_path $work/nginx-scgi;
    gzip on;
    gzip_types *;
    gzip_proxied any;
    gzip_min_length 1;
    server {
        listen 127.0.0.1:$1;
$location
        location /squeezed/ { proxy_pass $base/; }
    }
}
CONF
}

nginx_answers() { curl -s -o /dev/null --max-time 5 "$proxy/store/healthz/live"; }

# nginx takes no port 0: a free one is looked for, and another one if somebody else was quicker.
start_nginx() {
  local port attempt
  for attempt in 1 2 3 4 5; do
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    proxy=http://127.0.0.1:$port
    write_nginx_configuration "$port"
    nginx -p "$work" -c "$work/nginx.conf" 2>>"$work/nginx.log" &
    nginx_pid=$!
    disown "$nginx_pid"
    ! wait_until 30 nginx_answers || return 0
    kill "$nginx_pid" 2>/dev/null || true
  done
  cat "$work/nginx.log"
  die "nginx did not start (attempt $attempt)"
}

# through METHOD PATH [CURL ARGUMENT...]: a request by way of the proxy.
through() {
  local direct=$base
  base=$proxy
  request "$@"
  base=$direct
}

start_small "$work/data" --DocService:PathBase=/store --DocService:KnownProxies=127.0.0.1
start_nginx
printf '{"n":1}' >"$work/document"

for id in a/b a%2Fb a%252Fb a//b %C3%A9%20x store/docs/x; do
  through PUT "/store/docs/$id" -H 'Content-Type: application/json' --data-binary "{\"id\":\"$id\"}"
  if [[ $id == a%2Fb ]]; then equal "$id is a/b" 204 "$code"; else equal "$id is a document of its own" 201 "$code"; fi
  [[ $code != 201 ]] || location=$(field Location)
  through GET "$location"
  equal "$id is there under its Location $location" "{\"id\":\"$id\"}" "$(cat "$work/body")"
  request GET "/docs/$id"
  equal "$id is the same without the proxy" "{\"id\":\"$id\"}" "$(cat "$work/body")"
done

through GET /store/docs/a/b -H 'Accept-Encoding: gzip'
etag=$(field ETag)
check "the entity tag $etag is strong" test "${etag:0:1}" = '"'
equal "the document is not compressed" "" "$(field Content-Encoding)"
check "the digest is handed on" test -n "$(field Repr-Digest)"
through PUT /store/docs/a/b -H 'Content-Type: application/json' -H "If-Match: $etag" --data-binary @"$work/document"
equal "the entity tag can be used in If-Match" 204 "$code"
through GET /squeezed/docs/a/b -H 'Accept-Encoding: gzip'
check "control: a proxy that compresses weakens it ($(field ETag))" test "$(field ETag | head -c 2)" = W/
through PUT /squeezed/docs/a//c -H 'Content-Type: application/json' --data-binary 1
equal "control: a proxy_pass with a path writes the target anew" /docs/a/c "$(field Location)"

through GET /store/docs/absent
type=$(jq -r .type "$work/body")
equal "a problem's type lies below the prefix" /store/problems/not-found "$type"
through GET "$type"
equal "and leads to its page" 200 "$code"
through GET /store/
for link in $(jq -r '.links[]' "$work/body" | grep -v '{'); do
  through GET "$link"
  check "$link leads somewhere ($code)" test "$code" -lt 400
done
through GET /store/ -H 'Accept: text/html'
through GET "$(field Location)" -L
equal "a browser is sent to Swagger UI" 200 "$code"
through GET /store/swagger/index.js
check "which reads the description beside it" grep -q '\.\./openapi/v1\.json' "$work/body"
through GET /store/openapi/v1.json
equal "the description names the prefix" /store "$(jq -r '.servers[0].url' "$work/body")"
through DELETE "/store/docs/a/b?rev=1"
equal "an unknown parameter is refused through the proxy" "400 unknown-parameter" "$code $(problem)"

through GET /store/status -H 'Host: docs.example.com'
equal "nginx sends the host of proxy_pass" 200 "$code"
request GET /store/status -H 'Host: docs.example.com'
equal "another host is refused" "421 misdirected-request" "$code $(problem)"

head -c 2000000 /dev/zero | tr '\0' ' ' >"$work/large"
printf '1' >>"$work/large"
through PUT /store/docs/large -H 'Content-Type: application/json' -H 'Expect:' --data-binary "@$work/large"
equal "what is too large is told by the server, not by nginx" "413 payload-too-large" "$code $(problem)"

take_tour "$proxy/store" /store
check "the whole tour of README.md is taken behind the proxy ($commands)" test "$commands" -ge 30

# Swagger UI in a real browser shows, and asks for, what lies below the prefix.
if has_browser "$root/tests/e2e/swagger/look.js"; then
  document='{"id":369553424691494913, "large":1e400}'
  printf '%s' "$document" >"$work/document"
  through PUT /store/docs/raw -H 'Content-Type: application/json' --data-binary @"$work/document"
  DOCUMENT=$document timeout 120 node "$work/look.js" "$proxy/store" "$(command -v chromium)" >"$work/out" 2>"$work/err" ||
    fail "the browser broke off: $(head -c 2000 "$work/err")"
  told "$work/out" 5
else
  say "skipped: Swagger UI behind the proxy: $why"
fi

kill "$nginx_pid"
check "the server stops when asked" stop_server
finish
