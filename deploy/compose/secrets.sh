#!/usr/bin/env bash
# Makes the files of compose.yaml's secrets in the folder `secrets`: a new password for Valkey, with the user that may
# use it, and two files that you fill. What is there already stays.
set -euo pipefail
cd "$(dirname "$0")"
# Nobody else on this machine enters the folder. The files in it are read by another user inside the containers.
mkdir -p -m 700 secrets
cd secrets

if [ ! -f valkey-password ]; then
  password=$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')
  hash=$(printf %s "$password" | sha256sum | cut -d' ' -f1)
  printf %s "$password" > valkey-password
  # The health check may ping without a password; docs/store.md has the rights of the gateway.
  printf '%s\n' 'user default on nopass resetkeys resetchannels -@all +ping' \
    "user gateway on #$hash resetkeys ~step-up:* resetchannels -@all +get +set +eval" > valkey-users
fi
for name in probe-client-secret authsignal-api-secret-key; do
  [ -s "$name" ] || { : > "$name"; echo "write the secret into $PWD/$name"; }
done
chmod 644 ./*
