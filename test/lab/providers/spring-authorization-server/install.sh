#!/usr/bin/env bash
# Builds a Spring Authorization Server with Maven. Does nothing if it was built from the same sources.
# Exit code 3: Java or Maven Central is missing. The version is in pom.xml: that of Spring Boot.
set -euo pipefail
cd "$(dirname "$0")"
target=$(bash ../name-build.sh spring-authorization-server pom.xml src/main/java/lab/Op.java)

if [ -f "$target/op.jar" ]; then
  echo 'Spring Authorization Server: is built'
  exit 0
fi
for program in java mvn; do
  command -v "$program" > /dev/null ||
    { echo "Spring Authorization Server: $program is not installed" >&2; exit 3; }
done

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cp -r pom.xml src "$scratch"
echo 'Spring Authorization Server: fetching and building it with Maven'
if ! mvn -B -q -Dstyle.color=never -f "$scratch/pom.xml" package > "$scratch/mvn.log" 2>&1; then
  echo "Spring Authorization Server: not built: $(grep -m 1 ERROR "$scratch/mvn.log" | cut -c 1-200)" >&2
  exit 3
fi
mkdir -p "$target"
mv "$scratch/target/op.jar" "$target"
echo 'Spring Authorization Server: is built'
