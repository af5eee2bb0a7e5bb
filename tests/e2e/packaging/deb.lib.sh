# The Debian package, installed into a folder. Sourced by packaging.sh, which has published the program.
# shellcheck shell=bash disable=SC2154

check_package() {
  local package target=$work/target admin=$work/target/var/lib/dpkg settings=$work/target/etc/docservice/appsettings.json
  package=$("$root/ops/deb/build.sh" --published "$published" --output "$work" 2>"$work/deb.log") || { fail "the package cannot be made: $(tail -n 3 "$work/deb.log")"; return; }
  pass "the package is made: $(basename "$package"), $(($(stat -c %s "$package") >> 20)) MiB"
  equal "its files are root's" "" "$(dpkg-deb --contents "$package" | awk '$2 != "root/root"')"
  refuses "nothing in it can be written by others" grep -qE '^-.......w|^d.......w' <(dpkg-deb --contents "$package")
  if command -v lintian >/dev/null; then
    lintian --fail-on error "$package" >"$work/lintian.log" 2>&1 || true
    equal "lintian finds no error" "" "$(grep '^E:' "$work/lintian.log" || true)"
  fi

  mkdir -p "$admin"/{info,updates} "$target/etc"
  : >"$admin/status"
  printf 'root:x:0:0:root:/root:/bin/sh\n' >"$target/etc/passwd"
  printf 'root:x:0:\n' >"$target/etc/group"
  if ! in_target --install "$package"; then
    fail "it cannot be installed: $(tail -n 3 "$work/dpkg.log")"
    return
  fi

  check "it has a user of its own" grep -q '^docservice:' "$target/etc/passwd"
  equal "the data is that user's, and of no other" "$(sed -n 's/^docservice:[^:]*:\([0-9]*\):.*/\1/p' "$target/etc/passwd") 750" "$(stat -c '%u %a' "$target/var/lib/docservice")"
  check "the settings count, where they are in /etc" sed -i 's/"MaxDepth": [0-9]*/"MaxDepth": 3/' "$settings"
  launch "$target/var/lib/docservice" "${small_journal[@]}" -- "$target/usr/bin/docservice"
  printf '[[[[1]]]]' >"$work/deep"
  put deep "$work/deep"
  equal "a document that is too deep for them is refused" 400 "$code"
  put kept "$work/document" -H 'Durability: filed'
  equal "another is written" 201 "$code"
  stop_server

  check "it is installed again" in_target --install "$package"
  check "with the settings as they were" grep -q '"MaxDepth": 3' "$settings"
  check "it is purged" in_target --purge docservice
  check "without its settings" test ! -e "$settings"
  check "and with every document" test -n "$(find "$target/var/lib/docservice" -name kept.json)"
}

# in_target ARGUMENT...: dpkg on the folder; what the package needs is on this machine.
in_target() { dpkg --root="$work/target" --force-depends --force-script-chrootless --force-not-root --force-confold "$@" </dev/null >"$work/dpkg.log" 2>&1; }

if ! command -v dpkg-deb >/dev/null; then
  say "skipped: the package is not made: dpkg-deb is not installed"
elif [[ $(id -u) -ne 0 ]]; then
  say "skipped: the package is not installed: that needs root"
else
  check_package
fi
