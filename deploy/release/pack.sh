#!/usr/bin/env bash
# pack.sh FOLDER: builds and packs the npm package there, and prints its file.
# Exit code 1 if it holds anything but what is named here.
set -euo pipefail
cd "$(dirname "$0")/../.."

# The compiled source without tests and source maps, the configuration and what a person reads.
expected() {
  printf '%s\n' CHANGELOG.md LICENSE README.md SECURITY.md package.json
  find config docs -type f
  find src -name '*.ts' | sed 's#^#dist/#; s#\.ts$#.js#'
  find src/browser -type f | sed 's#^#dist/#'
}

file=$1/$(npm pack --silent --pack-destination "$1" | tail -n 1)
if ! diff <(expected | LC_ALL=C sort) <(tar -tzf "$file" | sed 's#^package/##' | LC_ALL=C sort) >&2; then
  echo 'pack: the package is not what deploy/release/pack.sh expects (<): see files in package.json' >&2
  exit 1
fi
echo "$file"
