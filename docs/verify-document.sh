#!/usr/bin/env bash
# Verifies document files without DocService: docs/verify-document.sh FILE...
#
# Needs sha256sum, jq and coreutils. Checks that the header line is JSON of format 1, that a reader must understand nothing
# in it but the document's end, that file name and shard directory are
# those of the id in it, and that the body has the length and the SHA-256 that it names. Where xxhsum is installed,
# the two XXH3 checksums are checked as well. One line for each file; exit code 1 when any is wrong.
# docs/on-disk-format.md describes what is checked.
set -euo pipefail
export LC_ALL=C

name_bytes_max=200
prefix_bytes_max=162 # name_bytes_max less '~', 32 digits and '.json'

# file_name ID_FILE DIGEST: the name that an id (the bytes of the file) has on disk.
file_name() {
  local name='' prefix='' byte char
  while read -r byte; do
    # shellcheck disable=SC2059
    printf -v char "\\x$byte"
    case $char in
      [a-z0-9_-]) ;;
      .) [[ -n $name ]] || char=%2E ;;
      *) char=%${byte^^} ;;
    esac
    if ((${#name} + ${#char} > name_bytes_max - 5)); then
      printf '%s~%s.json' "$prefix" "${2:0:32}"
      return
    fi
    name+=$char
    ((${#name} > prefix_bytes_max)) || prefix=$name
  done < <(od -An -v -tx1 "$1" | tr -s ' ' '\n' | sed '/^$/d')
  printf '%s.json' "$name"
}

xxh3() { xxhsum -H3 - 2>/dev/null | tr -cs '0-9A-Za-z_' '\n' | sed 's/^XXH3_//' | grep -m 1 -xE '[0-9a-f]{16}'; }

# problem FILE: what is wrong with it; nothing when it is right.
problem() {
  local file=$1 header=$work/header id=$work/id digest shard want
  [[ -f $file && ! -L $file ]] || { echo "not a regular file"; return; }
  head -c 4096 -- "$file" | head -n 1 >"$header"
  [[ $(tail -c 1 "$header" | od -An -tx1) == ' 0a' ]] || { echo "the header line has no end"; return; }
  jq -e 'type == "object" and .docservice == 1 and (.id | type) == "string"' "$header" >/dev/null 2>&1 ||
    { echo "the header is not a header of format 1"; return; }

  jq -e '(.must // []) - ["expires"] == [] and ((.must // []) == [] or (.expires | type) == "string")' "$header" >/dev/null 2>&1 ||
    { echo "the header has members that must be understood and are not known, or not there"; return; }

  jq -j .id "$header" >"$id"
  digest=$(sha256sum <"$id")
  shard=$(basename "$(dirname "$(realpath -- "$file")")")
  [[ $shard == "${digest:0:2}" ]] || { echo "it stands in $shard, its id belongs in ${digest:0:2}"; return; }
  want=$(file_name "$id" "$digest")
  [[ $(basename -- "$file") == "$want" ]] || { echo "its id belongs in the file $want"; return; }

  local header_bytes file_bytes length
  header_bytes=$(wc -c <"$header")
  file_bytes=$(wc -c <"$file")
  length=$(jq -r .length "$header")
  [[ $length == "$((file_bytes - header_bytes))" ]] ||
    { echo "the body has $((file_bytes - header_bytes)) bytes, the header speaks of $length"; return; }
  want=$(tail -c "+$((header_bytes + 1))" -- "$file" | sha256sum)
  [[ $(jq -r .sha256 "$header") == "${want%% *}" ]] || { echo "the body's SHA-256 does not match"; return; }

  command -v xxhsum >/dev/null || return 0
  [[ $(jq -r .xxh3 "$header") == "$(tail -c "+$((header_bytes + 1))" -- "$file" | xxh3)" ]] ||
    { echo "the body's XXH3 does not match"; return; }
  # ,"header":"0123456789abcdef"} and the newline: 30 bytes that the header's checksum does not cover.
  [[ $(jq -r .header "$header") == "$(head -c "$((header_bytes - 30))" "$header" | xxh3)" ]] ||
    echo "the header's XXH3 does not match"
}

[[ $# -gt 0 ]] || { echo "usage: ${0##*/} FILE..." >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0
for file in "$@"; do
  found=$(problem "$file")
  if [[ -z $found ]]; then
    printf 'ok       %s\n' "$file"
  else
    printf 'DAMAGED  %s: %s\n' "$file" "$found"
    status=1
  fi
done
exit "$status"
