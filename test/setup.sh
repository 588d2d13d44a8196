#!/usr/bin/env bash
# npm run test:setup: what the tests in a real browser need, Chromium.
set -euo pipefail

for browser in "${CHROMIUM_PATH:-}" /usr/bin/chromium /usr/bin/chromium-browser /usr/bin/google-chrome; do
  if [ -n "$browser" ] && [ -x "$browser" ]; then
    echo "test:setup: the browser is $browser"
    exit 0
  fi
done

if ! command -v apt-get > /dev/null; then
  echo "test:setup: install Chromium or Chrome, and set CHROMIUM_PATH to its program;" \
    "without it the tests in test/browser are skipped" >&2
  exit 1
fi

as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)
echo "test:setup: installing Debian's chromium"
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
  chromium fonts-dejavu-core > /dev/null
echo "test:setup: the browser is $(command -v chromium)"
