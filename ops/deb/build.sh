#!/usr/bin/env bash
# Makes the Debian package:  ops/deb/build.sh [--published DIR] [--output DIR]
# Without --published it publishes src/Api itself. Prints the path of the package.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
published=
output=$PWD
while [[ $# -gt 0 ]]; do
  case $1 in
    --published) published=$(realpath -e "$2"); shift 2 ;;
    --output) output=$(realpath -e "$2"); shift 2 ;;
    *) echo "usage: build.sh [--published DIR] [--output DIR]" >&2; exit 2 ;;
  esac
done

umask 022
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [[ -z $published ]]; then
  published=$work/published
  dotnet publish "$root/src/Api" -c Release -o "$published" -v q --nologo >&2
fi

version=$(sed -n 's|.*<Version>\(.*\)</Version>.*|\1|p' "$root/Directory.Build.props")
architecture=$(dpkg --print-architecture)
tree=$work/tree
mkdir -p "$tree"/{DEBIAN,etc/docservice,usr/bin,usr/lib/{docservice,sysusers.d,systemd/system},usr/share/{doc/docservice,docservice},var/lib}

# The program. Its settings are in /etc, where whoever looks for them looks; the directory of the data is the unit's.
cp -R "$published/." "$tree/usr/lib/docservice/"
find "$tree/usr/lib/docservice" -type f -exec chmod 0644 {} +
chmod 0755 "$tree/usr/lib/docservice/DocService.Api"
grep -v '"DataDirectory"' "$tree/usr/lib/docservice/appsettings.json" >"$tree/etc/docservice/appsettings.json"
ln -sf ../../../etc/docservice/appsettings.json "$tree/usr/lib/docservice/appsettings.json"
ln -s ../lib/docservice/DocService.Api "$tree/usr/bin/docservice"
install -m 0644 "$root/ops/systemd/docservice.service" "$tree/usr/lib/systemd/system/docservice.service"
install -m 0644 "$root/ops/systemd/docservice.sysusers" "$tree/usr/lib/sysusers.d/docservice.conf"
install -d -m 0750 "$tree/var/lib/docservice"

# What goes with it: pages, the dashboard, the alarms.
cp -R "$root/docs" "$tree/usr/share/docservice/docs"
mkdir "$tree/usr/share/docservice/ops"
cp -R "$root/ops/grafana" "$root/ops/prometheus" "$tree/usr/share/docservice/ops/"
find "$tree/usr/share/docservice" -type f -exec chmod 0644 {} +
chmod 0755 "$tree/usr/share/docservice/docs/verify-document.sh"
install -m 0644 "$root/README.md" "$root/CHANGELOG.md" "$tree/usr/share/doc/docservice/"
{
  printf 'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nUpstream-Name: DocService\n\n'
  printf 'Files: *\nCopyright: DocService contributors\nLicense: MIT\n'
  sed -e 's/^$/./' -e 's/^/ /' "$root/LICENSE"
} >"$tree/usr/share/doc/docservice/copyright"
when=$(date -uR -d "@${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct 2>/dev/null || date +%s)}")
printf 'docservice (%s) stable; urgency=medium\n\n  * See CHANGELOG.md.\n\n -- DocService contributors <docservice@example.org>  %s\n' "$version" "$when" |
  gzip -9n >"$tree/usr/share/doc/docservice/changelog.gz"

cat >"$tree/DEBIAN/control" <<CONTROL
Package: docservice
Version: $version
Section: database
Priority: optional
Architecture: $architecture
Maintainer: DocService contributors <docservice@example.org>
Installed-Size: $(du -sk --exclude=DEBIAN "$tree" | cut -f1)
Depends: aspnetcore-runtime-10.0, libc6, libstdc++6, systemd | systemd-standalone-sysusers | systemd-sysusers
Description: JSON documents over HTTP
 DocService keeps JSON documents and serves them over HTTP. A write is
 answered with success only when the document survives a power cut.
 .
 The service is neither enabled nor started by the installation: make a
 key first (/usr/share/doc/docservice/README.md).
CONTROL
# RocksDB's libraries, which NuGet has built, bring their own compressions, and one is for musl. The link to /etc works in an unpacked tree, too.
install -d "$tree/usr/share/lintian/overrides"
printf 'docservice: %s *\n' embedded-library library-not-linked-against-libc relative-symlink >"$tree/usr/share/lintian/overrides/docservice"
printf '/etc/docservice/appsettings.json\n' >"$tree/DEBIAN/conffiles"
install -m 0755 "$root"/ops/deb/{postinst,prerm,postrm} "$tree/DEBIAN/"
(cd "$tree" && find . -path ./DEBIAN -prune -o -type f -printf '%P\0' | LC_ALL=C sort -z | xargs -0 md5sum) >"$tree/DEBIAN/md5sums"

package=$output/docservice_${version}_$architecture.deb
SOURCE_DATE_EPOCH=$(date -d "$when" +%s) dpkg-deb --root-owner-group -Zgzip --build "$tree" "$package" >&2
printf '%s\n' "$package"
