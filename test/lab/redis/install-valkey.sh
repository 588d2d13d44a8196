#!/usr/bin/env bash
# Unpacks Debian's Valkey into the lab's cache, beside the Redis that is installed; Debian 12 has it in its backports.
# Nothing of the machine changes. Exit code 3: apt is not there, or has no Valkey.
set -euo pipefail
cache=${STEP_UP_LAB_CACHE:-$(cd "$(dirname "$0")/../../.." && pwd)/node_modules/.cache/step-up-lab}

if command -v valkey-server > /dev/null || [ -x "$cache/valkey/usr/bin/valkey-server" ]; then
  echo "Valkey: is installed"
  exit 0
fi
if ! command -v apt-get > /dev/null; then
  echo "Valkey: not installed, there is no apt here" >&2
  exit 3
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
chmod 755 "$scratch"
mkdir -p "$scratch/lists/partial" "$scratch/cache/archives/partial" "$scratch/packages" "$scratch/root"
codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
suite=$codename
[ "$codename" != bookworm ] || suite=bookworm-backports
echo "deb $(bash "$(dirname "$0")/../debian-mirror.sh") $suite main" > "$scratch/sources.list"
own=(-o "Dir::Etc::sourcelist=$scratch/sources.list" -o Dir::Etc::sourceparts=/dev/null
  -o "Dir::State::lists=$scratch/lists" -o "Dir::Cache=$scratch/cache" -o APT::Sandbox::User=root)
if ! { apt-get "${own[@]}" update -qq --error-on=any &&
  cd "$scratch/packages" && apt-get "${own[@]}" download -qq valkey-server valkey-tools; } > "$scratch/said" 2>&1; then
  echo "Valkey: not installed, apt has none of $suite: $(tail -n 1 "$scratch/said")" >&2
  exit 3
fi
for package in *.deb; do dpkg-deb --extract "$package" "$scratch/root"; done
mkdir -p "$cache"
mv "$scratch/root" "$cache/valkey"
"$cache/valkey/usr/bin/valkey-server" --version
