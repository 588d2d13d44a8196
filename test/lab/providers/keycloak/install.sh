#!/usr/bin/env bash
# Puts the Keycloak of the provider suite into the cache folder: fetched with Maven, built for H2, and with a database
# that holds its tables already, since creating them takes half of a start. Does nothing if it is there.
# Exit code 3: Java or Maven Central is missing. The version is in the file VERSION beside this one.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
version=$(cat "$here/VERSION")
cache=${STEP_UP_LAB_CACHE:-$here/../../../../node_modules/.cache/step-up-lab}
target=$cache/keycloak-$version

if [ -f "$target/template/keycloakdb.mv.db" ]; then
  echo "keycloak: $version is installed"
  exit 0
fi
for program in java mvn; do
  command -v "$program" > /dev/null || { echo "keycloak: $program is not installed" >&2; exit 3; }
done

mkdir -p "$cache"
scratch=$(mktemp -d "$cache/keycloak-XXXXXX")
trap 'rm -rf "$scratch"' EXIT
echo "keycloak: fetching $version from Maven Central"
# In the scratch folder, since some of its files go where it runs.
if ! (cd "$scratch" && mvn -B -q -Dstyle.color=never org.apache.maven.plugins:maven-dependency-plugin:3.8.1:unpack \
  -Dartifact="org.keycloak:keycloak-quarkus-dist:$version:zip" -DoutputDirectory="$scratch" \
  -DmarkersDirectory="$scratch/markers" \
  > "$scratch/mvn.log" 2>&1); then
  echo "keycloak: not installed, Maven can't fetch it: $(grep -m 1 ERROR "$scratch/mvn.log" | cut -c 1-200)" >&2
  exit 3
fi
home=$scratch/keycloak-$version

# Runs kc.sh with what the lab needs; its words are shown only if it fails.
keycloak() {
  JAVA_OPTS='-Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1' bash "$home/bin/kc.sh" "$@" \
    > "$scratch/kc.log" 2>&1 || { tail -n 20 "$scratch/kc.log" >&2; return 1; }
}

echo 'keycloak: building it, and a database with its tables'
keycloak build --db=dev-file
# Making the first administrator creates the tables too, and ends by itself.
KC_BOOTSTRAP_ADMIN_USERNAME=admin KC_BOOTSTRAP_ADMIN_PASSWORD=admin \
  keycloak bootstrap-admin user --optimized --username admin --password:env KC_BOOTSTRAP_ADMIN_PASSWORD
mkdir "$home/template"
cp "$home/data/h2/keycloakdb.mv.db" "$home/template"
rm -rf "$home/data"
rm -rf "$target"
mv "$home" "$target"
echo "keycloak: $version is installed"
