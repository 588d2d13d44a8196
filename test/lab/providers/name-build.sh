#!/usr/bin/env bash
# name-build.sh NAME FILE...: prints the folder in the cache for what is built from these files, as findBuild in
# cache.ts does.
set -euo pipefail
cache=${STEP_UP_LAB_CACHE:-$(cd "$(dirname "$0")/../../.." && pwd)/node_modules/.cache/step-up-lab}
name=$1
shift
echo "$cache/$name-$(cat "$@" | sha256sum | cut -c 1-12)"
