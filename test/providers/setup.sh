#!/usr/bin/env bash
# npm run test:providers:setup: installs the OPs and RPs that nobody here wrote; each script says a line about its own.
# Exit code 3: something could not be fetched, and its part of `npm run test:providers` is skipped.
set -uo pipefail
cd "$(dirname "$0")/../lab"

result=0
for script in providers/*/install.sh applications/*/install.sh; do
  bash "$script"
  code=$?
  [ "$code" -eq 0 ] || [ "$result" -eq 1 ] || result=$code
done
exit "$result"
