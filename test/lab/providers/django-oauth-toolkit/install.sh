#!/usr/bin/env bash
# Puts Django and django-oauth-toolkit into a virtual environment in the cache. Does nothing if those are there already.
# Exit code 3: Debian's or Python's packages can't be reached. The versions are in requirements.txt.
set -euo pipefail
cd "$(dirname "$0")"
target=$(bash ../name-build.sh django-oauth-toolkit requirements.txt)

if [ -f "$target/installed" ]; then
  echo 'django-oauth-toolkit: is installed'
  exit 0
fi
python3 -c 'import ensurepip' 2> /dev/null || bash ../../install-packages.sh 'Python for django-oauth-toolkit' python3-venv

said=$(mktemp)
trap 'rm -f "$said"' EXIT
echo "django-oauth-toolkit: fetching it with pip"
rm -rf "$target"
python3 -m venv "$target"
if ! "$target/bin/pip" install --quiet --no-deps --only-binary :all: --requirement requirements.txt > "$said" 2>&1; then
  echo "django-oauth-toolkit: not installed: $(tail -n 1 "$said" | cut -c 1-200)" >&2
  exit 3
fi
touch "$target/installed"
echo 'django-oauth-toolkit: is installed'
