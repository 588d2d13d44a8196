#!/usr/bin/env bash
# Run by `npm version`, which has changed package.json and commits what this adds: the chart takes the same version, and
# what CHANGELOG.md has below [Unreleased] becomes the section of this version.
set -euo pipefail
cd "$(dirname "$0")/../.."
version=${npm_package_version:?npm version sets it}
chart=deploy/helm/step-up-gateway/Chart.yaml

if ! bash deploy/release/notes.sh Unreleased | grep -q '[^[:space:]]'; then
  echo "release: CHANGELOG.md says nothing below [Unreleased]: write what changes for its users;" \
    "then git restore package.json package-lock.json, and again" >&2
  exit 1
fi

rewrite() {
  local file=$1 scratch
  shift
  scratch=$(mktemp)
  sed "$@" "$file" > "$scratch"
  cat "$scratch" > "$file"
  rm "$scratch"
  git add "$file"
}
rewrite "$chart" -E -e "s/^(version|appVersion):[[:space:]]*[^[:space:]#]*/\1: $version/"
rewrite CHANGELOG.md -e "s/^## \[Unreleased\]\$/&\\
\\
## [$version] - $(date -u +%Y-%m-%d)/"
