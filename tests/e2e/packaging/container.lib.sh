# The container: built and run where there is an engine and it gets the images it is made of; else its file is read. Sourced by packaging.sh.
# shellcheck shell=bash disable=SC2154

containerfile=$root/ops/container/Containerfile
checker=$(dirname "$0")/packaging/containerfile.py

# engine: the name of one that works.
engine() {
  local name
  for name in podman docker; do
    if command -v "$name" >/dev/null && timeout 20 "$name" info >/dev/null 2>&1; then
      printf '%s' "$name"
      return 0
    fi
  done
  return 1
}

# has_images ENGINE
has_images() {
  local image
  for image in $(sed -n 's/^FROM \([^ ]*\).*/\1/p' "$containerfile"); do
    "$1" image inspect "$image" >/dev/null 2>&1 || timeout 120 "$1" pull -q "$image" >/dev/null 2>&1 || return 1
  done
}

check_container() {
  local name=$1 id
  if ! timeout 400 "$name" build -q -f "$containerfile" -t docservice-check "$root" >"$work/container.log" 2>&1; then
    fail "the container is not built: $(tail -n 3 "$work/container.log")"
    return
  fi
  at_exit+=("$name rmi -f docservice-check >/dev/null 2>&1")
  id=$("$name" run -d --read-only --cap-drop=ALL --security-opt=no-new-privileges -p 127.0.0.1::8080 docservice-check --allow-anonymous "${small_journal[@]}")
  at_exit+=("$name rm -f -v $id >/dev/null 2>&1")
  base=http://$("$name" port "$id" 8080 | head -n 1)
  check "the container becomes ready, with nothing to write but its volume" wait_until 60 is_ready
  put a "$work/document" -H 'Durability: filed'
  equal "and writes" 201 "$code"
  check "its health is looked at" "$name" exec "$id" /app/DocService.Api health --url http://127.0.0.1:8080
  "$name" stop -t 20 "$id" >/dev/null
  equal "SIGTERM stops it" 0 "$("$name" inspect -f '{{.State.ExitCode}}' "$id")"
}

check "the Containerfile keeps its rules" python3 "$checker" "$containerfile"
while IFS=$'\t' read -r what change; do
  sed -E "$change" "$containerfile" >"$work/Containerfile"
  refuses "and one that $what is noticed" python3 "$checker" "$work/Containerfile"
done <<'CHANGES'
runs as root	/^USER/d
has a shell at work	s/-noble-chiseled//
names no version	s/(aspnet):[^ ]*/\1/
has no volume	/^VOLUME/d
starts a shell for its health	s/^( *CMD) .*/\1 curl localhost/
listens elsewhere	s/HTTP_PORTS=8080/HTTP_PORTS=9090/
CHANGES

if ! name=$(engine); then
  say "skipped: the container is not built: no engine (podman, docker) runs here"
elif ! has_images "$name"; then
  say "skipped: the container is not built: its images cannot be had here"
else
  check_container "$name"
fi
