#!/usr/bin/env bash
# Fetches Debian's i386 programs that some tests and the demonstration run, unmodified: static ones into build/debian; a
# root file system of dynamic ones into build/debian-root; and what compiles a static program with glibc into
# build/debian-sysroot; and of two source packages the test programs, which the conformance command runs, into
# build/debian-suites. Uses apt-get with a state of its own: needs no root and leaves the machine's lists and
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

# The machine's own apt sources, as sources of source packages: the one-line form and deb822.
source_lists() {
  local parts=$state/source-lists file
  mkdir -p "$parts"
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
    if [ -f "$file" ]; then sed -n 's/^deb[[:space:]]/deb-src /p' "$file" >"$parts/$(basename "$file" .list).list"; fi
  done
  for file in /etc/apt/sources.list.d/*.sources; do
    if [ -f "$file" ]; then sed 's/^Types:.*/Types: deb-src/' "$file" >"$parts/$(basename "$file")"; fi
  done
}

source_apt() {
  own_apt -o Dir::State::lists="$state/source-index" -o Dir::Etc::sourcelist=/dev/null \
    -o Dir::Etc::sourceparts="$state/source-lists" "$@"
}

# fetch_source FOLDER PACKAGE PATTERN...: of the original archive, unpacks the files that match
fetch_source() {
  local target=build/$1 package=$2
  shift 2
  if [ "$(cat "$target/.$package" 2>/dev/null)" = "$*" ]; then return; fi
  prepare
  if [ ! -d "$state/source-lists" ]; then
    source_lists
    mkdir -p "$state/source-index/partial"
    source_apt update 2>/dev/null || true
  fi
  mkdir -p "$state/sources" "$target"
  rm -rf "$target/$package"*
  (cd "$state/sources" && source_apt --download-only source "$package")
  tar -xf "$state/sources/$package"_*.orig.tar.* -C "$target" --wildcards --no-wildcards-match-slash "$@"
  echo "$*" >"$target/.$package"
}

fetch debian busybox-static bash-static
fetch debian-root \
  libc6 dash bash libtinfo6 coreutils libselinux1 libpcre2-8-0 libacl1 libattr1 libgmp10 libssl3
fetch debian-sysroot libc6-dev linux-libc-dev libgcc-12-dev
fetch_source debian-suites valgrind 'valgrind-*/none/tests/x86/*' 'valgrind-*/tests/*.h'
fetch_source debian-suites qemu 'qemu-*/tests/tcg/i386/*'
