#!/usr/bin/env bash
# Installs Debian's apache2 with mod_auth_openidc. Exit code 3: apt can't be reached.
exec bash "$(dirname "$0")/../../install-packages.sh" mod_auth_openidc apache2 libapache2-mod-auth-openidc
