#!/usr/bin/env bash
# Installs Debian's Glewlwyd. Exit code 3: apt can't be reached.
exec bash "$(dirname "$0")/../../install-packages.sh" Glewlwyd glewlwyd sqlite3
