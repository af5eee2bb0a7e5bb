#!/usr/bin/env bash
# Every .json file of the installed .NET SDK, and larger and broken ones made from them, as documents: each that is
# not strict JSON is answered 400, every other comes back byte for byte with its SHA-256 after a kill -9 that follows
# the last acknowledgement at once, and again from the files after the next.
source "$(dirname "$0")/lib.sh"
need curl jq python3 sha256sum

sdk=$(dirname "$(readlink -f "$(command -v dotnet)")")
data=$work/data
files=$work/files # the documents; an id is a path relative to this folder
mkdir -p "$files/made"
ln -s "$sdk" "$files/dotnet"

# Sizes up to megabytes and every kind of refusal, whatever this SDK happens to contain.
python3 - "$files" <<'PYTHON'
import json, os, sys

root = sys.argv[1]
real = sorted(
    os.path.join(folder, name)
    for folder, _, names in os.walk(os.path.join(root, "dotnet"), followlinks=True)
    for name in names if name.endswith(".json"))
contents = [open(path, "rb").read() for path in real]
values = []
for content in contents:
    try:
        json.loads(content.decode("utf-8"))
        values.append(content)
    except ValueError:
        pass


def save(name, content):
    with open(os.path.join(root, "made", name + ".json"), "wb") as file:
        file.write(content)


everything = b",\n".join(values)
for times in (1, 2, 5, 15_000_000 // len(everything)):
    save(f"array-{times}", b"[" + b",".join([everything] * times) + b"]")
save("object", b"{" + b",".join(b'"%d":%s' % pair for pair in enumerate(values * 2)) + b"}")
save("string", json.dumps("\n".join(v.decode("utf-8") for v in values), ensure_ascii=False).encode())
for index, value in enumerate(values):
    save(f"nested-{index}", b'{"file":%d,"content":[[%s]]}' % (index, value.strip()))
    save(f"text-{index}", json.dumps(value.decode("utf-8")).encode())
for index, value in enumerate(values[:12]):
    text = value.strip()
    save(f"bom-{index}", b"\xef\xbb\xbf" + text)
    save(f"cut-{index}", text[:-1])
    save(f"two-values-{index}", text + b"\n" + text)
    save(f"trailing-comma-{index}", text[:-1] + b"," + text[-1:])
    save(f"comment-{index}", b"// remark\n" + text)
    save(f"bad-utf8-{index}", b'{"a":"\xc3\x28","b":' + text + b"}")
    save(f"duplicate-{index}", b'{"a":1,"\\u0061":' + text + b"}")
    save(f"nan-{index}", b"[NaN," + text + b"]")
    save(f"lone-surrogate-{index}", b'["\\ud800",' + text + b"]")
PYTHON

(cd "$files" && find -L . -type f -name '*.json' -printf '%P\n' | LC_ALL=C sort) >"$work/ids"
(cd "$files" && xargs -d '\n' python3 "$root/tests/e2e/strict-json.py") <"$work/ids" >"$work/verdicts"
sed -n 's/^strict //p' "$work/verdicts" >"$work/strict"
sed -n 's/^refused \([^\t]*\)\t.*/\1/p' "$work/verdicts" >"$work/refused"
say "$(wc -l <"$work/ids") files ($(grep -c ^dotnet/ "$work/ids") of the SDK), $(wc -l <"$work/strict") strict," \
  "largest $(cd "$files" && xargs -d '\n' stat -Lc %s <"$work/strict" | sort -n | tail -n 1) bytes"

# all VERB LIST: one request for each id of the list, several at a time; "index code" per line in $work/codes.
all() {
  rm -rf "$work/got"
  mkdir "$work/got"
  python3 - "$1" "$base" "$files" "$work/got" 3<"$2" >"$work/curl.config" <<'PYTHON'
import os, sys, urllib.parse

verb, base, files, got = sys.argv[1:]
for index, name in enumerate(os.fdopen(3, encoding="utf-8").read().splitlines()):
    if index:
        print("next")
    print(f'url = "{base}/docs/{urllib.parse.quote(name)}"')
    print("path-as-is\nsilent\nshow-error\nmax-time = 60")
    print(f'output = "{got}/{index}.body"\ndump-header = "{got}/{index}.headers"')
    print(f'write-out = "{index} %{{http_code}}\\n"')
    if verb == "PUT":
        print('request = "PUT"\nheader = "Content-Type: application/json"\nheader = "Expect:"')
        print(f'data-binary = "@{files}/{name}"')
PYTHON
  # Its progress table cannot be switched off for parallel transfers; the answers are counted below.
  curl --parallel --parallel-max 8 --config "$work/curl.config" 2>"$work/curl.err" | LC_ALL=C sort -n >"$work/codes"
}

# count_codes CODE: answers with that code in the last run of `all`.
count_codes() { awk -v code="$1" '$2 == code { n++ } END { print n + 0 }' "$work/codes"; }

# Bytes and digests of what the last run of `all GET` brought, against the files themselves.
differences() {
  (cd "$files" && xargs -d '\n' sha256sum) <"$work/strict" | cut -c 1-64 >"$work/digests"
  paste "$work/strict" "$work/digests" | python3 -c '
import base64, os, sys

files, got = sys.argv[1:]
for index, line in enumerate(sys.stdin):
    name, digest = line.rstrip("\n").split("\t")
    wanted = "sha-256=:" + base64.b64encode(bytes.fromhex(digest)).decode() + ":"
    try:
        fields = open(f"{got}/{index}.headers", encoding="latin-1").read().splitlines()
        if open(f"{got}/{index}.body", "rb").read() != open(f"{files}/{name}", "rb").read():
            print(f"{name}: other bytes")
    except FileNotFoundError:
        print(f"{name}: no answer")
        continue
    digests = [f.split(": ", 1)[1] for f in fields if f.lower().startswith("repr-digest: ")]
    if digests != [wanted]:
        print(f"{name}: Repr-Digest {digests}, not {wanted}")
' "$files" "$work/got"
}

compare_all() {
  all GET "$work/strict"
  equal "$1: every strict document is there" "$(wc -l <"$work/strict")" "$(count_codes 200)"
  differences >"$work/differences"
  head -n 5 "$work/differences"
  equal "$1: every byte and every Repr-Digest is right" 0 "$(wc -l <"$work/differences")"
  all GET "$work/refused"
  equal "$1: nothing refused is there" "$(wc -l <"$work/refused")" "$(count_codes 404)"
}

check "there are enough documents to mean something" test "$(wc -l <"$work/strict")" -ge 200
check "there is something to refuse" test "$(wc -l <"$work/refused")" -ge 50

start_server "$data"
all PUT "$work/refused"
equal "every other file is answered 400" "$(wc -l <"$work/refused")" "$(count_codes 400)"
awk '$2 != 400' "$work/codes" | head -n 5
all PUT "$work/strict"
kill_server
equal "every strict file is created" "$(wc -l <"$work/strict")" "$(count_codes 201)"
awk '$2 != 201' "$work/codes" | head -n 5

start_server "$data"
say "recovery: $(curl -sS "$base/status" | jq -c .recovery)"
compare_all "after kill -9 at the last acknowledgement and restart"
wait_until 60 is_settled "$data" || fail "not everything is filed"
kill_server
start_server "$data"
compare_all "filed, after another kill -9 and restart"

# Negative control: the comparison sees one changed bit, and one changed digest.
all GET "$work/strict"
printf '\001' | dd of="$work/got/0.body" bs=1 seek=1 conv=notrunc status=none
sed -i 's/^Repr-Digest: sha-256=:..../Repr-Digest: sha-256=:AAAA/I' "$work/got/1.headers"
differences >"$work/differences"
equal "the comparison notices a changed byte and a changed digest" 2 "$(wc -l <"$work/differences")"

check "the server stops when asked" stop_server
finish
