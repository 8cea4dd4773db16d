#!/usr/bin/env bash
# Fetches Debian's i386 programs that some tests and the demonstration run, unmodified, into build/debian, which is also
# a root directory for --root. Uses apt-get with a state of its own: needs no root and leaves the machine's lists and
# architectures alone. The tests that need them are skipped, and the demonstration shows hello, where this fails.
set -euo pipefail
cd "$(dirname "$0")/.."
packages=(busybox-static bash-static dash coreutils libc6 libgcc-s1 libacl1 libattr1 libselinux1 libpcre2-8-0 libgmp10)
complete=build/debian/.complete
[ -f "$complete" ] && [ "$(cat "$complete")" = "${packages[*]}" ] && exit 0

state=$(mktemp -d)
trap 'rm -rf "$state"' EXIT
mkdir -p "$state"/lists/partial "$state"/cache/archives/partial "$state"/packages
touch "$state"/status
own=(
  -o Dir::State="$state" -o Dir::State::lists="$state/lists" -o Dir::State::status="$state/status"
  -o Dir::Cache="$state/cache" -o APT::Architecture=i386 -o APT::Architectures::=i386
  -o APT::Sandbox::User="" -o Debug::NoLocking=1
)
apt-get "${own[@]}" update -qq 2>/dev/null || true # a list may be out of order on a mirror; what is missing shows below
(cd "$state"/packages && apt-get "${own[@]}" download -qq "${packages[@]}")
rm -rf build/debian
mkdir -p build/debian
for package in "$state"/packages/*.deb; do
  dpkg-deb -x "$package" build/debian
done
echo "${packages[*]}" >"$complete"
