#!/usr/bin/env bash
# npm run test:setup: the programs that tests need and npm has not: Chromium, a Redis and a Valkey server, HAProxy,
# Prometheus.
# Only what is missing is installed.
set -euo pipefail

find_browser() {
  for browser in "${CHROMIUM_PATH:-}" /usr/bin/chromium /usr/bin/chromium-browser /usr/bin/google-chrome; do
    if [ -n "$browser" ] && [ -x "$browser" ]; then
      echo "$browser"
      return
    fi
  done
}

find_server() {
  echo "${REDIS_SERVER_PATH:-$(command -v redis-server || command -v valkey-server || true)}"
}

find_balancer() {
  for balancer in "${HAPROXY_PATH:-}" /usr/sbin/haproxy; do
    if [ -n "$balancer" ] && [ -x "$balancer" ]; then
      echo "$balancer"
      return
    fi
  done
}

packages=()
[ -n "$(find_browser)" ] || packages+=(chromium fonts-dejavu-core)
[ -n "$(find_server)" ] || packages+=(redis-server)
[ -n "$(find_balancer)" ] || packages+=(haproxy)
command -v promtool > /dev/null || packages+=(prometheus)

if [ ${#packages[@]} -gt 0 ]; then
  if ! command -v apt-get > /dev/null; then
    echo "test:setup: install Chromium or Chrome and set CHROMIUM_PATH to its program, and install Redis or Valkey," \
      "HAProxy and Prometheus; without them the tests in test/browser, of stores on a server and of alerts are skipped" >&2
    exit 1
  fi
  as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(sudo)
  echo "test:setup: installing Debian's ${packages[*]}"
  "${as_root[@]}" apt-get update -qq
  # The tests start servers of their own: that of the package stays off.
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -qq -y --no-install-recommends \
    "${packages[@]}" > /dev/null
fi
echo "test:setup: the browser is $(find_browser)"
echo "test:setup: the server of stores is $(find_server)"
echo "test:setup: the balancer is $(find_balancer)"
bash "$(dirname "$0")/lab/redis/install-valkey.sh" || [ $? -eq 3 ]
echo "test:setup: Prometheus is $(command -v prometheus)"
