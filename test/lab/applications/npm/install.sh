#!/usr/bin/env bash
# Puts the applications of this folder with their packages from npm into the cache. Does nothing if they are there.
# Exit code 3: npm's registry can't be reached. The versions are in package-lock.json.
set -euo pipefail
cd "$(dirname "$0")"
files=(package.json package-lock.json hosts.mjs express-openid-connect.mjs auth-js.mjs oidc-client-ts.mjs)
target=$(bash ../../providers/name-build.sh applications "${files[@]}")

if [ -f "$target/installed" ]; then
  echo 'express-openid-connect, Auth.js, oidc-client-ts: are installed'
  exit 0
fi
said=$(mktemp)
trap 'rm -f "$said"' EXIT
echo 'express-openid-connect, Auth.js, oidc-client-ts: fetching them with npm'
rm -rf "$target"
mkdir -p "$target"
cp "${files[@]}" .npmrc "$target"
if ! npm ci --ignore-scripts --prefix "$target" > "$said" 2>&1; then
  echo "express-openid-connect, Auth.js, oidc-client-ts: not installed: $(tail -n 1 "$said" | cut -c 1-200)" >&2
  exit 3
fi
touch "$target/installed"
echo 'express-openid-connect, Auth.js, oidc-client-ts: are installed'
