#!/usr/bin/env bash
# What the Dockerfile's last stage is made of: Node, the libraries that it is linked with, and the gateway.
# Runs in the stage before, in the folder with dist, config and the packages for production.
# usage: assemble.sh FOLDER, with SOURCE_DATE_EPOCH in the environment
set -euo pipefail
image=$1
app=$image/app
mkdir -p "$image"/{etc,usr/bin,usr/lib,usr/share/doc,var/lib/dpkg/status.d} "$app/dist"
# As in Debian: where programs look for the loader and the libraries.
ln -s usr/bin usr/lib "$image/"
ln -s usr/lib "$image/lib64"

node=$(readlink -f "$(command -v node)")
strip --strip-all -o "$image/usr/bin/node" "$node"

# The libraries, by the names under which they are asked for, and the loader. Scanners read the package's entry in
# status.d; its copyright goes along.
ldd "$node" | grep -o '/[^ ]*' | while read -r library; do
  cp -L "$library" "$image/usr/lib/"
  package=$(dpkg -S "$(readlink -f "$library")" | cut -d: -f1)
  dpkg -s "$package" > "$image/var/lib/dpkg/status.d/$package"
  mkdir -p "$image/usr/share/doc/$package"
  cp -L "/usr/share/doc/$package/copyright" "$image/usr/share/doc/$package/"
done
cp -L /etc/os-release "$image/etc/os-release"
echo 'hosts: files dns' > "$image/etc/nsswitch.conf"
echo 'nonroot:x:65532:65532::/:/nonexistent' > "$image/etc/passwd"
echo 'nonroot:x:65532:' > "$image/etc/group"

cp -R dist/src "$app/dist/src"
cp -R config package.json node_modules "$app/"
# Types, sources' maps and pages that only developers read: a third of the packages' bytes.
find "$app/node_modules" -type f \( -name '*.ts' -o -name '*.mts' -o -name '*.cts' -o -name '*.map' -o -name '*.md' \) \
  ! -iname '*licen[cs]e*' -delete
# With --omit npm leaves out what development uses too, and misses what was not installed: it gets no such list.
npm pkg delete devDependencies optionalDependencies
node deploy/container/sbom.mjs "$image" > "$app/sbom.cdx.json"

rm -rf "$app/node_modules/.bin"

chown -hR 0:0 "$image"
chmod -R u=rwX,go=rX "$image"
find "$image" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
