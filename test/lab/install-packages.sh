#!/usr/bin/env bash
# install-packages.sh NAME PACKAGE...: installs Debian packages that NAME needs, and starts none of their services.
# One line says what was done. Exit code 3: apt is not there, or does not reach its archive.
set -euo pipefail
name=$1
shift

missing=()
for package in "$@"; do
  dpkg-query --show --showformat='${Status}' "$package" 2> /dev/null | grep -q 'install ok installed' ||
    missing+=("$package")
done
if [ "${#missing[@]}" -eq 0 ]; then
  echo "$name: is installed"
  exit 0
fi
if ! command -v apt-get > /dev/null; then
  echo "$name: not installed, there is no apt here; it needs Debian's ${missing[*]}" >&2
  exit 3
fi

as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)
scratch=$(mktemp -d)
said=$scratch/said

# Debian asks this program before it starts a service; 101 is no. What stood there before comes back.
policy=/usr/sbin/policy-rc.d
[ ! -e "$policy" ] || cp -p "$policy" "$scratch/policy"
restore() {
  "${as_root[@]}" rm -f "$policy"
  [ ! -e "$scratch/policy" ] || "${as_root[@]}" cp -p "$scratch/policy" "$policy"
  rm -rf "$scratch"
}
trap restore EXIT
printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" > /dev/null
"${as_root[@]}" chmod 755 "$policy"

if ! "${as_root[@]}" apt-get update -qq --error-on=any > "$said" 2>&1; then
  echo "$name: not installed, apt can't be reached: $(tail -n 1 "$said")" >&2
  exit 3
fi
if ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
  -o DPkg::Lock::Timeout=300 "${missing[@]}" > "$said" 2>&1; then
  tail -n 5 "$said" >&2
  echo "$name: apt could not install ${missing[*]}" >&2
  exit 1
fi
echo "$name: installed ${missing[*]}"
