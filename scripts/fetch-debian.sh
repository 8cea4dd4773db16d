#!/usr/bin/env bash
# Fetches Debian's i386 programs that some tests and the demonstration run, unmodified: static ones into build/debian; a
# root file system of dynamic ones into build/debian-root; and what compiles a static program with glibc into
# build/debian-sysroot. Uses apt-get with a state of its own: needs no root and leaves the machine's lists and
# architectures alone. Where it fails, those tests are skipped and the demonstration shows hello.
set -euo pipefail
cd "$(dirname "$0")/.."

state=
trap '[ -z "$state" ] || rm -rf "$state"' EXIT

own_apt() {
  apt-get -o Dir::State="$state" -o Dir::State::lists="$state/lists" -o Dir::State::status="$state/status" \
    -o Dir::Cache="$state/cache" -o APT::Architecture=i386 -o APT::Architectures::=i386 \
    -o APT::Sandbox::User="" -o Debug::NoLocking=1 -qq "$@"
}

prepare() {
  if [ -n "$state" ]; then return; fi
  state=$(mktemp -d)
  mkdir -p "$state"/lists/partial "$state"/cache/archives/partial
  touch "$state"/status
  own_apt update 2>/dev/null || true # one list of several may be out of order on a mirror; what is missing shows below
}

# fetch FOLDER PACKAGE...: unless it holds just these already
fetch() {
  local target=build/$1
  shift
  if [ "$(cat "$target/.packages" 2>/dev/null)" = "$*" ]; then return; fi
  prepare
  rm -rf "$state/packages" "$target"
  mkdir -p "$state/packages" "$target"
  (cd "$state/packages" && own_apt download "$@")
  for package in "$state"/packages/*.deb; do
    dpkg-deb -x "$package" "$target"
  done
  echo "$*" >"$target/.packages"
}

fetch debian busybox-static bash-static
fetch debian-root \
  libc6 dash bash libtinfo6 coreutils libselinux1 libpcre2-8-0 libacl1 libattr1 libgmp10 libssl3
fetch debian-sysroot libc6-dev linux-libc-dev libgcc-12-dev
