#!/usr/bin/env bash
# notes.sh HEADING: prints what CHANGELOG.md has below `## [HEADING]`; nothing if it has no such section.
set -euo pipefail
cd "$(dirname "$0")/../.."

awk -v heading="## [$1]" '/^## / { inside = index($0, heading) == 1; next } inside' CHANGELOG.md
