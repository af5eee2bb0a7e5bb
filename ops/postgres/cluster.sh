#!/usr/bin/env bash
# Three PostgreSQL servers with Patroni and etcd on this machine, to try DocService with a failover: nothing to keep data in.
#
#   ops/postgres/cluster.sh up DIR [--port 15432] [--asynchronous] [--namespaces]
#   ops/postgres/cluster.sh status DIR
#   ops/postgres/cluster.sh kill|start|cut|heal DIR N
#   ops/postgres/cluster.sh down DIR
#
# up          makes DIR, starts everything, waits until the standbys follow, and prints the connection string (DIR/connection has it too)
# status      who leads, who follows
# kill        ends server N and its Patroni as a power cut would (kill -9); start brings them back
# cut         server N and the other two no longer reach each other, while etcd and DocService reach all; heal; wants --namespaces
# down        ends what up has started at once, and removes DIR
#
# --port          the first of the ports: three for PostgreSQL, three for Patroni, two for etcd
# --asynchronous  no commit waits for a standby: a failover may then lose what was acknowledged
# --namespaces    each server has a network namespace of its own, 10.213.0.11 to .13, so that the network between them can be cut; root
#
# Wanted: Debian's postgresql (15 or newer), patroni, etcd-server. Everything listens on loopback alone, or in the namespaces; passwords are
# made anew and stand in DIR/secrets. As root the servers run as the user postgres.
set -euo pipefail

nodes=3
die() { echo "cluster.sh: $*" >&2; exit 1; }
usage() { sed -n '2,20s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2; }

[[ $# -ge 2 ]] || usage
command=$1
directory=$2
shift 2
port=15432
synchronous=yes
namespaces=no
node=
while [[ $# -gt 0 ]]; do
  case $1 in
    --port) [[ ${2:-} =~ ^[0-9]{4,5}$ ]] || usage; port=$2; shift 2 ;;
    --asynchronous) synchronous=no; shift ;;
    --namespaces) namespaces=yes; shift ;;
    [1-3]) node=$1; shift ;;
    *) usage ;;
  esac
done

# begin NAME COMMAND...: in the background, its number in DIR/run.
begin() {
  local name=$1
  shift
  setsid "$@" </dev/null >"$directory/log/$name" 2>&1 &
  echo $! >"$directory/run/$name"
}

address() { if [[ $namespaces == yes ]]; then echo "10.213.0.1$1"; else echo 127.0.0.1; fi; }
postgres_port() { if [[ $namespaces == yes ]]; then echo 5432; else echo $((port + $1 - 1)); fi; }
rest_port() { if [[ $namespaces == yes ]]; then echo 8008; else echo $((port + 2 + $1)); fi; }

make_namespaces() {
  local node
  [[ $(id -u) -eq 0 ]] || die "--namespaces needs root"
  ip link add docservice0 type bridge
  ip address add 10.213.0.1/24 dev docservice0
  ip link set docservice0 up
  for node in $(seq $nodes); do
    ip netns add "docservice-$node"
    ip link add "docservice$node" type veth peer name eth0 netns "docservice-$node"
    ip link set "docservice$node" master docservice0 up
    ip -n "docservice-$node" address add "10.213.0.1$node/24" dev eth0
    ip -n "docservice-$node" link set lo up
    ip -n "docservice-$node" link set eth0 up
  done
}

remove_namespaces() {
  local node
  for node in $(seq $nodes); do
    ip link delete "docservice$node" 2>/dev/null || true
    ip netns delete "docservice-$node" 2>/dev/null || true
  done
  ip link delete docservice0 2>/dev/null || true
}

# write_node N: Patroni's file. The store's clocks are short, so that a failover takes seconds.
write_node() {
  local node=$1 here
  here=$(address "$node")
  cat >"$directory/node$node.yml" <<EOF
scope: docservice
name: node$node
restapi: {listen: "$here:$(rest_port "$node")", connect_address: "$here:$(rest_port "$node")"}
etcd3: {host: "$etcd_address:$etcd_port"}
bootstrap:
  dcs:
    ttl: 20
    loop_wait: 2
    retry_timeout: 5
    primary_start_timeout: 0
    synchronous_mode: $mode
    synchronous_mode_strict: $strict
    synchronous_node_count: 1
    postgresql:
      use_pg_rewind: true
      parameters: {max_connections: 100, wal_keep_size: 256MB}
  initdb: [{encoding: UTF8}, {locale: C}, data-checksums]
postgresql:
  listen: "$here:$(postgres_port "$node")"
  connect_address: "$here:$(postgres_port "$node")"
  data_dir: "$directory/data$node"
  bin_dir: "$programs"
  pgpass: "$directory/run/pgpass$node"
  authentication:
    superuser: {username: postgres, password: "$superuser"}
    replication: {username: replicator, password: "$replicator"}
    rewind: {username: rewinder, password: "$rewinder"}
  parameters: {unix_socket_directories: "$directory/socket$node"}
  pg_hba:
    - host all all $network scram-sha-256
    - host replication replicator $network scram-sha-256
EOF
}

# leader: the node that leads, as Patroni sees it; nothing where none does.
leader() {
  local node
  for node in $(seq $nodes); do
    if curl -sf -m 2 -o /dev/null "http://$(address "$node"):$(rest_port "$node")/primary"; then echo "$node"; return; fi
  done
}

# followers: how many stream from it.
followers() {
  local node count=0
  for node in $(seq $nodes); do
    if curl -sf -m 2 "http://$(address "$node"):$(rest_port "$node")/replica" 2>/dev/null | grep -q '"state": "running"'; then count=$((count + 1)); fi
  done
  echo "$count"
}

# until_true SECONDS WHAT COMMAND...
until_true() {
  local left=$(($1 * 5)) what=$2
  shift 2
  until "$@"; do
    ((left-- > 0)) || die "$what did not happen; see $directory/log"
    sleep 0.2
  done
}

has_leader() { [[ -n $(leader) ]]; }
all_follow() { [[ $(followers) -eq $((nodes - 1)) ]]; }
has_synchronous() { [[ $synchronous == no ]] || [[ $(sql postgres 'SHOW synchronous_standby_names') != '' ]]; }
answers_etcd() { curl -sf -m 2 -o /dev/null "http://$etcd_address:$etcd_port/health"; }

# sql DATABASE TEXT: at the leader.
sql() {
  local node
  node=$(leader)
  [[ -n $node ]] || return 1
  PGPASSWORD=$superuser "$programs/psql" -qAtX -v ON_ERROR_STOP=1 -h "$(address "$node")" -p "$(postgres_port "$node")" -U postgres -d "$1" -c "$2"
}

up() {
  local node hosts=() version name
  [[ ! -e $directory ]] || die "$directory exists"
  command -v patroni >/dev/null || die "patroni is not installed"
  command -v etcd >/dev/null || die "etcd is not installed"
  programs=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
  [[ -x $programs/initdb ]] || die "PostgreSQL is not installed (/usr/lib/postgresql)"

  mkdir -p "$directory"/{run,log,socket1,socket2,socket3}
  directory=$(realpath "$directory")
  chmod 0755 "$directory"
  umask 077
  superuser=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  replicator=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  rewinder=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  docs=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  etcd_address=127.0.0.1
  etcd_port=$((port + 2 * nodes))
  network=127.0.0.1/32
  if [[ $namespaces == yes ]]; then
    make_namespaces
    etcd_address=10.213.0.1
    network=10.213.0.0/24
  fi

  # Patroni 4 lets any of the standbys confirm; before that it names the one that does. Strict: without one no commit goes on.
  version=$(patroni --version | sed -E 's/^[^0-9]*([0-9]+).*/\1/')
  mode=false strict=false
  if [[ $synchronous == yes ]]; then
    strict=true
    mode=true
    [[ $version -lt 4 ]] || mode=quorum
  fi

  for name in port namespaces synchronous programs superuser etcd_address etcd_port; do printf '%s=%q\n' "$name" "${!name}"; done >"$directory/secrets"
  for node in $(seq $nodes); do write_node "$node"; done
  [[ $(id -u) -ne 0 ]] || chown -R postgres "$directory"

  begin etcd "${runner[@]}" etcd --name docservice --data-dir "$directory/etcd" --log-level warn \
    --listen-client-urls "http://$etcd_address:$etcd_port" --advertise-client-urls "http://$etcd_address:$etcd_port" \
    --listen-peer-urls "http://127.0.0.1:$((etcd_port + 1))" --initial-advertise-peer-urls "http://127.0.0.1:$((etcd_port + 1))" \
    --initial-cluster "docservice=http://127.0.0.1:$((etcd_port + 1))"
  until_true 30 "etcd's answer" answers_etcd
  for node in $(seq $nodes); do start_node "$node"; done
  until_true 60 "a leader" has_leader
  until_true 60 "the standbys' following" all_follow
  until_true 60 "a synchronous standby" has_synchronous

  sql postgres "CREATE ROLE docs LOGIN PASSWORD '$docs'"
  sql postgres "GRANT pg_read_all_stats TO docs"
  sql postgres "CREATE DATABASE docs OWNER docs"
  for node in $(seq $nodes); do hosts+=("$(address "$node"):$(postgres_port "$node")"); done
  ln -s "$(realpath "${BASH_SOURCE[0]}")" "$directory/control"
  (IFS=,; echo "Host=${hosts[*]};Database=docs;Username=docs;Password=$docs") >"$directory/connection"
  cat "$directory/connection"
}

# start_node N: what was killed is started again by it, too.
start_node() {
  if [[ $namespaces == yes ]]; then
    begin "node$1" ip netns exec "docservice-$1" "${runner[@]}" patroni "$directory/node$1.yml"
  else
    begin "node$1" "${runner[@]}" patroni "$directory/node$1.yml"
  fi
}

# kill_node N: Patroni first, so that it does not start the server again.
kill_node() {
  local number
  number=$(cat "$directory/run/node$1" 2>/dev/null) || return 0
  kill -KILL -- "-$number" 2>/dev/null || true
  if [[ -f $directory/data$1/postmaster.pid ]]; then
    kill -KILL "$(head -n 1 "$directory/data$1/postmaster.pid")" 2>/dev/null || true
  fi
}

# route cut|heal N: what N sends to the others goes nowhere, so that nothing between them gets an answer.
route() {
  local other
  [[ $namespaces == yes ]] || die "the network can be cut with --namespaces alone"
  for other in $(seq $nodes); do
    [[ $other -ne $2 ]] || continue
    if [[ $1 == cut ]]; then ip -n "docservice-$2" route replace blackhole "10.213.0.1$other/32"; else ip -n "docservice-$2" route delete blackhole "10.213.0.1$other/32"; fi
  done
}

# known: what up has written down.
known() {
  [[ -f $directory/secrets && -d $directory/run ]] || die "$directory was not made by cluster.sh up"
  directory=$(realpath "$directory")
  # shellcheck disable=SC1091
  source "$directory/secrets"
}

down() {
  local node number
  for node in $(seq $nodes); do kill_node "$node"; done
  number=$(cat "$directory/run/etcd" 2>/dev/null || true)
  [[ -z $number ]] || kill -KILL -- "-$number" 2>/dev/null || true
  [[ $namespaces == no ]] || remove_namespaces
  rm -rf "$directory" 2>/dev/null || { sleep 1; rm -rf "$directory"; } # a process that ends may write once more
}

status() {
  local node role
  for node in $(seq $nodes); do
    role=$(curl -s -m 2 "http://$(address "$node"):$(rest_port "$node")/patroni" 2>/dev/null | grep -oE '"(role|state|timeline)": "?[a-z0-9_]+"?' | tr '\n' ' ' || true)
    printf 'node%d %s:%s %s\n' "$node" "$(address "$node")" "$(postgres_port "$node")" "${role:-does not answer}"
  done
}

case $command in kill | start | cut | heal) [[ $node ]] || usage ;; esac
runner=()
[[ $(id -u) -ne 0 ]] || runner=(runuser -u postgres --)
case $command in
  up) up ;;
  status) known; status ;;
  kill) known; kill_node "$node" ;;
  start) known; start_node "$node" ;;
  cut | heal) known; route "$command" "$node" ;;
  down) known; down ;;
  *) usage ;;
esac
