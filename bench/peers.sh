# The peers of compare.sh: for each, what is missing, how it starts, and for PostgreSQL how it is loaded. All but the bare
# server are as Debian ships them but for what is set here: own ports and directories, no daemon, and sync before each answer.
# shellcheck shell=bash

redis_pid=
postgres_port=
postgres_user=$(id -un)
postgres_bin=

# first_missing PROGRAM...: prints what is not installed.
first_missing() {
  local program
  for program in "$@"; do
    command -v "$program" >/dev/null || { printf '%s is not installed' "$program"; return; }
  done
}

missing_webdis() { first_missing redis-server redis-cli webdis; }

start_webdis() {
  local redis_port http_port
  redis_port=$(free_port)
  mkdir -p "$work/redis"
  launch "$work/redis.log" redis-server --port "$redis_port" --bind 127.0.0.1 --dir "$work/redis" --appendonly yes --appendfsync always --save ''
  redis_pid=$server_pid
  wait_until 60 redis_answers "$redis_port" || die "Redis did not start: $work/redis.log"
  http_port=$(free_port)
  cat >"$work/webdis.json" <<END
{ "redis_host": "127.0.0.1", "redis_port": $redis_port, "http_host": "127.0.0.1", "http_port": $http_port,
  "threads": 2, "daemonize": false, "database": 0, "verbosity": 0, "logfile": "$work/webdis-own.log" }
END
  launch "$work/webdis.log" env -C "$work" webdis "$work/webdis.json" # it leaves a log where it starts
  base=http://127.0.0.1:$http_port
  wait_until 10 curl -sf -o /dev/null --max-time 5 "$base/PING" || die "webdis did not start: $work/webdis.log"
}

redis_answers() { [[ $(redis-cli -p "$1" ping 2>/dev/null) == PONG ]]; }

stop_redis() {
  kill -TERM "$redis_pid"
  wait_until 30 has_ended "$redis_pid" || kill -KILL "$redis_pid"
  redis_pid=
  sync -f "$work"
}

missing_etcd() { first_missing etcd; }

start_etcd() {
  local client peer
  client=$(free_port)
  peer=$(free_port)
  base=http://127.0.0.1:$client
  launch "$work/etcd.log" etcd --name bench --data-dir "$work/etcd" --quota-backend-bytes $((8 << 30)) \
    --listen-client-urls "$base" --advertise-client-urls "$base" --listen-peer-urls "http://127.0.0.1:$peer" \
    --initial-advertise-peer-urls "http://127.0.0.1:$peer" --initial-cluster "bench=http://127.0.0.1:$peer"
  wait_until 60 etcd_answers || die "etcd did not start: $work/etcd.log"
}

etcd_answers() { curl -s --max-time 5 "$base/health" | grep -q '"health":"true"'; }

bare_dll=$root/bench/Bare/bin/Release/net10.0/DocService.Bare.dll

missing_bare() { :; }

start_bare() {
  local port
  [[ -n ${bare_is_built:-} ]] || dotnet build -c Release -warnaserror "$root/bench/Bare" >>"$work/build.log" 2>&1 || die "the build failed: $work/build.log"
  bare_is_built=1
  port=$(free_port)
  launch "$work/bare.log" dotnet "$bare_dll" "$port" "$keys" "$document_bytes"
  base=http://127.0.0.1:$port
  wait_until 60 curl -sf -o /dev/null --max-time 5 "$base/docs/hot-0000000" || die "the bare server did not start: $work/bare.log"
}

missing_nginx() {
  first_missing nginx
  if ! { nginx -V 2>&1 || true; } | grep -q http_dav_module; then
    printf 'nginx has no WebDAV'
  fi
}

start_nginx() {
  local port user=
  port=$(free_port)
  mkdir -p "$work/nginx/put" "$work/nginx/temp"
  [[ -d $work/data/docs ]] || die "nginx serves the files of DocService, which has not run before it"
  [[ $(id -u) -ne 0 ]] || user='user root;' # files of DocService are its user's alone
  cat >"$work/nginx.conf" <<END
$user
worker_processes auto;
daemon off;
pid $work/nginx.pid;
error_log $work/nginx-error.log;
events { worker_connections 1024; }
http {
  access_log off;
  sendfile on;
  keepalive_requests 1000000000;
  client_body_temp_path $work/nginx/temp;
  proxy_temp_path $work/nginx/temp;
  fastcgi_temp_path $work/nginx/temp;
  uwsgi_temp_path $work/nginx/temp;
  scgi_temp_path $work/nginx/temp;
  server {
    listen 127.0.0.1:$port;
    location /put/ { root $work/nginx; dav_methods PUT; }
    location /docs/ { root $work/data; default_type application/json; }
  }
}
END
  base=http://127.0.0.1:$port
  export BENCH_PATHS=$work/paths
  launch "$work/nginx.log" nginx -c "$work/nginx.conf"
  wait_until 10 curl -s -o /dev/null --max-time 5 "$base/" || die "nginx did not start: $work/nginx.log"
}

missing_postgresql() {
  postgres_bin=$(find_postgres)
  if [[ -z $postgres_bin ]]; then
    printf 'postgres is not installed'
  elif [[ $(id -u) -eq 0 ]] && ! setpriv --reuid=postgres --regid=postgres --init-groups test -x "$work"; then
    printf 'the user postgres cannot enter %s, and root cannot run it' "$work"
  fi
  first_missing pgbench psql
}

find_postgres() { find /usr/lib/postgresql -name postgres -path '*/bin/*' -printf '%h\n' 2>/dev/null | sort -V | tail -n 1; }

# as_postgres COMMAND...: PostgreSQL refuses to run as root.
as_postgres() {
  if [[ $(id -u) -eq 0 ]]; then
    setpriv --reuid=postgres --regid=postgres --init-groups "$@"
  else
    "$@"
  fi
}

start_postgresql() {
  postgres_bin=$(find_postgres)
  postgres_port=$(free_port)
  [[ $(id -u) -ne 0 ]] || postgres_user=postgres
  if [[ ! -d $work/postgresql ]]; then
    mkdir "$work/postgresql"
    [[ $(id -u) -ne 0 ]] || chown postgres: "$work/postgresql"
    (cd "$work/postgresql" && as_postgres "$postgres_bin/initdb" -A trust -D "$work/postgresql" --no-locale -E UTF8) >"$work/initdb.log" 2>&1 ||
      die "initdb failed: $work/initdb.log"
  fi
  launch "$work/postgresql.log" postgres_server
  wait_until 60 postgres_answers || die "PostgreSQL did not start: $work/postgresql.log"
}

# Runs in place of the subshell that launch makes, so that its pid is the postmaster's. Its children's times count to it.
postgres_server() {
  local command=("$postgres_bin/postgres" -D "$work/postgresql" -p "$postgres_port" -c listen_addresses=127.0.0.1
    -c unix_socket_directories= -c synchronous_commit=on -c fsync=on -c max_connections=300)
  cd "$work/postgresql"
  if [[ $(id -u) -eq 0 ]]; then
    exec setpriv --reuid=postgres --regid=postgres --init-groups "${command[@]}"
  fi
  exec "${command[@]}"
}

postgres_answers() { postgres_query 'SELECT 1' >"$work/psql.log" 2>&1; }

postgres_query() { psql -h 127.0.0.1 -p "$postgres_port" -U "$postgres_user" -d postgres -X -q -v ON_ERROR_STOP=1 -c "$1"; }

fill_postgresql() {
  say "  filling $keys keys"
  postgres_query "CREATE TABLE documents (id text PRIMARY KEY, body jsonb NOT NULL);
    INSERT INTO documents SELECT 'hot-' || n, '$(postgres_document)'::jsonb FROM generate_series(0, $keys - 1) n" || die "PostgreSQL cannot be filled"
  postgres_query 'CHECKPOINT'
}

# postgres_document: a JSON object of document_bytes, as in wrk/common.lua; the text is random, or it would be compressed.
# Blanks behind the colons: to pgbench, ":true" is a variable.
postgres_document() {
  local head='{"kind": "sample","number": 1,"active": true,"ratio": 0.123,"tags": ["a","b","c"],"text": "'
  printf '%s%s"}' "$head" "$(tr -dc 'a-z0-9' </dev/urandom | head -c $((document_bytes - ${#head} - 2)))"
}

# load_postgresql WORKLOAD CONNECTIONS SECONDS: as load, by pgbench with prepared statements.
load_postgresql() {
  local threads=2
  [[ $2 -ge 2 ]] || threads=1
  {
    printf '\\set key random(0, %d)\n' "$((keys - 1))"
    if [[ $1 == put ]]; then
      printf "INSERT INTO documents VALUES ('hot-' || :key::text, '%s'::jsonb) ON CONFLICT (id) DO UPDATE SET body = excluded.body;\n" "$(postgres_document)"
    else
      printf "SELECT body FROM documents WHERE id = 'hot-' || :key::text;\n"
    fi
  } >"$work/pgbench.sql"
  rm -f "$work"/pgbench-times.*
  pgbench -h 127.0.0.1 -p "$postgres_port" -U "$postgres_user" -n -M prepared -f "$work/pgbench.sql" -c "$2" -j "$threads" -T "$3" \
    -l --log-prefix="$work/pgbench-times" postgres >"$work/pgbench.log" 2>&1 || die "pgbench failed: $(tail -n 1 "$work/pgbench.log")"
  cat "$work"/pgbench-times.* | awk '{ print $3 }' | sort -n >"$work/times"
  requests=$(wc -l <"$work/times")
  p50=$(percentile 0.5)
  p99=$(percentile 0.99)
  p999=$(percentile 0.999)
  duration_us=$(awk -v requests="$requests" '/^tps = / { printf "%.0f", requests / $3 * 1e6 }' "$work/pgbench.log")
  errors=0
}

# percentile PART: of the sorted numbers in $work/times.
percentile() { awk -v at="$(awk -v n="$requests" -v part="$1" 'BEGIN { at = int(n * part + 0.999999); print at < 1 ? 1 : at }')" 'NR == at { print; exit }' "$work/times"; }
