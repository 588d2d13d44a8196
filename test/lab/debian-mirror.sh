#!/usr/bin/env bash
# Prints the mirror from which this machine's apt takes Debian's packages.
set -euo pipefail
apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | sed -n 's:\(/debian\)/*$:\1:p' | sort -u | head -n 1
