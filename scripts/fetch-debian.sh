#!/usr/bin/env bash
# Fetches Debian's i386 programs that some tests run, unmodified, into build/debian. Needs root, because apt has to
# learn the architecture. The tests that need them are skipped where they are not there.
set -euo pipefail
cd "$(dirname "$0")/.."
[ -x build/debian/bin/busybox ] && exit 0
dpkg --add-architecture i386
apt-get update -qq || true
folder=$(mktemp -d)
(cd "$folder" && apt-get download -qq busybox-static:i386)
mkdir -p build/debian
dpkg-deb -x "$folder"/busybox-static_*_i386.deb build/debian
rm -r "$folder"
