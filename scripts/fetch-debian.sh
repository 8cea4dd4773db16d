#!/usr/bin/env bash
# Fetches Debian's i386 programs that some tests run, unmodified, into build/debian; a root file system of dynamic ones
# into build/debian-root; and what compiles a static program with glibc into build/debian-sysroot. Needs root, because
# apt has to learn the architecture. The tests that need them are skipped where they are not there.
set -euo pipefail
cd "$(dirname "$0")/.."

# fetch FOLDER FILE PACKAGE...: unless FILE is there already
fetch() {
  local target=build/$1 marker=build/$1/$2
  shift 2
  if [ -e "$marker" ]; then return; fi
  if [ -z "${updated:-}" ]; then
    dpkg --add-architecture i386
    apt-get update -qq || true
    updated=yes
  fi
  local folder
  folder=$(mktemp -d)
  (cd "$folder" && apt-get download -qq "${@/%/:i386}")
  mkdir -p "$target"
  for package in "$folder"/*.deb; do
    dpkg-deb -x "$package" "$target"
  done
  rm -r "$folder"
}

fetch debian bin/busybox busybox-static
fetch debian-root bin/bash \
  libc6 dash bash libtinfo6 coreutils libselinux1 libpcre2-8-0 libacl1 libattr1 libgmp10 libssl3
fetch debian-sysroot usr/lib/i386-linux-gnu/libc.a libc6-dev linux-libc-dev libgcc-12-dev
