#!/usr/bin/env bash
# npm run test:container:setup: what builds and runs the container without an engine of Docker's: podman and runc from
# Debian, podman-compose from PyPI, and base.tar, which stands in for the public images that the Dockerfile and
# compose.yaml name: Debian 13 with Node and npm from npm, and Valkey.
# Exit code 3: something can't be fetched here, and `npm run test:container` can't run.
set -euo pipefail
cd "$(dirname "$0")"

# iptables, netavark and aardvark-dns make podman's networks; the keyring knows Debian 13.
bash ../lab/install-packages.sh container \
  podman runc netavark aardvark-dns iptables mmdebstrap debian-archive-keyring python3-venv

target=$(bash ../lab/providers/name-build.sh container setup.sh ../node/versions.json)
if [ -f "$target/base.tar" ]; then
  echo 'container: the base is there'
  exit 0
fi
node=$(bash ../node/install.sh "$(node -p 'require("../node/versions.json")["24"]')")

rm -rf "$target"
mkdir -p "$target"
echo 'container: making the base: Debian 13, Node, Valkey'
(cd "$target" && npm pack --silent npm@11.19.1 > /dev/null && tar -xzf npm-*.tgz)
# Without manuals and translations, as Debian's slim images are.
mmdebstrap --quiet --variant=minbase --include=ca-certificates,libstdc++6,valkey-server \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
  --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/man/*' \
  --customize-hook="copy-in $node/node /usr/local/bin" \
  --customize-hook="mkdir -p \"\$1/usr/local/lib/node_modules\"" \
  --customize-hook="cp -R '$target/package' \"\$1/usr/local/lib/node_modules/npm\"" \
  --customize-hook="ln -s ../lib/node_modules/npm/bin/npm-cli.js \"\$1/usr/local/bin/npm\"" \
  trixie "$target/base.draft.tar" "$(bash ../lab/debian-mirror.sh)"
python3 -m venv "$target/python"
"$target/python/bin/pip" install --quiet --disable-pip-version-check podman-compose==1.6.0

# podman keeps all that it makes in this folder. The limits are below those of most machines, since only a privileged
# process may raise its own.
cat > "$target/storage.conf" << CONF
[storage]
driver = "overlay"
graphroot = "$target/graph"
runroot = "$target/run"
CONF
cat > "$target/containers.conf" << CONF
[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "runc"
[network]
network_backend = "netavark"
network_config_dir = "$target/networks"
CONF
mv "$target/base.draft.tar" "$target/base.tar"
echo 'container: the base is made'
